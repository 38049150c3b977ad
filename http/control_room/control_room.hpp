#pragma once

#include "http/service.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace atelier::http {

/// What the control room shows, apart from what operators can do (service.hpp). Thread-safe.
class control_room {
public:
    control_room() = default;
    control_room(const control_room&) = delete;
    control_room& operator=(const control_room&) = delete;
    virtual ~control_room() = default;

    /// The state of the service at a glance, as JSON. About a second old at most: however many ask, it is
    /// gathered once.
    virtual reply<std::string> overview() = 0;
    /// Live actors of a kind, `limit` of them at most, as JSON. Errors: not_found.
    virtual reply<std::string> actors(std::string kind, std::size_t limit) = 0;
    /// Counts one more who follows, as long as the result lives; null when there are too many.
    [[nodiscard]] virtual std::shared_ptr<void> admit() = 0;
    /// The service stops: whoever follows is to go.
    [[nodiscard]] virtual bool is_closing() const = 0;
};

} // namespace atelier::http
