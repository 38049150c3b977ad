#pragma once

#include "actors/gateways/sandbox/gateway.hpp"
#include "http/router.hpp"

#include <atomic>
#include <string>
#include <vector>

/// What the sandbox's listener serves.
namespace atelier::http::sandbox {

/// What the routes work with. Outlives them.
struct context {
    atelier::sandbox::gateway& gateway;
    std::string public_id;
    std::string api_secret;
    std::atomic<int> calls_under_way = 0; ///< of the API
};

/// The API of the gateway, for the shop's server.
[[nodiscard]] std::vector<route> api_routes(context& c);
/// The widget's script, its page, and what the page asks: for payers, and for tests that play one.
[[nodiscard]] std::vector<route> checkout_routes(context& c);
/// What no real gateway has: to let time pass and to make trouble.
[[nodiscard]] std::vector<route> operator_routes(context& c);

} // namespace atelier::http::sandbox
