#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/payment.hpp"
#include "actors/domain/subscription_rows.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier {

/// What a notification says, as far as it decides about a subscription. Absent texts are empty.
struct subscription_facts : notification_facts {
    std::string invoice_id;
    std::string subscription_id;           ///< the gateway's
    std::optional<instant> paid_at;        ///< DateTime
    bool card_token = false;               ///< it carries one
    gateway_standing standing{};           ///< of a Recurrent
    std::optional<std::int64_t> successes; ///< of a Recurrent: SuccessfulTransactionsNumber

    subscription_facts() = default;
};

/// What the configuration says about subscriptions.
struct subscription_rules {
    payment_rules payments;
    /// How long tokens outlive their period, and for how long after its end a charge still continues it.
    microseconds grace{};
};

/// What is made of one notification.
struct subscription_decision {
    std::string_view verdict; ///< stable, for the archive and the metrics, e.g. "credited"; a literal
    std::int32_t code = 0;    ///< the gateway's reply code
    bool alarm = false;       ///< an operator has to look at it
    std::optional<subscription_change> change;
    bool refund = false; ///< money went back: noted, to take effect on the charge that it belongs to
};

/// What a refund does to the charge that it belongs to.
struct charge_refund_decision {
    charge_refund application;
    purchase_id lot;
    bool alarm = false; ///< more was given back than was paid
};

/// What is made of an order.
struct ordered_period {
    subscription_order order;
    std::optional<subscription_change> change;
    instant second_charge_at; ///< if it is paid at once: the widget's `recurrent.startDate`
};

/// What is made of a change of plan.
struct plan_change {
    std::optional<subscription_change> change; ///< nothing: that is so already
    /// An upgrade takes effect when this is paid: by the known card (`due_calls`), or by the payer in the
    /// widget. Nothing: the change is scheduled, or one that was scheduled is taken back.
    std::optional<subscription_order> to_pay;
};

/// What the gateway has to be asked for. Each try looks first whether the last one was heard, and whether
/// what is to be updated still goes on: the payer can end it elsewhere, and an update would revive it.
struct gateway_call {
    enum class kind : std::uint8_t {
        cancel, ///< `gateway_subscription_id`
        update, ///< `gateway_subscription_id` to `terms`, and to `next_charge_at` if there is one
        create, ///< a subscription of the known card to `terms`, from `next_charge_at` on
        charge, ///< the known card, `amount_cents` for the order `invoice_id`
    };

    kind what{};
    std::string gateway_subscription_id;
    plan_terms terms;
    std::optional<instant> next_charge_at;
    std::string invoice_id;
    std::int64_t amount_cents = 0;

    friend bool operator==(const gateway_call&, const gateway_call&) = default;
};

/// The invoice of a subscription's order; `number` counts its orders. It names the user, so that whoever
/// hears of it knows whom to tell.
[[nodiscard]] std::string subscription_invoice(user_id user, subscription_id subscription,
                                               std::int64_t number);
/// Whose subscription a notification is about: by such an invoice, or by the account when it comes from the
/// gateway's subscription. Nothing when it is about something else.
[[nodiscard]] std::optional<user_id>
subscriber_of(const notification_facts& facts, std::string_view invoice_id, std::string_view subscription_id);

/// A user's subscription and the rules of what notifications and commands do to it: pure, without clock,
/// database or actors. Functions that decide change nothing; `apply` makes a committed change true in memory.
///
/// - Each charge is credited once, by its transaction. Periods follow from the charges in the order of their
///   moments, in whatever order they came to be known (`billing_run`); a late one moves those after it.
/// - A charge pays for the terms that hold when its period begins. When its amount is that of other terms of
///   this subscription, because the gateway has not heard of a change yet, it pays for those, and an operator
///   is called. Any other amount, currency, account or test mode never credits: the reply is 0, with an
///   alarm.
/// - Who has paid gets it, also for an order that is out of date, and after the end. The status stays; money
///   that was taken after the user had cancelled calls an operator.
/// - Of two Recurrents, the one with more successful charges is newer; with as many, the later one in active,
///   past due, cancelled, rejected, expired.
/// - The status follows from the charges, the user's wish, the gateway's last word and the time.
/// - An upgrade (same interval and currency, higher price) is paid at once: with `left` of all seconds of the
///   period, ceil(difference in price × left / all) buys floor(difference in tokens × left / all), or none
///   when there are fewer. Any other change, and any when nothing is left, begins with the next period. What
///   has ended is not changed but ordered anew.
class subscription {
public:
    /// `book` as loaded, in any order; for a user who has none, only with `row.id` and `row.user`.
    subscription(subscription_book book, subscription_rules rules);

    [[nodiscard]] const subscription_book& book() const { return book_; }
    [[nodiscard]] const subscription_record& row() const { return book_.row; }

    /// `facts` must carry a transaction id (a Recurrent: the gateway's subscription) and belong to this user,
    /// by invoice, by the gateway's subscription or by account.
    [[nodiscard]] subscription_decision decide(const subscription_facts& facts, instant now) const;

    /// Orders a first period; without a change while it is ordered already. A new order ends the time of
    /// those that it replaces. Errors: state_conflict when the subscription is active or the card is being
    /// charged.
    [[nodiscard]] outcome<ordered_period> decide_order(const plan_terms& terms, bool by_token,
                                                       std::string invoice_id, instant now,
                                                       instant expires_at) const;

    /// When the gateway has to charge by itself if a first period of these terms is paid at `now`.
    [[nodiscard]] instant second_charge_at(const plan_terms& terms, instant now) const;

    /// Changes the plan; to the present one: takes a scheduled change back. Errors: state_conflict when it
    /// has ended or the card is being charged.
    [[nodiscard]] outcome<plan_change> decide_plan(const plan_terms& terms, std::string invoice_id,
                                                   instant now, instant expires_at) const;

    /// The user wants no further period. Nothing when that is so already. Errors: not_found without a row.
    [[nodiscard]] outcome<std::optional<subscription_change>> decide_cancel(instant now) const;

    /// Whether time alone has changed the row.
    [[nodiscard]] bool overdue(instant now) const;
    [[nodiscard]] subscription_change settle(instant now) const;

    /// What the gateway has to be asked for as things stand, until it is done: each call is repeated until it
    /// has succeeded and `decide_called` is committed, or until it is no longer due.
    [[nodiscard]] std::vector<gateway_call> due_calls(instant now) const;
    /// Lets a refund of a charge take effect. Nothing when this subscription knows no such charge.
    [[nodiscard]] std::optional<charge_refund_decision> decide_refund(const gateway_refund& refund) const;

    /// When somebody has to look at it again: at once while something is due, or when time alone will change
    /// it; nothing = never.
    [[nodiscard]] std::optional<instant> look_again_at(instant now) const;

    /// A call has succeeded; `created`: the id of the subscription that a `create` has made.
    [[nodiscard]] subscription_change decide_called(const gateway_call& call, const std::string& created,
                                                    instant now) const;

    /// The terms of `moment`: the last ones that hold from then or earlier. Null before the first payment.
    [[nodiscard]] const plan_terms* terms_at(instant moment) const;
    /// The status at `now`, whatever the row says.
    [[nodiscard]] subscription_status status_at(instant now) const;

    /// `change` must have been decided on the present state.
    void apply(const subscription_change& change);
    void apply(const charge_refund_decision& decision);

private:
    struct purchase;

    [[nodiscard]] subscription_decision decide_check(const subscription_facts& facts, instant now) const;
    [[nodiscard]] subscription_decision decide_pay(const subscription_facts& facts, instant now) const;
    [[nodiscard]] subscription_decision decide_fail(const subscription_facts& facts, instant now) const;
    [[nodiscard]] subscription_decision decide_recurrent(const subscription_facts& facts, instant now) const;
    [[nodiscard]] purchase find_purchase(const subscription_facts& facts, instant paid_at) const;
    [[nodiscard]] subscription_decision credit(const subscription_facts& facts, const purchase& bought,
                                               instant paid_at, instant now) const;
    [[nodiscard]] subscription_decision paid_twice(const subscription_facts& facts, instant now) const;

    [[nodiscard]] const subscription_order* find_order(std::string_view invoice_id) const;
    [[nodiscard]] const subscription_charge* find_charge(std::string_view transaction_id) const;
    [[nodiscard]] const subscription_at_gateway* find_gateway(std::string_view id) const;
    [[nodiscard]] const subscription_at_gateway* present_gateway() const;
    [[nodiscard]] bool is_renewal(const subscription_facts& facts, const subscription_order* order) const;
    [[nodiscard]] std::vector<const plan_terms*> possible_terms(std::string_view gateway_subscription_id,
                                                                instant paid_at) const;
    [[nodiscard]] bool has_charged(std::string_view gateway_subscription_id) const;
    [[nodiscard]] const subscription_order* awaited_order(const subscription_facts& facts) const;
    [[nodiscard]] bool credited_elsewhere(instant paid_at) const;
    [[nodiscard]] bool against_will(const subscription_order* order, instant paid_at) const;
    /// The last period of the charges made before `moment`.
    [[nodiscard]] std::optional<billing_period> last_period(instant moment = instant::max()) const;
    [[nodiscard]] const subscription_charge* last_first_charge() const;
    [[nodiscard]] bool charging_card(instant now) const;
    [[nodiscard]] bool superfluous(const subscription_order& order, instant now) const;
    [[nodiscard]] std::optional<subscription_order> upgrade(const plan_terms& from, const plan_terms& to,
                                                            instant now) const;

    [[nodiscard]] subscription_change begin() const;
    void add_charge(subscription_change& change, subscription_charge charge, instant now) const;
    void add_gateway(subscription_change& change, const subscription_charge& charge,
                     const plan_terms& terms) const;
    void end_orders(subscription_change& change, instant now) const;
    [[nodiscard]] subscription_change finish(subscription_change change, instant now) const;
    void take_over(const subscription_change& change);

    subscription_book book_;
    subscription_rules rules_;
};

} // namespace atelier
