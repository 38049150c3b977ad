#pragma once

#include <string>
#include <string_view>

namespace atelier {

/// Percent-escapes every byte but the letters and digits of ASCII and those in `plain` (RFC 3986, 2.1).
[[nodiscard]] std::string percent_escaped(std::string_view text, std::string_view plain);

} // namespace atelier
