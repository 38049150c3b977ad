#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"
#include "actors/mail/mailbox.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace atelier::pg {
class connection;
}
namespace atelier::queries {
struct outbox_item;
}

namespace atelier {

/// Takes the mails that are due from the outbox and sends them. Any number of these may work at once, in
/// several processes: each mail is leased to one of them. A mail that was sent by a process which died before
/// it could say so is sent again.
class outbox_delivery {
public:
    struct options {
        mail_sender from;
        std::int32_t retry_limit = 16; ///< attempts in all, then the mail is given up
        std::int32_t batch_limit = 20; ///< mails taken at once; all of them must be sent within the lease
        std::chrono::seconds lease = std::chrono::minutes{5};
        std::chrono::milliseconds backoff =
            std::chrono::seconds{30}; ///< after the first failure; doubles each time
        std::chrono::milliseconds backoff_limit = std::chrono::hours{6};
    };
    struct counters {
        std::size_t delivered = 0;
        std::size_t postponed = 0; ///< failed, will be tried again
        std::size_t given_up = 0;
        std::vector<microseconds> waits; ///< how long each of the delivered had been queued
        bool more = false;               ///< the batch was full: others may be due already
    };

    /// What is referred to outlives this object.
    outbox_delivery(options o, mail_transport& transport, const clock& time, random_source& random);

    /// Sends one batch. Where no mail can leave, only the first is tried, and all are postponed. Blocks: for
    /// a thread that may wait. An error is the database's; the mails that were taken come again when their
    /// lease is over.
    [[nodiscard]] outcome<counters> deliver_due(pg::connection& database);

private:
    [[nodiscard]] mail_attempt send(const queries::outbox_item& item);
    [[nodiscard]] std::chrono::milliseconds pause_after(std::int32_t attempts);
    [[nodiscard]] status settle(pg::connection& database, const queries::outbox_item& item,
                                const mail_attempt& attempt, counters& counts);

    options options_;
    mail_transport& transport_;
    const clock& clock_;
    random_source& random_;
};

} // namespace atelier
