#pragma once

#include "http/message.hpp"

#include <string_view>

/// The pages behind the link of a confirmation mail, in English or Russian ("en", "ru").
namespace atelier::http {

/// Asks to press the button that confirms.
[[nodiscard]] response confirmation_page(std::string_view language, std::string_view token);
/// The address is confirmed.
[[nodiscard]] response confirmed_page(std::string_view language);
/// It is not, because of `why`: the link is no good, or the service is not at its best.
[[nodiscard]] response not_confirmed_page(std::string_view language, const failure& why);

} // namespace atelier::http
