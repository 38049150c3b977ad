#pragma once

#include "actors/gateways/sandbox/calendar.hpp"
#include "actors/gateways/sandbox/card.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the sandbox knows of a shop: the records that its journal keeps.
namespace atelier::sandbox {

/// The numbers are the gateway's StatusCodes.
enum class transaction_status : std::uint8_t {
    awaiting_authentication = 1, ///< the payer is at 3-D Secure
    authorized = 2,              ///< the money is held
    completed = 3,
    cancelled = 4,
    declined = 5,
};
/// "AwaitingAuthentication", …
[[nodiscard]] std::string_view to_string(transaction_status status);

enum class transaction_type : std::uint8_t { payment = 0, refund = 1 };

/// The numbers are the gateway's StatusCodes, as far as they are documented.
enum class subscription_status : std::uint8_t {
    active = 0,
    past_due = 1, ///< the last charge failed, and is tried again
    expired = 2,  ///< every charge that was wanted has been made
    cancelled = 3,
    rejected = 4, ///< three charges in a row failed
};
/// "Active", "PastDue", …
[[nodiscard]] std::string_view to_string(subscription_status status);

/// How a subscription charges.
struct recurrence {
    interval unit = interval::month;
    std::int32_t period = 1;                  ///< units between two charges
    std::optional<std::int32_t> max_periods;  ///< charges in all; the payment that made it is none of them
    std::optional<std::int64_t> amount_cents; ///< of each charge; the first payment's when not given
    std::optional<instant> start;             ///< first charge; one period after the first payment

    recurrence() = default;
    friend bool operator==(const recurrence&, const recurrence&) = default;
};

/// What is to be paid, as the shop told the widget or the API.
struct order {
    std::string invoice_id;
    std::int64_t amount_cents = 0;
    std::string currency = "RUB";
    std::string account_id;
    std::string email;
    std::string name;
    std::string description;
    std::string data;    ///< JSON, handed back in Data; "" = none
    std::string receipt; ///< JSON of a fiscal receipt that is wanted; "" = none
    bool two_stage = false;
    std::optional<recurrence> recurrent;

    order() = default;
    friend bool operator==(const order&, const order&) = default;
};

struct transaction {
    std::int64_t id = 0;
    transaction_type type = transaction_type::payment;
    transaction_status status = transaction_status::awaiting_authentication;
    std::int64_t original_id = 0; ///< of a refund: the payment
    order what;                   ///< its amount is what was charged, held or paid back
    card paid_with;
    bool by_token = false;
    reason why = reason::approved;
    std::int64_t refunded_cents = 0; ///< of a payment: paid back so far
    instant created;
    std::optional<instant> authorized;
    std::optional<instant> confirmed;
    std::string token;           ///< of the card, once the payment was approved
    std::string subscription_id; ///< made by this payment, or charging by it
    std::string card_id;
    std::string auth_code;
    std::string rrn;

    transaction() = default;
    friend bool operator==(const transaction&, const transaction&) = default;
    [[nodiscard]] bool paid() const {
        return status == transaction_status::completed || status == transaction_status::authorized;
    }
};

/// A saved card: it can be charged for this account only.
struct card_token {
    std::string token;
    std::string account_id;
    card saved;
    instant created;

    card_token() = default;
    friend bool operator==(const card_token&, const card_token&) = default;
};

struct subscription {
    std::string id;
    std::string account_id;
    std::string token;
    std::string email;
    std::string description;
    std::string currency = "RUB";
    std::string receipt;
    std::int64_t amount_cents = 0;
    bool two_stage = false;
    interval unit = interval::month;
    std::int32_t period = 1;
    std::optional<std::int32_t> max_periods;
    subscription_status status = subscription_status::active;
    std::int32_t succeeded = 0;
    std::int32_t failed = 0; ///< in a row
    instant start;
    std::optional<instant> last;
    std::optional<instant> next; ///< none once it has ended
    std::optional<instant> due;  ///< the charge that `next` was counted from: a retry comes a day after it

    subscription() = default;
    friend bool operator==(const subscription&, const subscription&) = default;
    [[nodiscard]] bool open() const {
        return status == subscription_status::active || status == subscription_status::past_due;
    }
};

struct chargeback {
    std::int64_t id = 0;
    std::int64_t transaction_id = 0;
    std::int64_t amount_cents = 0;
    std::string currency;
    instant created;

    chargeback() = default;
    friend bool operator==(const chargeback&, const chargeback&) = default;
};

/// A notification as it is sent, any number of times; it is signed when it is sent.
struct message {
    std::string kind;    ///< last segment of the address: check, pay, fail, …
    std::string subject; ///< id of the transaction or subscription that it is about
    std::string body;    ///< form-encoded

    message() = default;
    message(std::string k, std::string s, std::string b)
        : kind{std::move(k)}, subject{std::move(s)}, body{std::move(b)} {}
    friend bool operator==(const message&, const message&) = default;
};

/// What one command changed: every record as it is now, and what the shop is to be told.
struct changes {
    std::vector<transaction> transactions;
    std::vector<card_token> tokens;
    std::vector<subscription> subscriptions;
    std::vector<chargeback> chargebacks;
    std::vector<message> messages;

    changes() = default;
    [[nodiscard]] bool empty() const {
        return transactions.empty() && tokens.empty() && subscriptions.empty() && chargebacks.empty() &&
               messages.empty();
    }
};

} // namespace atelier::sandbox
