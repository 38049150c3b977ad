#pragma once

#include <string_view>

namespace atelier::http {

/// Whether an Accept or Accept-Encoding header (RFC 9110, 12.5) names this media type or coding itself, with
/// a weight above 0: wildcards, which clients send that know nothing of it, do not count. `choice` is in
/// lower case. A malformed header accepts nothing.
[[nodiscard]] bool accepts_by_name(std::string_view header, std::string_view choice);

} // namespace atelier::http
