#pragma once

#include "actors/mail/mailbox.hpp"

#include <string>
#include <string_view>

namespace atelier {

/// What is remembered of a conversation with a mail server (RFC 5321): the last command and the codes of the
/// reply to it. Neither texts of the server, which may repeat an address, nor credentials.
class smtp_dialogue {
public:
    /// A line to the server.
    void sent(std::string_view line);
    /// A line of the server's.
    void received(std::string_view line);

    /// What became of the mail, by the last reply. `trouble` says why the conversation broke off; "" = it
    /// went to its end.
    [[nodiscard]] mail_attempt judged(const std::string& trouble) const;

private:
    [[nodiscard]] bool is_about_mail() const;

    std::string command_;  ///< "" = the server's greeting is awaited
    int code_ = 0;         ///< of the reply to it; 0 = none yet
    std::string enhanced_; ///< likewise, of RFC 3463, as "5.1.1"; "" = none
    bool over_ = false;    ///< QUIT was said; the reply to that says nothing of the mail
};

} // namespace atelier
