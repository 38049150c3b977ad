#pragma once

#include "actors/domain/billing_period.hpp"
#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The rows that a subscription consists of, and how one command changes them.
namespace atelier {

/// subscriptions.status.
enum class subscription_status : std::uint8_t {
    pending,   ///< ordered, nothing paid yet
    active,    ///< paid, and goes on
    past_due,  ///< what was paid is over, and the next charge has not succeeded yet
    cancelled, ///< what was paid lasts until its end; nothing follows
    rejected,  ///< the gateway gave up after failed charges; nothing follows
    expired,   ///< over
};
[[nodiscard]] std::string_view to_string(subscription_status status);
[[nodiscard]] std::optional<subscription_status> parse_subscription_status(std::string_view text);

/// What the gateway says of its subscription. In the order in which it happens while the number of its
/// successful charges stays the same.
enum class gateway_standing : std::uint8_t { unknown, active, past_due, cancelled, rejected, expired };
/// As the gateway writes it, e.g. "PastDue"; of `unknown`, "".
[[nodiscard]] std::string_view to_string(gateway_standing standing);
/// `unknown` for a text that is not known.
[[nodiscard]] gateway_standing parse_gateway_standing(std::string_view text);
/// It will charge no more, unless somebody revives it: an update would.
[[nodiscard]] constexpr bool has_ended(gateway_standing s) {
    return s >= gateway_standing::cancelled;
}

/// What was agreed with a subscriber: a plan as it was when it was ordered, whatever becomes of its row.
struct plan_terms {
    plan_id plan;
    tokens tokens_amount = 0; ///< a period
    std::int64_t price_cents = 0;
    std::string currency;
    plan_interval interval;

    friend bool operator==(const plan_terms&, const plan_terms&) = default;
};

/// Terms and the moment from which they hold, until the next ones do.
struct agreed_terms {
    plan_terms terms;
    instant from;
    /// Not by an order's payment: from a period's end on, or in place of a payment that has not come yet.
    bool scheduled = false;
};

/// Why money is asked for or was taken.
enum class charge_kind : std::uint8_t {
    first,   ///< begins a subscription with the gateway, and pays for its first period
    renewal, ///< pays for a further period
    upgrade, ///< pays the difference to a dearer plan for the time that is left
};
[[nodiscard]] std::string_view to_string(charge_kind kind);
[[nodiscard]] std::optional<charge_kind> parse_charge_kind(std::string_view text);

/// Something that can be paid once, by its invoice: a first period or an upgrade. Also when its time is over:
/// who has paid gets it.
struct subscription_order {
    std::string invoice_id; ///< unique
    charge_kind kind{};     ///< `first` or `upgrade`
    plan_terms terms;       ///< that hold once it is paid
    std::int64_t amount_cents = 0;
    tokens tokens_amount = 0; ///< that it buys
    instant created_at;
    instant expires_at;    ///< no Check is accepted from then on
    bool by_token = false; ///< the service charges the known card; otherwise the payer does, in the widget
    bool declined = false; ///< so the known card is not charged again
    std::string transaction_id; ///< of the charge that paid it; "" = not paid
};

/// What the transaction of a charge begins with that stands for all that another program has credited,
/// before a subscription of that program's was taken over.
inline constexpr std::string_view adopted_prefix = "adopted:";

/// Money that was taken, by the gateway's transaction: each is credited once.
struct subscription_charge {
    std::string transaction_id; ///< unique
    std::string invoice_id;     ///< of the order that it pays, or ""
    std::string gateway_subscription_id;
    charge_kind kind{};
    plan_id plan;
    plan_interval interval;
    std::int64_t amount_cents = 0;
    std::string currency;
    tokens tokens_amount = 0;        ///< credited
    instant paid_at;                 ///< as the gateway says
    billing_period period;           ///< that it pays for; of an upgrade, what was left
    purchase_id lot;                 ///< with its tokens; 0 = none, or not known here
    std::int64_t refunded_cents = 0; ///< that were given back of it
};

/// A subscription at the gateway, which charges the card by itself.
struct subscription_at_gateway {
    std::string id; ///< unique
    gateway_standing standing{};
    std::int64_t successes = 0;      ///< successful charges when it had that standing
    std::optional<plan_terms> terms; ///< that it charges for, as far as is known
    /// When its first charge was made, of those that are known, or when the service had it made. The present
    /// one is the one that began last and not before the last payment of kind `first`; all others are to be
    /// cancelled.
    std::optional<instant> began_at;
    bool unwanted = false; ///< it came from paying one order twice
};

/// The row of subscriptions with what its companion row holds.
struct subscription_record {
    subscription_id id;
    user_id user;
    plan_id plan;
    std::optional<plan_id> scheduled_plan;
    subscription_status status{};
    std::string gateway_subscription_id;  ///< the present one; "" = null
    std::optional<billing_period> period; ///< the last that is paid; nothing before the first payment
    std::optional<instant> cancelled_at;  ///< by the user
    bool card_known = false;              ///< a card token is stored, apart from here
    std::int64_t revision = 0;            ///< raised by each change; 0 = there is no row yet
    /// When somebody has to look at it again: something is due at the gateway, or time alone changes it.
    std::optional<instant> look_again_at;
};

/// All that is known of a user's subscription.
struct subscription_book {
    subscription_record row;
    std::vector<agreed_terms> terms;          ///< in the order of their moments
    std::vector<subscription_order> orders;   ///< in the order of their creation
    std::vector<subscription_charge> charges; ///< in the order of (paid_at, transaction_id)
    std::vector<subscription_at_gateway> gateways;
};

/// A period moves, because a charge that was made before its own has come to light after it.
struct period_move {
    std::string transaction_id;
    billing_period expected;
    billing_period period;
};

/// What one command or notification changes, compare-and-set.
struct subscription_change {
    subscription_status expected_status{};
    std::optional<instant> expected_period_end;
    std::int64_t expected_revision = 0; ///< 0: the row is to be inserted

    subscription_record row; ///< as it is from now on
    std::string card_token;  ///< secret: to be kept from now on, "" = as it is

    /// A new row. With tokens, they are credited as a lot (operation `subscription`) until `lot_expires_at`.
    std::optional<subscription_charge> charge;
    std::optional<instant> lot_expires_at;
    std::vector<period_move> moved;                ///< their lots live as much longer
    std::vector<subscription_order> orders;        ///< new or replaced, by invoice
    std::vector<subscription_at_gateway> gateways; ///< new or replaced, by id
    /// Scheduled terms from this moment on or later are deleted, before those that were agreed are inserted.
    std::optional<instant> unscheduled_from;
    std::optional<agreed_terms> agreed;
};

} // namespace atelier
