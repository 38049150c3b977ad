#pragma once

#include "http/message.hpp"

#include <string_view>

/// The pages behind the link of a mail that sets a new password, in English or Russian ("en", "ru").
namespace atelier::http {

/// Asks for the new password; once more with what was wrong with it, if `wrong` is given.
[[nodiscard]] response reset_page(std::string_view language, std::string_view token,
                                  const failure* wrong = nullptr);
/// The password is set.
[[nodiscard]] response password_set_page(std::string_view language);
/// It is not, because of `why`: the link is no good, or the service is not at its best.
[[nodiscard]] response not_reset_page(std::string_view language, const failure& why);

} // namespace atelier::http
