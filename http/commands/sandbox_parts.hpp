#pragma once

#include "config/settings.hpp"
#include "http/sandbox/site.hpp"

namespace atelier::commands {

/// What the configuration says of the sandbox. The secret and the journal are for the caller to choose.
[[nodiscard]] http::sandbox::site_options sandbox_options(const settings& config);

/// Logs its requests.
[[nodiscard]] http::server_hooks sandbox_hooks();

} // namespace atelier::commands
