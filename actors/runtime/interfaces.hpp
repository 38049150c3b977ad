#pragma once

#include "actors/runtime/slot_messages.hpp"
#include "actors/runtime/subscription_messages.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>

/// Every actor's interface: each message a line. Only forward declarations, so that any header may name any
/// handle without paying for CAF.
namespace atelier {

struct deliver_notification;
struct engine_accepted;
struct engine_progressed;
struct engine_finished;
struct output_stored;

/// The wallet of one user. Replies leave after the change is durable.
using wallet_actor = caf::typed_actor<
    // Spends tokens on a new generation. Errors: insufficient_tokens, idempotency_*, overloaded, unavailable.
    caf::replies_to<spend_tokens>::with<outcome<receipt>>,
    // Creates a pending payment.
    caf::replies_to<order_package>::with<outcome<receipt>>,
    // Gives tokens. Errors: idempotency_*, overloaded, unavailable.
    caf::replies_to<grant_tokens>::with<outcome<receipt>>,
    // Credits a paid payment; `state_conflict` when somebody else changed the payment.
    caf::replies_to<credit_payment>::with<outcome<receipt>>,
    // Fails a generation and returns its tokens; `state_conflict` when it is already final.
    caf::replies_to<refund_generation>::with<outcome<receipt>>,
    // Credits a charge of a subscription; `state_conflict` when somebody else changed the subscription.
    caf::replies_to<credit_charge>::with<outcome<receipt>>,
    // Takes back what was paid back; `state_conflict` when somebody else changed the payment or its lot.
    caf::replies_to<claw_back>::with<outcome<receipt>>,
    // Books expired lots; the receipt's amount is what expired.
    caf::replies_to<expire_lots>::with<outcome<receipt>>,
    // The committed state.
    caf::replies_to<read_wallet>::with<outcome<wallet_view>>,
    // From the directory: may this wallet leave memory?
    caf::replies_to<retire>::with<retired>>;

/// All wallets: passes each command to the wallet of its user, which it starts when needed.
using wallets_actor =
    caf::typed_actor<caf::replies_to<spend_tokens>::with<outcome<receipt>>,
                     caf::replies_to<order_package>::with<outcome<receipt>>,
                     caf::replies_to<grant_tokens>::with<outcome<receipt>>,
                     caf::replies_to<credit_payment>::with<outcome<receipt>>,
                     caf::replies_to<refund_generation>::with<outcome<receipt>>,
                     caf::replies_to<credit_charge>::with<outcome<receipt>>,
                     caf::replies_to<claw_back>::with<outcome<receipt>>,
                     caf::replies_to<expire_lots>::with<outcome<receipt>>,
                     caf::replies_to<read_wallet>::with<outcome<wallet_view>>,
                     caf::replies_to<list_children>::with<children_report>, caf::reacts_to<tick>>;

/// One generation that is not final.
using generation_actor = caf::typed_actor<
    // It exists (again): queue it, or go on where it was.
    caf::reacts_to<start_generation>,
    // Ends it as failed ("canceled") unless it is final; answers with the generation as it is then.
    caf::replies_to<cancel_generation>::with<outcome<generation_record>>,
    // From the dispatcher.
    caf::reacts_to<slot_granted>,
    // From the engine's threads.
    caf::reacts_to<engine_accepted>, caf::reacts_to<engine_progressed>, caf::reacts_to<engine_finished>,
    // From the image pool.
    caf::reacts_to<output_stored>,
    // Its own timers: the deadline, the pause before the next attempt or commit.
    caf::reacts_to<generation_timer>,
    // From the directory: may this generation leave memory?
    caf::replies_to<retire>::with<retired>>;

using generations_actor =
    caf::typed_actor<caf::reacts_to<start_generation>,
                     caf::replies_to<cancel_generation>::with<outcome<generation_record>>,
                     caf::replies_to<list_children>::with<children_report>, caf::reacts_to<tick>>;

/// Hands out the engines' slots, one user after the other.
using dispatcher_actor = caf::typed_actor<
    // Of generations; who asks again waits where it can get a slot now.
    caf::reacts_to<request_slot>, caf::reacts_to<release_slot>,
    caf::replies_to<find_queue_place>::with<outcome<queue_place>>,
    // Its own timers.
    caf::reacts_to<engine_pause_over>, caf::reacts_to<tell_places>>;

/// One payment with something happening.
using payment_actor = caf::typed_actor<
    // A notification of the gateway, from a webhook or found by asking.
    caf::replies_to<deliver_notification>::with<outcome<notification_reply>>,
    // Refunds of it are waiting to take effect.
    caf::reacts_to<settle_refunds>,
    // Its time is over.
    caf::reacts_to<expire_payment>,
    // From a thread that asked the gateway.
    caf::reacts_to<continuation>,
    // From the directory: may this payment leave memory?
    caf::replies_to<retire>::with<retired>>;

using payments_actor =
    caf::typed_actor<caf::replies_to<deliver_notification>::with<outcome<notification_reply>>,
                     caf::reacts_to<settle_refunds>, caf::reacts_to<expire_payment>,
                     caf::replies_to<list_children>::with<children_report>, caf::reacts_to<tick>>;

/// One user's subscription with something happening.
using subscription_actor = caf::typed_actor<
    // A notification of the gateway, from a webhook or found by asking.
    caf::replies_to<deliver_notification>::with<outcome<notification_reply>>,
    // Orders a first period. Errors: state_conflict, validation_failed without a saved card, idempotency_*.
    caf::replies_to<order_subscription>::with<outcome<receipt>>,
    // Errors: not_found, state_conflict, idempotency_*.
    caf::replies_to<change_plan>::with<outcome<receipt>>,
    // Errors: not_found, idempotency_*.
    caf::replies_to<cancel_subscription>::with<outcome<receipt>>,
    // Something may be due.
    caf::reacts_to<attend_subscription>,
    // From a thread that asked the gateway.
    caf::reacts_to<continuation>,
    // From the directory: may this subscription leave memory?
    caf::replies_to<retire>::with<retired>>;

using subscriptions_actor =
    caf::typed_actor<caf::replies_to<deliver_notification>::with<outcome<notification_reply>>,
                     caf::replies_to<order_subscription>::with<outcome<receipt>>,
                     caf::replies_to<change_plan>::with<outcome<receipt>>,
                     caf::replies_to<cancel_subscription>::with<outcome<receipt>>,
                     caf::reacts_to<attend_subscription>,
                     caf::replies_to<list_children>::with<children_report>, caf::reacts_to<tick>>;

/// Group commit on one connection.
using writer_actor = caf::typed_actor<
    // The verdict arrives when it is certain.
    caf::replies_to<commit_changes>::with<commit_verdict>,
    // From the committer's thread: a batch has been settled.
    caf::reacts_to<continuation>>;

/// Reads single entities for actors.
using reader_actor = caf::typed_actor<
    // The lots that matter: those with tokens, and those that open generations were paid from.
    caf::replies_to<load_wallet>::with<outcome<std::vector<purchase_record>>>,
    caf::replies_to<load_generation>::with<outcome<generation_job>>,
    caf::replies_to<load_payment>::with<outcome<payment_record>>,
    caf::replies_to<find_payment>::with<outcome<payment_record>>,
    caf::replies_to<load_refunds>::with<outcome<payment_refunds>>,
    caf::replies_to<load_subscription>::with<outcome<loaded_subscription>>,
    // Whose subscription a charge belongs to; `not_found` when it is no such charge.
    caf::replies_to<find_charge>::with<outcome<user_id>>,
    caf::replies_to<find_answer>::with<outcome<std::optional<idempotency_answer>>>,
    // From a pool thread.
    caf::reacts_to<continuation>>;

/// Looks for what is due.
using sweeper_actor = caf::typed_actor<
    // Its own timer.
    caf::reacts_to<tick>,
    // Deliver what the outbox holds.
    caf::reacts_to<mail_due>,
    // From a pool thread.
    caf::reacts_to<continuation>>;

} // namespace atelier
