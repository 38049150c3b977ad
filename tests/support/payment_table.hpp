#pragma once

#include "actors/domain/payment.hpp"
#include "tests/support/notification_table.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

/// What each notification does to a payment in each of its states.
namespace atelier::test {

inline constexpr instant ordered_at{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} +
                                    std::chrono::hours{9}};
inline constexpr instant soon = ordered_at + std::chrono::minutes{1};
inline constexpr payment_rules testing{true};

inline constexpr std::array payment_states{payment_status::pending,  payment_status::authorized,
                                           payment_status::paid,     payment_status::partially_refunded,
                                           payment_status::refunded, payment_status::cancelled,
                                           payment_status::expired};

inline payment_record payment_in(payment_status status) {
    payment_record record;
    record.id = payment_id{7};
    record.user = user_id{42};
    record.package = token_package_id{3};
    record.amount_cents = 99'000;
    record.currency = "RUB";
    record.status = status;
    record.invoice_id = "inv-7";
    record.expires_at = ordered_at + std::chrono::hours{1};
    record.created_at = ordered_at;
    if (status != payment_status::pending && status != payment_status::expired)
        record.cloudpayments_transaction_id = "T1";
    return record;
}

/// A notification that fits that payment in everything.
inline notification_facts fitting(notification_kind kind, std::string transaction,
                                  transaction_status status = transaction_status::none) {
    notification_facts facts;
    facts.kind = kind;
    facts.transaction_id = std::move(transaction);
    facts.amount_cents = 99'000;
    facts.currency = "RUB";
    facts.account_id = "42";
    facts.status = status;
    facts.test_mode = true;
    facts.card_type = "Visa";
    facts.card_last_four = "4242";
    return facts;
}

inline notification_facts without_amount(notification_facts facts) {
    facts.amount_cents.reset();
    return facts;
}

inline std::string_view to_string(payment_action action) {
    constexpr std::array<std::string_view, 5> names{"", "credit", "hold", "release", "note"};
    return names.at(static_cast<std::size_t>(action));
}

/// As in a cell of the table.
inline std::string written(const payment_decision& decision) {
    std::string text{decision.verdict};
    if (decision.code != 0)
        text += "=" + std::to_string(decision.code);
    if (decision.change)
        text.append(">").append(to_string(decision.change->status));
    if (decision.action != payment_action::none)
        text.append("+").append(to_string(decision.action));
    return decision.alarm ? text + "!" : text;
}

using payment_row = notification_row<notification_facts, payment_states.size()>;

/// T1 is the transaction that the payment knows of (when it knows one), T2 another one.
inline std::vector<payment_row> payment_table() {
    using kind = notification_kind;
    constexpr std::string_view dup = "duplicate";
    constexpr std::string_view credit = "credited>paid+credit";
    constexpr std::string_view twice = "paid_twice!";
    constexpr std::string_view other = "other_transaction";
    constexpr std::string_view held2 = "held_twice!";
    constexpr std::string_view held = "authorized>authorized+hold";
    constexpr std::string_view released = "cancelled>cancelled+release";
    constexpr auto completed = transaction_status::completed;
    constexpr auto authorized = transaction_status::authorized;
    constexpr auto same = everywhere<payment_states.size()>;
    return {
        // name, facts, {pending, authorized, paid, partially_refunded, refunded, cancelled, expired}
        {"check",
         fitting(kind::check, "T2", completed),
         {"accepted", "not_payable=13", "not_payable=13", "not_payable=13", "not_payable=13",
          "not_payable=13", "expired=20"}},
        {"pay completed T1",
         fitting(kind::pay, "T1", completed),
         {credit, credit, dup, dup, dup, "credited>paid+credit!", credit}},
        {"pay completed T2",
         fitting(kind::pay, "T2", completed),
         {credit, "credited>paid+credit!", twice, twice, twice, credit, credit}},
        {"pay authorized T1",
         fitting(kind::pay, "T1", authorized),
         {held, dup, "superseded", "superseded", "superseded", "superseded", held}},
        {"pay authorized T2",
         fitting(kind::pay, "T2", authorized),
         {held, held2, held2, held2, held2, held, held}},
        {"pay declined", fitting(kind::pay, "T1", transaction_status::declined), same("unexpected_status!")},
        {"pay without status", fitting(kind::pay, "T1"), same("unexpected_status!")},
        {"pay of unknown status", fitting(kind::pay, "T1", transaction_status::other),
         same("unexpected_status!")},
        {"confirm T1",
         fitting(kind::confirm, "T1", completed),
         {credit, credit, dup, dup, dup, "credited>paid+credit!", credit}},
        {"confirm T1 without status",
         fitting(kind::confirm, "T1"),
         {credit, credit, dup, dup, dup, "credited>paid+credit!", credit}},
        {"confirm T2",
         fitting(kind::confirm, "T2", completed),
         {credit, "credited>paid+credit!", twice, twice, twice, credit, credit}},
        {"confirm authorized", fitting(kind::confirm, "T1", authorized), same("unexpected_status!")},
        {"cancel T1",
         fitting(kind::cancel, "T1"),
         {released, released, "cancel_after_credit!", "cancel_after_credit!", "cancel_after_credit!", dup,
          released}},
        {"cancel T2", fitting(kind::cancel, "T2"), {released, other, other, other, other, other, released}},
        {"fail T1", fitting(kind::fail, "T1", transaction_status::declined), same("declined")},
        {"fail T2", fitting(kind::fail, "T2"), same("declined")},
        {"refund", fitting(kind::refund, "R1"), same("refund_recorded+note")},
        {"refund without amount", without_amount(fitting(kind::refund, "R1")), same("amount_missing!")},
        {"recurrent", fitting(kind::recurrent, ""), same("archived")},
        {"receipt", fitting(kind::receipt, "T1"), same("archived")},
        {"other", fitting(kind::other, ""), same("archived")},
    };
}

inline std::string payment_markdown() {
    std::array<std::string_view, payment_states.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names.at(i) = to_string(payment_states.at(i));
    return markdown(names, payment_table());
}

} // namespace atelier::test
