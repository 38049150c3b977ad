#pragma once

#include <string_view>

namespace atelier::http {

/// Whether an Accept header (RFC 9110, 12.5.1) names this type itself, with a weight above 0: wildcards,
/// which clients send that know nothing of it, do not count. A malformed header accepts nothing.
[[nodiscard]] bool names_media_type(std::string_view header, std::string_view type);

} // namespace atelier::http
