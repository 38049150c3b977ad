#pragma once

#include "actors/domain/throttle.hpp"
#include "http/message.hpp"
#include "http/service.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace atelier::http {

class file_pool;

/// What endpoints work with. All of it outlives the routes.
struct endpoint_context {
    service& backend;
    file_pool& files; ///< for what blocks on the disk
    /// Between two signs of life on an event stream on which nothing happens.
    std::chrono::milliseconds heartbeat = std::chrono::seconds{15};
    /// For `Prefer: wait`.
    std::chrono::milliseconds wait_limit = std::chrono::seconds{30};
    /// Counts a request of that user, and says whether it is allowed; thread-safe.
    std::function<attempt_rate::attempt(user_id)> count_request = [](user_id) {
        return attempt_rate::attempt{};
    };
    /// The public address; thread-safe.
    std::function<std::string()> base_url = [] { return std::string{}; };
};

/// An endpoint answers with a response, or with a failure, which becomes a problem document.
using answer = reply<response>;
/// Open to everybody.
using open_endpoint = answer(const endpoint_context&, request&);
/// For a signed-in user.
using user_endpoint = answer(const endpoint_context&, request&, user_id);
/// On the operator's listener.
using operator_endpoint = answer(service&, request&);

} // namespace atelier::http
