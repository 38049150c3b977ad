#pragma once

#include "actors/mail/mailbox.hpp"
#include "config/settings.hpp"

#include <memory>

namespace atelier {

/// Where mails go by the settings: into files, or to a mail server.
[[nodiscard]] std::unique_ptr<mail_transport> make_mail_transport(const settings& config);

} // namespace atelier
