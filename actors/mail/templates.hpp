#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/mail/language.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// The letters that are sent.
enum class mail_template : std::uint8_t {
    confirmation,       ///< to a new address; values: link, expires_at
    already_registered, ///< somebody signed up with an address that has an account; no values
};

/// The name under which a queued mail keeps it, e.g. "confirmation".
[[nodiscard]] std::string_view to_string(mail_template letter);
[[nodiscard]] std::optional<mail_template> mail_template_named(std::string_view name);

/// What stands for the placeholders of a letter.
using mail_values = std::map<std::string, std::string, std::less<>>;

struct mail_text {
    std::string subject;
    std::string text;
    std::string html; ///< the values in it are escaped
};

/// A letter in words. `internal` when a value is missing.
[[nodiscard]] outcome<mail_text> render_mail(mail_template letter, mail_language language,
                                             const mail_values& values);

} // namespace atelier
