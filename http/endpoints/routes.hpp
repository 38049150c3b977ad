#pragma once

#include "http/endpoints/endpoint.hpp"
#include "http/router.hpp"

#include <vector>

namespace atelier::http {

/// What the public listener serves.
[[nodiscard]] std::vector<route> public_routes(const endpoint_context& context);

/// What the operator's listener serves. `backend` outlives the routes.
[[nodiscard]] std::vector<route> operator_routes(service& backend);

} // namespace atelier::http
