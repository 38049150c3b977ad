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

/// What became of an attempt to send a mail.
enum class mail_result : std::uint8_t {
    sent,        ///< it is in other hands for good
    deferred,    ///< this mail cannot leave now; others may
    refused,     ///< this mail will never leave
    unavailable, ///< no mail can leave now
};

struct mail_attempt {
    mail_result result = mail_result::sent;
    std::string trouble = {}; ///< why it was not sent, for people; names no address
};

/// Where mails go. Used by one thread at a time.
class mail_transport {
public:
    virtual ~mail_transport() = default;
    /// Blocks until the mail has left or failed. A mail may come twice, after a crash.
    [[nodiscard]] virtual mail_attempt send(const outgoing_mail& mail) = 0;
    /// Whether mails can leave now; sends none. Blocks. The failure, `unavailable`, names no address.
    [[nodiscard]] virtual status check() = 0;
    /// Breaks off what is under way, and everything that follows. From any thread.
    virtual void stop() {}
};

/// Puts each mail into a file of its own, <time queued>-<number>.eml, which is there whole or not at all; a
/// repeat replaces it. Only the service's user may read the files: there are links in them that open
/// accounts.
class file_mailbox final : public mail_transport {
public:
    /// The directory is made when the first mail comes.
    explicit file_mailbox(std::filesystem::path directory);

    [[nodiscard]] mail_attempt send(const outgoing_mail& mail) override;
    [[nodiscard]] status check() override;

private:
    [[nodiscard]] status make_directory() const;

    std::filesystem::path directory_;
};

} // namespace atelier
