#pragma once

#include "actors/domain/time.hpp"
#include "actors/mail/address.hpp"

#include <string>

namespace atelier {

/// One mail as people see it.
struct mail_message {
    mail_sender from;
    mail_address to;
    std::string language; ///< tag of the texts, e.g. "ru"
    std::string subject;
    std::string text; ///< for readers without HTML; lines end in "\n"
    std::string html;
    instant date;
    std::string id; ///< names this mail among all of the sender; letters, digits, dots and hyphens
};

/// The mail as it travels (RFC 5322, MIME multipart/alternative), ASCII in CRLF lines. The same message
/// always gives the same bytes. Nothing in it can add a header or a part.
[[nodiscard]] std::string to_rfc5322(const mail_message& message);

} // namespace atelier
