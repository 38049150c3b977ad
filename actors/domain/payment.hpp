#pragma once

#include "actors/domain/records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// What a notification of the gateway is about. The gateway calls a different address for each kind; the body
/// does not name it.
enum class notification_kind : std::uint8_t {
    check,     ///< may this payment go ahead? The only kind whose answer changes what happens
    pay,       ///< the issuer approved: money taken (`completed`) or held (`authorized`)
    fail,      ///< one attempt was declined; the next may succeed
    confirm,   ///< held money was taken
    cancel,    ///< a hold was released
    refund,    ///< money went back, whole or in part
    recurrent, ///< a subscription changed its state
    receipt,   ///< a fiscal receipt was issued
    other,     ///< a kind that this service does not know
};
/// The last segment of the address, e.g. "pay".
[[nodiscard]] std::string_view to_string(notification_kind kind);
/// `other` for a name that is not known.
[[nodiscard]] notification_kind parse_notification_kind(std::string_view name);

/// How far a transaction has come, as the gateway says.
enum class transaction_status : std::uint8_t {
    none, ///< nothing is said
    awaiting_authentication,
    authorized,
    completed,
    cancelled,
    declined,
    other,
};

/// What a notification says, as far as it decides about a payment. Absent texts are empty.
struct notification_facts {
    notification_kind kind{};
    std::string transaction_id;         ///< the gateway's; of a refund, the refund's own
    std::string payment_transaction_id; ///< of a refund: of what was paid
    std::optional<std::int64_t> amount_cents;
    std::string currency;
    std::string account_id; ///< the user's id, as this service gave it to the gateway
    transaction_status status{};
    std::optional<bool> test_mode; ///< no real money moved
    std::string card_type;
    std::string card_last_four;

    notification_facts() = default;
};

/// What the configuration says about payments.
struct payment_rules {
    bool test_mode = false; ///< only test notifications count; otherwise only real ones do
};

/// What the wallet does about a notification, in the commit that carries the payment's change.
enum class payment_action : std::uint8_t {
    none,
    credit,    ///< the package's tokens, now and only now
    authorize, ///< the hold is noted
    cancel,    ///< the hold is gone
    refund,    ///< money went back: noted, to take effect on the payment that it belongs to
};

/// What is made of one notification.
struct payment_decision {
    std::string_view verdict; ///< stable, for the archive and the metrics, e.g. "credited"; a literal
    std::int32_t code = 0;    ///< the gateway's reply code
    payment_action action{};
    bool alarm = false; ///< an operator has to look at it
    std::optional<payment_change> change;
};

/// What a refund does to the payment that it belongs to.
struct refund_decision {
    payment_change change;
    refund_application application;
    bool alarm = false; ///< more was given back than was paid
};

/// One payment and the rules of what the gateway's notifications do to it, whatever their number and order:
/// pure, without clock, database or actors. `decide` changes nothing; `apply` makes a committed change true
/// in memory.
///
/// - Money that was taken (Pay with `completed`, Confirm) is credited exactly once, also when the order has
/// expired or
///   a hold was released before: the payer has paid. The same transaction again is a "duplicate", another one
///   is "paid_twice": no second credit, an operator gives the money back.
/// - Held money (Pay with `authorized`) is not credited; Cancel releases it; a Fail never undoes anything.
/// - Money that was given back takes tokens back in proportion, rounded down, and all of them with the last
/// of it.
/// - An amount, currency, account or test mode that differs or is missing never credits; no retry would cure
/// it, so
///   the reply is 0 and an operator is called.
class payment {
public:
    explicit payment(payment_record record) : record_{std::move(record)} {}

    [[nodiscard]] const payment_record& record() const { return record_; }

    /// `facts` must carry a transaction id and name this payment (by its invoice, or a refund by the
    /// transaction that it gives back).
    [[nodiscard]] payment_decision decide(const notification_facts& facts, instant now,
                                          payment_rules rules) const;

    /// What is made of a notification that names no payment of this service.
    [[nodiscard]] static payment_decision decide_unknown(const notification_facts& facts);

    /// Lets a refund of this payment's transaction take effect; the payment must be credited. `credited`: the
    /// tokens that it bought.
    [[nodiscard]] refund_decision decide_refund(const gateway_refund& refund, tokens credited) const;

    /// Whether its tokens were credited, whatever was taken back since.
    [[nodiscard]] bool credited() const;
    /// Whether it is still pending although its time is over.
    [[nodiscard]] bool overdue(instant now) const;
    /// Nobody has paid in time.
    [[nodiscard]] payment_change expire() const;

    /// `change` must have been decided on the present state.
    void apply(const payment_change& change);
    void apply(const refund_decision& decision);

private:
    [[nodiscard]] payment_decision decide_check(const notification_facts& facts, instant now,
                                                payment_rules rules) const;
    [[nodiscard]] payment_decision decide_pay(const notification_facts& facts, instant now,
                                              payment_rules rules) const;
    [[nodiscard]] payment_decision decide_confirm(const notification_facts& facts, instant now,
                                                  payment_rules rules) const;
    [[nodiscard]] payment_decision decide_cancel(const notification_facts& facts) const;
    [[nodiscard]] payment_decision credit_once(const notification_facts& facts, instant now) const;
    [[nodiscard]] payment_decision hold(const notification_facts& facts) const;

    [[nodiscard]] bool same_transaction(const notification_facts& facts) const;
    [[nodiscard]] payment_change change_to(payment_status status, const notification_facts& facts) const;

    payment_record record_;
};

} // namespace atelier
