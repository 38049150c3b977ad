#pragma once

#include "actors/domain/wallet.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/reply.hpp"
#include "actors/runtime/tracer.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace atelier {

class event_hub;
class roster;
class wallet_views;

/// What all wallets share. Outlives them; everything in it is thread-safe.
struct wallet_context {
    const clock& time;
    id_source& ids;
    const roster& actors;
    metrics& meters;
    microseconds reopen_grace;
    microseconds idempotency_lifetime;
    std::size_t in_flight_limit;
    /// The gateway's checkout parameters for an order, as a JSON object.
    std::function<std::string(const payment_record&)> checkout;
    /// How long what was read is good for an answer without a commit that would notice other writers.
    microseconds freshness = std::chrono::seconds{5};
    wallet_views* views = nullptr; ///< where wallets are shown; null = nowhere
    event_hub* news = nullptr;     ///< where changes are told; null = nowhere
    const tracer* spans = nullptr; ///< where spends are traced; null = nowhere
};

/// Any command that changes a wallet.
using wallet_command = std::variant<spend_tokens, order_package, grant_tokens, credit_payment,
                                    refund_generation, credit_charge, claw_back, expire_lots>;

/// One user's wallet: it sequences, persists and replies; what may happen is decided by `wallet` and
/// `decide`.
///
/// It goes on with the next command while the change set of the last one commits, against its new state in
/// memory; each answer waits until its change set, and all before it, are durable. When a commit is refused
/// because somebody else wrote, it lets everything under way come back, reads itself again and carries the
/// refused commands out anew. What needs no commit (a reader's view, a refusal) rests on a state that was
/// read a short time ago at most.
class wallet_state {
public:
    static constexpr const char* name = "wallet";
    using actor = actor_base<wallet_actor, wallet_state>;
    using command = wallet_command;
    using answer = reply<outcome<receipt>>;

    explicit wallet_state(wallet_actor::pointer self);
    wallet_state(const wallet_state&) = delete;
    wallet_state& operator=(const wallet_state&) = delete;
    ~wallet_state();

    /// Called once, before the first message. `after_crash`: an earlier wallet of this user has crashed.
    void start(const wallet_context& context, user_id user, bool after_crash);

    /// Any command that changes the wallet.
    caf::typed_response_promise<outcome<receipt>> on(command what);
    caf::typed_response_promise<outcome<wallet_view>> on(read_wallet question);
    retired on(retire);

private:
    /// A command that waits for its commit, or for those before it.
    struct entry {
        entry(command c, answer a) : what{std::move(c)}, who{std::move(a)} {}

        command what;
        answer who;
        tracer::clock::time_point since = tracer::clock::now();
        bool looked_again = false; ///< refused once on what was no longer fresh
        int conflicts = 0;         ///< how often its own change set was refused for somebody else's write
        change_set moved;          ///< only what `wallet::apply` needs
        outcome<receipt> result{errc::internal};
        std::optional<commit_verdict> verdict; ///< set when it has come back
    };

    /// What a busy wallet needs beyond its lots. Freed when it falls idle: most wallets are.
    struct activity {
        std::deque<entry> in_flight;
        std::uint64_t first = 0; ///< number of in_flight.front()
        writer_actor writer;     ///< of all that is in flight: in its order, or not at all
        std::deque<entry> waiting;
        std::vector<reply<outcome<wallet_view>>> readers;
        bool show = false;               ///< one of them wants it
        std::optional<wallet> committed; ///< without what is in flight
        bool broken = false;   ///< something in flight was refused: no new decisions until all is back
        bool draining = false; ///< no new decisions until all in flight is back, then it is read again
        bool loading = false;
        bool untold = false; ///< the balance has changed since it was told
        instant tell_again_at;
    };

    /// Lives are numbered for the whole process, so that a restarted wallet never continues an old one.
    static std::uint64_t next_life();

    activity& busy();
    void load();
    void read();
    void wait_for_writer();
    void load_again();
    [[nodiscard]] bool fresh() const;
    [[nodiscard]] bool worth_another_look(const entry& e, const failure& why) const;
    void loaded(outcome<std::vector<purchase_record>> lots);
    void admit(entry e);
    void execute(entry e);
    [[nodiscard]] std::optional<failure> key_conflict(const command& what) const;
    void settle(std::uint64_t number, commit_verdict verdict);
    void settle_front();
    void recover();
    void replay(entry e);
    void finish(entry& e);
    void trace(const spend_tokens& command, const entry& e) const;
    void rest();
    [[nodiscard]] wallet_view view() const;
    void show();
    void hide();
    void tell_balance();

    wallet_actor::pointer self_;
    const wallet_context* context_ = nullptr;
    user_id user_;
    std::uint64_t life_ = 0;
    /// Change sets of an earlier life may still be at the writer: what is read before they are settled is not
    /// the last word.
    bool unsettled_ = false;
    instant loaded_at_;
    bool shown_ = false;
    std::optional<wallet> lots_; ///< with everything in flight; empty until loaded
    std::unique_ptr<activity> activity_;
};

/// Behaviour of a wallet. `context` must outlive it. See `wallet_state::start`.
wallet_actor::behavior_type wallet_behavior(wallet_state::actor* self, const wallet_context* context,
                                            user_id user, bool after_crash);

} // namespace atelier
