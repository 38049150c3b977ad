#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"
#include "actors/domain/webhook_delivery.hpp"
#include "actors/webhooks/webhook_http.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace atelier::pg {
class connection;
}
namespace atelier::queries {
struct due_webhook;
}

namespace atelier {

/// Takes webhooks that are due from the outbox and sends them. Any number of threads may do so at once, and
/// several processes: each webhook is leased to one of them, and no two of this process go to one endpoint,
/// so that a slow one does not hold up the others. A webhook that was sent by a process which died before it
/// could say so is sent again, with the same id. Thread-safe.
class webhook_sender {
public:
    struct options {
        std::chrono::seconds lease{30};       ///< longer than a transfer may take
        std::chrono::seconds disable_after{}; ///< of failures without one success
        /// One was taken and is about to be sent: there may be others. Must not block. May be empty.
        std::function<void()> on_taken = {};
    };

    /// What is referred to outlives this object.
    webhook_sender(options o, const clock& time, random_source& random);

    /// Sends one webhook; nothing when none is due. Blocks: for a thread that may wait. An error is the
    /// database's; what was taken comes again when its lease is over.
    [[nodiscard]] outcome<std::optional<webhook_outcome>> send_next(pg::connection& database,
                                                                    webhook_http& transport);

private:
    [[nodiscard]] outcome<std::optional<queries::due_webhook>> take(pg::connection& database);
    void release(webhook_endpoint_id endpoint);
    [[nodiscard]] outcome<std::optional<webhook_outcome>>
    settle(pg::connection& database, const queries::due_webhook& taken, const webhook_attempt& attempt);

    options options_;
    const clock& clock_;
    random_source& random_;
    std::mutex mutex_;
    std::vector<webhook_endpoint_id> busy_;
};

} // namespace atelier
