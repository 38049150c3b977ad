#pragma once

#include "http/endpoints/endpoint.hpp"
#include "http/router.hpp"

#include <vector>

namespace atelier::http {

class control_room;

/// What the public listener serves.
[[nodiscard]] std::vector<route> public_routes(const endpoint_context& context);

/// What the operator's listener serves. Both outlive the routes.
[[nodiscard]] std::vector<route> operator_routes(service& backend, control_room& room);

} // namespace atelier::http
