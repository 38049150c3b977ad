#pragma once

#include <span>
#include <string>
#include <string_view>

namespace atelier {

/// Two lower-case hexadecimal digits for each byte.
[[nodiscard]] std::string to_hex(std::span<const unsigned char> bytes);
[[nodiscard]] std::string to_hex(std::string_view bytes);

} // namespace atelier
