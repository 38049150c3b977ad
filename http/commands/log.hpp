#pragma once

#include "actors/runtime/tracer.hpp"
#include "config/settings.hpp"
#include "http/hooks.hpp"

#include <cstdint>
#include <string_view>

namespace atelier::commands {

/// Sets up the log on standard error, human or JSON lines. Messages are written at once. The lines for
/// requests and spans, of which there may be very many, are written by a thread of their own, so that nobody
/// waits for them; when it cannot keep up, the oldest are dropped and counted.
void start_log(const log_settings& s);

/// One line for a finished request: never its query, nor a path that is a permission, as Active Storage's
/// are. What failed on our side is a warning.
void log_request(std::string_view listener, const http::request_summary& r);

/// One line for a piece of work that a request, or somebody before it, has caused.
void log_span(const span& ended);

/// Lines of requests and spans that were never written, so far.
[[nodiscard]] std::uint64_t dropped_log_lines();

} // namespace atelier::commands
