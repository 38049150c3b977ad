#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Small facts about characters that the parsers of this folder share. All are pure and locale-free.
namespace atelier::http {

/// `tchar` of RFC 9110, 5.6.2: what names of methods and header fields are made of.
[[nodiscard]] constexpr bool is_token_char(char c) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

/// Control bytes of ASCII, DEL among them; bytes above 127 are none.
[[nodiscard]] constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

[[nodiscard]] constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const auto lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);
/// Equal but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without the spaces and tabs at both ends (`OWS` of RFC 9110).
[[nodiscard]] std::string_view trim(std::string_view text);
/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);
/// `%XX` decoded; nothing when an escape is malformed. `plus_is_space` as in forms and queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

} // namespace atelier::http
