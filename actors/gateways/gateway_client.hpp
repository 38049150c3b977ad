#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/payment.hpp"
#include "actors/domain/subscription_rows.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atelier {

/// What a transaction of the gateway does with the money.
enum class gateway_operation : std::uint8_t { payment, refund, payout, other };

/// A transaction as the gateway knows it. Absent texts are empty; identifiers stay text.
struct gateway_transaction {
    std::string transaction_id;
    std::string original_transaction_id; ///< of a refund: the payment that it gives back
    gateway_operation type{};
    transaction_status status{};
    std::int64_t amount_cents = 0; ///< 0 while `status` is awaiting_authentication
    std::string currency;
    std::string invoice_id;
    std::string account_id;
    std::string subscription_id;
    std::string token; ///< secret: it charges the payer's card
    bool test_mode = false;
    bool refunded = false; ///< of a payment: whole or in part
    std::string card_type;
    std::string card_last_four;
    std::string reason;                      ///< of a decline, e.g. "InsufficientFunds"
    std::optional<std::int32_t> reason_code; ///< e.g. 5051; 0 = approved
    std::optional<instant> created_at;

    gateway_transaction() = default;
};

/// A subscription as the gateway knows it: it charges the card every `period` intervals.
struct gateway_subscription {
    std::string id;
    std::string account_id;
    std::string description;
    std::int64_t amount_cents = 0;
    std::string currency;
    gateway_standing status{};
    interval_unit interval{};
    std::int32_t period = 0;
    std::optional<std::int32_t> max_periods;
    std::int32_t successful_transactions = 0;
    std::int32_t failed_transactions = 0; ///< in a row
    std::optional<instant> starts_at;
    std::optional<instant> last_transaction_at;
    std::optional<instant> next_transaction_at;

    gateway_subscription() = default;
};

/// Money that a payer's bank took back, or returned. The gateway sends no notification of it.
struct gateway_chargeback {
    std::string id;
    std::string transaction_id; ///< of the disputed payment
    std::string operation;      ///< "Presentment" (taken back) or "Representment" (returned)
    std::string type;           ///< "Chargeback" or "Fee"
    std::int64_t amount_cents = 0;
    std::string currency;
    std::optional<instant> at;

    gateway_chargeback() = default;
};

/// One page of a list, oldest first.
template <class T>
struct gateway_page {
    std::vector<T> items;
    bool more = false; ///< the next page may hold something

    gateway_page() = default;
};

/// Moments, both ends included; fractions of a second are dropped.
struct gateway_period {
    instant from;
    instant until;
};

/// Who wants a card to be charged by its token.
enum class charge_initiator : std::uint8_t {
    merchant_scheduled,   ///< by a plan that the payer agreed to
    merchant_unscheduled, ///< by an event that the payer agreed to
    payer,                ///< just now
};

/// A charge of a saved card, in one stage.
struct gateway_charge {
    std::string token;
    std::string account_id; ///< the one that the token was given for
    std::int64_t amount_cents = 0;
    std::string currency;
    std::string invoice_id;  ///< "" = none
    std::string description; ///< "" = none
    std::string email;       ///< for the gateway's receipt; "" = none
    charge_initiator initiator{};

    gateway_charge() = default;
};

struct gateway_subscription_order {
    std::string token;
    std::string account_id;
    std::string description;
    std::string email; ///< "" = none
    std::int64_t amount_cents = 0;
    std::string currency;
    instant starts_at; ///< of the first charge, in the future
    interval_unit interval{};
    std::int32_t period = 1;
    std::optional<std::int32_t> max_periods;

    gateway_subscription_order() = default;
};

/// What is to be different; what is not set stays.
struct gateway_subscription_change {
    std::optional<std::string> description;
    std::optional<std::int64_t> amount_cents; ///< goes with `currency`
    std::string currency;
    std::optional<instant> starts_at; ///< of the next charge, in the future
    std::optional<interval_unit> interval;
    std::optional<std::int32_t> period;
    std::optional<std::int32_t> max_periods;

    gateway_subscription_change() = default;
};

/// What this service asks of a gateway. Thread-safe.
///
/// Every call returns at once and calls `done` exactly once, without a lock: from one of the client's
/// threads, or before it returns when the call is not even begun. `done` must neither block nor throw.
///
/// A call that changes something takes a `request_id`, 1 to 255 visible ASCII characters. The same id says
/// that it is the same change: the gateway carries it out once and repeats its reply, for one hour. After
/// that hour the caller has to look before it repeats.
///
/// Errors of every call:
/// - validation_failed: the call makes no sense; nothing was sent.
/// - overloaded: too many calls are waiting; nothing was sent.
/// - not_found: the gateway knows no such thing.
/// - gateway_refused: the gateway said no and nothing changed; its reason is in the detail.
/// - unavailable: no reply in time, or the client was stopped. Whether a change was made is unknown: repeat
///   it with the same id, or look.
/// - gateway_unavailable: there was a reply that cannot be used, or the gateway does not accept our keys. An
///   operator has to look; whether a change was made is unknown.
class gateway_client {
public:
    template <class T>
    using callback = std::function<void(outcome<T>)>;

    virtual ~gateway_client() = default;

    /// Whether the gateway answers and accepts our keys.
    virtual void test(callback<done> then) = 0;

    // -- transactions. A declined one is a value, not a failure.
    // ---------------------------------------------
    virtual void get_transaction(std::string transaction_id, callback<gateway_transaction> then) = 0;
    /// The latest payment with that invoice.
    virtual void find_payment(std::string invoice_id, callback<gateway_transaction> then) = 0;
    /// The latest transaction with that invoice, refunds and payouts included.
    virtual void find_transaction(std::string invoice_id, callback<gateway_transaction> then) = 0;
    /// All transactions created in a period, of every kind and status; `page` counts from 1.
    virtual void list_transactions(gateway_period created, std::int32_t page,
                                   callback<gateway_page<gateway_transaction>> then) = 0;
    /// Chargebacks of a period of at most one year; `page` counts from 1.
    virtual void list_chargebacks(gateway_period created, std::int32_t page,
                                  callback<gateway_page<gateway_chargeback>> then) = 0;

    /// Gives back a payment or a part of it. → the transaction id of the refund
    virtual void refund(std::string request_id, std::string transaction_id, std::int64_t amount_cents,
                        callback<std::string> then) = 0;
    /// Takes money that is held, or a part of it.
    virtual void confirm(std::string request_id, std::string transaction_id, std::int64_t amount_cents,
                         callback<done> then) = 0;
    /// Lets money go that is held.
    virtual void release(std::string request_id, std::string transaction_id, callback<done> then) = 0;
    /// `status` says how it went.
    virtual void charge(std::string request_id, gateway_charge order, callback<gateway_transaction> then) = 0;

    // -- subscriptions
    // ---------------------------------------------------------------------------------------
    virtual void create_subscription(std::string request_id, gateway_subscription_order order,
                                     callback<gateway_subscription> then) = 0;
    virtual void get_subscription(std::string id, callback<gateway_subscription> then) = 0;
    virtual void find_subscriptions(std::string account_id,
                                    callback<std::vector<gateway_subscription>> then) = 0;
    /// Any change makes a subscription active again that had ended.
    virtual void update_subscription(std::string request_id, std::string id,
                                     gateway_subscription_change change,
                                     callback<gateway_subscription> then) = 0;
    virtual void cancel_subscription(std::string request_id, std::string id, callback<done> then) = 0;

    /// Ends within a second; who still waits is answered with `unavailable`. Not from a callback.
    virtual void stop() = 0;
};

} // namespace atelier
