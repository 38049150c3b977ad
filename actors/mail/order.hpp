#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/mail/templates.hpp"

#include <string>
#include <string_view>

namespace atelier {

/// The kind of the outbox messages that are mails.
inline constexpr std::string_view mail_outbox_kind = "mail";

/// A mail that is to be written and sent.
struct mail_order {
    std::string to; ///< address, as the account has it
    mail_language language{};
    mail_template letter{};
    mail_values values;
};

/// As the outbox keeps it: {"to", "language", "template", "values": {…}}.
[[nodiscard]] outbox_message to_outbox(const mail_order& order);

/// The order in an outbox payload; `internal` when it is none of ours.
[[nodiscard]] outcome<mail_order> parse_mail_order(std::string_view payload);

} // namespace atelier
