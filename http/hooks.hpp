#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/trace_context.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace atelier::http {

/// One finished request, for metrics and the access log. The texts live as long as the call.
struct request_summary {
    std::string_view method;              ///< as sent; "" if the request could not be read
    std::string_view route;               ///< the pattern; "" if none was found
    std::string_view target;              ///< as sent; may hold secrets in its query
    unsigned status = 0;                  ///< 499: the client went away before there was an answer
    bool shed = false;                    ///< refused because there is more than can be done
    std::uint64_t bytes_received = 0;     ///< of the body
    std::uint64_t bytes_sent = 0;         ///< head and body
    std::chrono::microseconds duration{}; ///< from the complete header to the last byte sent
    std::string_view request_id;
    trace_context trace;
    std::uint64_t parent_span = 0; ///< 0: the trace begins here
    user_id user;                  ///< 0: nobody known
    std::string_view remote_address;
};

/// How a server tells about itself. Called on its I/O threads, several at a time; must not block or throw.
struct server_hooks {
    std::function<void(const request_summary&)> on_request;
    /// What broke a limit or a rule, by the code of the error or, where nobody could be told, by another
    /// word.
    std::function<void(std::string_view reason)> on_refusal;
    std::function<void(std::string_view what)>
        on_error; ///< trouble that is ours: handlers that threw, no descriptors
};

} // namespace atelier::http
