#pragma once

#include "config/settings.hpp"
#include "http/hooks.hpp"

namespace atelier::commands {

/// Sets up the log on standard error, human or JSON lines.
void start_log(const log_settings& s);

/// One line for a finished request: never its query, nor a path that is a permission, as Active Storage's
/// are.
void log_request(const char* listener, const http::request_summary& r);

} // namespace atelier::commands
