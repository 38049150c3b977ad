#pragma once

#include <cstdint>
#include <string_view>

namespace atelier {

/// The languages that mails are written in.
enum class mail_language : std::uint8_t { english, russian };

/// "en" or "ru".
[[nodiscard]] std::string_view to_string(mail_language language);

/// The language that a client likes best, from the value of its Accept-Language (RFC 9110 12.5.4); a single
/// tag such as "ru" or "ru-RU" is such a value too. English when it names none of ours or is malformed.
[[nodiscard]] mail_language preferred_language(std::string_view accept_language);

} // namespace atelier
