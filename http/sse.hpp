#pragma once

#include <chrono>
#include <string>
#include <string_view>

/// Frames of a `text/event-stream` (HTML Living Standard, 9.2). Pure. Texts must be UTF-8.
namespace atelier::http {

/// One event. Every line of `data` becomes a `data:` line of its own; line ends inside `event` and `id` are
/// left out, because they would start a field. "" leaves the field out; `data` is always sent.
[[nodiscard]] std::string sse_event(std::string_view event, std::string_view data, std::string_view id = {});
/// A comment: clients ignore it, but it keeps the connection alive and finds out dead ones.
[[nodiscard]] std::string sse_comment(std::string_view text);
/// How long clients wait before they connect again.
[[nodiscard]] std::string sse_retry(std::chrono::milliseconds delay);

} // namespace atelier::http
