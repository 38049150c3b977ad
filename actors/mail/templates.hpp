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

/// The letters that are sent; their texts are in `letters.cpp`. Times are texts that the caller has written.
enum class mail_template : std::uint8_t {
    confirmation,          ///< to a new address; values: link, expires_at
    already_registered,    ///< somebody signed up with an address that has an account; no values
    reset_password,        ///< somebody asked for a new password; values: link, expires_at
    password_changed,      ///< after a change or reset; value: time
    confirm_new_address,   ///< to the new address of an account; values: link, expires_at
    address_change_notice, ///< to the old address when a change is asked for; value: masked, the new address
                           ///< so that only its owner knows it again
    account_deleted,       ///< no values
    sign_in_blocked,       ///< somebody tried to sign in too often; value: until
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
