#pragma once

#include "actors/gateways/gateway_client.hpp"
#include "config/settings.hpp"

#include <memory>
#include <string>

namespace atelier {

class metrics;

/// A client of the gateway that the settings name. `url`: of its API, "" = payments.api_url. `secret`: the
/// key of its signatures. `meters` outlives it.
[[nodiscard]] std::unique_ptr<gateway_client> make_gateway_client(const settings& config,
                                                                  const std::string& url,
                                                                  const std::string& secret, metrics& meters);

} // namespace atelier
