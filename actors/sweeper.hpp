#pragma once

#include "actors/domain/time.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"

#include <filesystem>
#include <functional>

namespace atelier::pg {
class connection;
}

namespace atelier {

class blob_store;
class connection_pool;
class outbox_delivery;
class roster;
class variant_cache;

/// What the sweeper needs; all of it outlives it.
struct sweeper_context {
    const clock& time;
    const roster& actors;
    metrics& meters;
    connection_pool& pool;
    connection_pool& mail_pool; ///< for `mails` alone
    outbox_delivery& mails;
    blob_store& blobs;
    variant_cache& variants;
    std::function<void()> reconcile; ///< compares yesterday's books with the gateway's, when it is time
    microseconds interval;
    microseconds orphan_age;
    std::filesystem::path var; ///< the state directory
};

/// Looks for what is due and sends the actors after it: lots that expired, generations that nobody works on,
/// payments and subscriptions with something to do, mails, sessions and idempotency keys that are over,
/// direct uploads that nobody attached, files without rows. Whatever it misses, it finds the next time.
class sweeper_state {
public:
    static constexpr const char* name = "sweeper";
    using actor = actor_base<sweeper_actor, sweeper_state>;

    explicit sweeper_state(sweeper_actor::pointer self) : self_{self} {}

    void start(const sweeper_context& context);
    void on(tick);
    void on(mail_due);

private:
    /// Blocking work on a connection; what it returns is done afterwards on the actor.
    using work = std::function<std::function<void()>(pg::connection&)>;

    void sweep_rows();
    void sweep_files();
    void deliver_mails();
    /// Runs `job` on a pool unless the last one of its kind, marked by `busy`, still runs.
    void run(connection_pool& pool, bool sweeper_state::*busy, work job);

    sweeper_actor::pointer self_;
    const sweeper_context* context_ = nullptr;
    bool sweeping_rows_ = false;
    bool sweeping_files_ = false;
    bool delivering_ = false;
    bool mail_waiting_ = false;   ///< came while others were being delivered
    instant expired_until_;       ///< lots that expired up to here have been handed to their wallets
    generation_id resumed_up_to_; ///< where the round over unfinished generations stands
    instant files_again_;         ///< before it, no files are looked at
    payment_id asked_up_to_;      ///< where the round over overdue payments stands
};

/// Behaviour of the sweeper. `context` must outlive it.
sweeper_actor::behavior_type sweeper_behavior(sweeper_state::actor* self, const sweeper_context* context);

} // namespace atelier
