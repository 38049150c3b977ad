#pragma once

#include "actors/delivery.hpp"
#include "actors/domain/payment.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/reply.hpp"
#include "actors/runtime/turns.hpp"

#include <functional>
#include <optional>
#include <string>

namespace atelier {

class event_hub;
class roster;

/// What all payments share. Outlives them; everything in it is thread-safe.
struct payment_context {
    /// What the gateway knows of an invoice: the news that a webhook would have brought, or none when nobody
    /// has paid. Calls back exactly once, from any thread.
    using answer = std::function<void(outcome<std::optional<deliver_notification>>)>;
    using question = std::function<void(const std::string& invoice_id, answer)>;

    const clock& time;
    const roster& actors;
    metrics& meters;
    payment_rules rules;
    question ask_gateway;
    event_hub* news = nullptr; ///< where changes are told; null = nowhere
};

/// One payment with something happening: takes the gateway's notifications one after the other, in whatever
/// order and number they come. What each does is decided by `payment`; tokens are credited and taken back by
/// the wallet, in one commit with the payment's change. A Check is answered without waiting for a write.
///
/// A refund is noted when it comes, and takes effect as soon as the payment that it belongs to is credited:
/// also when it has overtaken its Pay, or comes without an invoice.
class payment_state {
public:
    static constexpr const char* name = "payment";
    using actor = actor_base<payment_actor, payment_state>;
    using answer = reply<outcome<notification_reply>>;

    explicit payment_state(payment_actor::pointer self) : self_{self} {}

    void start(const payment_context& context, std::string invoice_id);
    caf::typed_response_promise<outcome<notification_reply>> on(deliver_notification command);
    void on(const settle_refunds& command);
    void on(const expire_payment& command);
    [[nodiscard]] retired on(retire) const { return {0, turns_.idle()}; }

private:
    static constexpr std::size_t turns_max = 1000;

    void load(const turns::loaded& then);
    [[nodiscard]] turns::work to_process(delivery d);
    void process(delivery d);
    void credit(delivery d, const payment_decision& decision);
    void commit(delivery d, const payment_decision& decision);
    void retry(delivery d, errc why);
    // After a change has become durable: it is true in memory, and told.
    void apply(const payment_change& change);
    void apply(const refund_decision& decision);
    void tell() const;
    [[nodiscard]] payment_decision decide(const deliver_notification& news) const;
    [[nodiscard]] notification_record archived(const deliver_notification& news,
                                               const payment_decision& decision) const;
    [[nodiscard]] std::string whose() const { return "invoice " + invoice_id_; }

    [[nodiscard]] turns::work to_settle(bool look_again);
    void place_refund(const std::string& payment_transaction_id);
    void find_subscriber(const std::string& transaction_id);
    void take_back();
    void take_back(const payment_refunds& waiting);

    void look_for_payment();
    void expire();

    payment_actor::pointer self_;
    const payment_context* context_ = nullptr;
    std::string invoice_id_;
    std::optional<payment> payment_; ///< empty when loaded: no such payment
    turns turns_{turns_max};
};

/// Behaviour of a payment. `context` must outlive it.
payment_actor::behavior_type payment_behavior(payment_state::actor* self, const payment_context* context,
                                              const std::string& invoice_id);

} // namespace atelier
