#include "actors/mail/make_transport.hpp"

#include "actors/mail/smtp.hpp"

namespace atelier {

std::unique_ptr<mail_transport> make_mail_transport(const settings& config) {
    if (config.mail.delivery == "smtp")
        return std::make_unique<smtp_mailbox>(smtp_server_of(config));
    return std::make_unique<file_mailbox>(mail_directory(config));
}

} // namespace atelier
