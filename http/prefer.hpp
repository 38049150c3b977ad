#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace atelier::http {

/// How long a client would wait for the end of what it asks for: `wait` of a Prefer header (RFC 7240, 4.3).
/// Several headers are joined with commas. Nothing when it would not, or when the header is malformed, as
/// preferences may always be ignored; so are all others. Of several the first counts. Times past a year are
/// all alike.
[[nodiscard]] std::optional<std::chrono::seconds> preferred_wait(std::string_view header);

} // namespace atelier::http
