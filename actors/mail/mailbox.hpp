#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "actors/mail/address.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace atelier {

/// A mail on its way out.
struct outgoing_mail {
    std::int64_t number = 0; ///< of its outbox message; a repeat has the same
    instant queued_at;
    mail_address from;
    mail_address to;
    std::string content; ///< RFC 5322
};

/// Where mails go.
class mail_transport {
public:
    virtual ~mail_transport() = default;
    /// Blocks until the mail is in other hands for good, or fails and may be tried again. A mail may come
    /// twice, after a crash. The failure's detail names no address.
    [[nodiscard]] virtual status send(const outgoing_mail& mail) = 0;
};

/// Puts each mail into a file of its own, <time queued>-<number>.eml, which is there whole or not at all; a
/// repeat replaces it. Only the service's user may read the files: there are links in them that open
/// accounts.
class file_mailbox final : public mail_transport {
public:
    /// The directory is made when the first mail comes.
    explicit file_mailbox(std::filesystem::path directory);

    [[nodiscard]] status send(const outgoing_mail& mail) override;

private:
    std::filesystem::path directory_;
};

} // namespace atelier
