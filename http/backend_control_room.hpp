#pragma once

#include "actors/runtime/bridge.hpp"
#include "http/connection_gate.hpp"
#include "http/control_room/control_room.hpp"
#include "http/control_room/exposition.hpp"
#include "http/control_room/overview.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>

namespace atelier {
class backend;
} // namespace atelier

namespace atelier::http {

/// The control room on the real backend.
class backend_control_room final : public control_room {
public:
    /// `b` must be started; both outlive this object.
    backend_control_room(backend& b, service& everything);

    reply<std::string> overview() override;
    reply<std::string> actors(std::string kind, std::size_t limit) override;
    [[nodiscard]] std::shared_ptr<void> admit() override;
    [[nodiscard]] bool is_closing() const override { return closing_; }

    /// Fails what waits longer than the deadline. To be called a few times a second, from any one thread.
    void sweep() { ask_.sweep(); }
    /// Whoever follows is told to go.
    void drain() { closing_ = true; }
    /// Fails everything that waits, and whatever comes later.
    void close() { ask_.close(); }

private:
    using steady = std::chrono::steady_clock;
    struct reading {
        steady::time_point at;
        exposition metrics;
    };

    boost::asio::awaitable<std::string> gather();
    boost::asio::awaitable<std::optional<queries::takings>> takings(instant since);
    template <class Handle>
    reply<std::string> family(std::string kind, std::size_t limit);
    template <class Fact, class Query>
    boost::asio::awaitable<std::optional<Fact>> fact(Query query);

    backend& back_;
    service& service_;
    bridge ask_;
    connection_gate viewers_;
    std::atomic<bool> closing_{false};

    std::mutex mutex_; ///< of what follows
    std::string latest_;
    steady::time_point gathered_;
    bool gathering_ = false;
    std::deque<reading> readings_; ///< of the last seconds, the oldest first
    std::optional<queries::takings> takings_;
    steady::time_point takings_at_;
    instant takings_since_;
};

} // namespace atelier::http
