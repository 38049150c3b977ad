#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace atelier {

/// Whether a text has only characters of ASCII, other than NUL: nothing else can be Base64. Asked before
/// libsodium decodes, which takes bytes above 127 for '/', and skips NUL where it may skip anything
/// (sodium_base642bin of 1.0.18).
[[nodiscard]] constexpr bool is_base64_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > '\0' && c <= '~'; });
}

/// Standard Base64 with padding (RFC 4648, 4).
[[nodiscard]] std::string to_base64(std::string_view bytes);

} // namespace atelier
