#pragma once

#include "actors/domain/subscription.hpp"
#include "tests/support/notification_table.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

/// What each notification does to a subscription in each of its states.
namespace atelier::test {

inline constexpr instant subscribed_at{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} +
                                       std::chrono::hours{9}};
inline constexpr subscription_rules with_grace{payment_rules{true}, std::chrono::days{3}};

inline plan_terms monthly(std::int64_t number = 1) {
    plan_terms terms;
    terms.plan = plan_id{number};
    terms.tokens_amount = static_cast<tokens>(60 * number);
    terms.price_cents = 100'000 * number;
    terms.currency = "RUB";
    terms.interval = {interval_unit::month, 1};
    return terms;
}

inline plan_terms weekly() {
    plan_terms terms;
    terms.plan = plan_id{9};
    terms.tokens_amount = 15;
    terms.price_cents = 30'000;
    terms.currency = "RUB";
    terms.interval = {interval_unit::week, 1};
    return terms;
}

/// Nothing but the user.
inline subscription nobody_yet() {
    subscription_book book;
    book.row.id = subscription_id{5};
    book.row.user = user_id{42};
    return subscription{std::move(book), with_grace};
}

/// With a first period of `terms` ordered as "inv-1".
inline subscription ordered(const plan_terms& terms = monthly(), instant at = subscribed_at) {
    auto subject = nobody_yet();
    subject.apply(*subject.decide_order(terms, false, "inv-1", at, at + std::chrono::hours{1})->change);
    return subject;
}

/// A charge of the gateway's subscription sc_1 that fits `terms`.
inline subscription_facts charged(std::string transaction, instant at, const plan_terms& terms = monthly()) {
    subscription_facts facts;
    facts.kind = notification_kind::pay;
    facts.transaction_id = std::move(transaction);
    facts.amount_cents = terms.price_cents;
    facts.currency = terms.currency;
    facts.account_id = "42";
    facts.status = transaction_status::completed;
    facts.test_mode = true;
    facts.subscription_id = "sc_1";
    facts.paid_at = at;
    return facts;
}

/// The payment of the order "inv-1", which begins sc_1.
inline subscription_facts first_charge(std::string transaction, instant at,
                                       const plan_terms& terms = monthly()) {
    auto facts = charged(std::move(transaction), at, terms);
    facts.invoice_id = "inv-1";
    return facts;
}

inline subscription_facts recurrent(gateway_standing standing, std::int64_t successes,
                                    std::string subscription_at_gateway = "sc_1") {
    subscription_facts facts;
    facts.kind = notification_kind::recurrent;
    facts.account_id = "42";
    facts.amount_cents = monthly().price_cents;
    facts.currency = "RUB";
    facts.subscription_id = std::move(subscription_at_gateway);
    facts.standing = standing;
    facts.successes = successes;
    return facts;
}

/// Lets a notification take effect; what it was made of.
inline subscription_decision hear(subscription& subject, const subscription_facts& facts, instant now) {
    auto decision = subject.decide(facts, now);
    if (decision.change)
        subject.apply(*decision.change);
    return decision;
}

inline constexpr std::array subscription_states{subscription_status::pending,  subscription_status::active,
                                                subscription_status::past_due, subscription_status::cancelled,
                                                subscription_status::rejected, subscription_status::expired};

/// The moment at which the table asks.
inline constexpr instant asked_at = subscribed_at + std::chrono::minutes{30};

/// A subscription in that state at `asked_at`: paid by T1 except when pending, by the gateway's subscription
/// sc_1.
inline subscription subscription_in(subscription_status status) {
    using enum subscription_status;
    const bool over = status == past_due || status == rejected || status == expired;
    const auto since = over ? subscribed_at - std::chrono::days{32} : subscribed_at;
    auto subject = ordered(monthly(), since);
    if (status == pending)
        return subject;
    hear(subject, first_charge("T1", since + std::chrono::minutes{1}), since + std::chrono::minutes{1});
    if (status == cancelled || status == expired)
        subject.apply(**subject.decide_cancel(since + std::chrono::minutes{2}));
    const auto standing = status == active     ? gateway_standing::active
                          : status == past_due ? gateway_standing::past_due
                          : status == rejected ? gateway_standing::rejected
                                               : gateway_standing::cancelled;
    hear(subject, recurrent(standing, 1), asked_at);
    return subject;
}

inline std::string_view to_string(gateway_call::kind what) {
    constexpr std::array<std::string_view, 4> names{"cancel", "update", "create", "charge"};
    return names.at(static_cast<std::size_t>(what));
}

/// As in a cell of the table; `subject`: after the decision took effect.
inline std::string written(const subscription_decision& decision, const subscription& subject) {
    std::string text{decision.verdict};
    if (decision.code != 0)
        text += "=" + std::to_string(decision.code);
    if (decision.change)
        text.append(">").append(to_string(decision.change->row.status));
    if (decision.change && decision.change->charge)
        text += "+credit";
    if (decision.change)
        for (const auto& call : subject.due_calls(asked_at))
            text.append("+").append(to_string(call.what));
    if (decision.refund)
        text += "+note";
    return decision.alarm ? text + "!" : text;
}

using subscription_row = notification_row<subscription_facts, subscription_states.size()>;

template <class Edit>
subscription_facts but(subscription_facts facts, Edit edit) {
    edit(facts);
    return facts;
}

/// The rows of the table. T1 is the charge that is known, T2 another one.
inline std::vector<subscription_row> subscription_table() {
    using kind = notification_kind;
    using standing = gateway_standing;
    constexpr auto same = everywhere<subscription_states.size()>;
    const auto of_kind = [](kind what, subscription_facts facts) {
        return but(std::move(facts), [&](auto& f) { f.kind = what; });
    };
    const auto first = first_charge("T2", asked_at);
    const auto renewal = charged("T2", asked_at);
    return {
        // name, facts, {pending, active, past_due, cancelled, rejected, expired}
        {"check of the order",
         of_kind(kind::check, but(first, [](auto& f) { f.subscription_id.clear(); })),
         {"accepted", "not_payable=13", "not_payable=13", "not_payable=13", "not_payable=13",
          "not_payable=13"}},
        {"check of a renewal",
         of_kind(kind::check, renewal),
         {"accepted", "accepted", "accepted", "not_payable=13", "accepted", "not_payable=13"}},
        {"check of another amount", of_kind(kind::check, but(renewal, [](auto& f) { f.amount_cents = 1; })),
         same("amount_mismatch=12")},
        {"check of another account", of_kind(kind::check, but(renewal, [](auto& f) { f.account_id = "43"; })),
         same("account_mismatch=11")},
        {"check of an unknown order",
         of_kind(kind::check, but(renewal, [](auto& f) { f.subscription_id.clear(); })),
         same("unknown_invoice=10")},
        {"pay of the order, T1",
         first_charge("T1", asked_at),
         {"credited>active+credit", "duplicate", "duplicate", "duplicate", "duplicate", "duplicate"}},
        {"pay of the order, T2, by another subscription",
         but(first, [](auto& f) { f.subscription_id = "sc_2"; }),
         {"credited>active+credit", "paid_twice>active+cancel!", "paid_twice>past_due+cancel!",
          "paid_twice>cancelled+cancel!", "paid_twice>rejected+cancel!", "paid_twice>expired+cancel!"}},
        {"pay of a renewal",
         renewal,
         {"credited>active+credit", "credited>active+credit", "credited>active+credit",
          "credited>cancelled+credit!", "credited>rejected+credit", "credited>cancelled+credit!"}},
        {"confirm of a renewal",
         of_kind(kind::confirm, but(renewal, [](auto& f) { f.status = transaction_status::none; })),
         {"credited>active+credit", "credited>active+credit", "credited>active+credit",
          "credited>cancelled+credit!", "credited>rejected+credit", "credited>cancelled+credit!"}},
        {"pay that only holds the money",
         but(renewal, [](auto& f) { f.status = transaction_status::authorized; }), same("authorized!")},
        {"pay declined", but(renewal, [](auto& f) { f.status = transaction_status::declined; }),
         same("unexpected_status!")},
        {"pay of another amount", but(renewal, [](auto& f) { f.amount_cents = 1; }),
         same("amount_mismatch!")},
        {"pay in another currency", but(renewal, [](auto& f) { f.currency = "KZT"; }),
         same("currency_mismatch!")},
        {"pay of another account", but(renewal, [](auto& f) { f.account_id = "43"; }),
         same("account_mismatch!")},
        {"pay that is none", but(renewal, [](auto& f) { f.test_mode = false; }), same("test_mode_mismatch!")},
        {"pay of an unknown order", but(renewal, [](auto& f) { f.subscription_id.clear(); }),
         same("unknown_invoice!")},
        {"fail", of_kind(kind::fail, but(renewal, [](auto& f) { f.status = transaction_status::declined; })),
         same("declined")},
        {"recurrent Active",
         recurrent(standing::active, 2),
         {"noted>pending", "noted>active", "noted>active", "noted>cancelled+cancel", "noted>active",
          "noted>expired+cancel"}},
        {"recurrent PastDue",
         recurrent(standing::past_due, 1),
         {"noted>pending", "noted>active", "duplicate", "outdated", "outdated", "outdated"}},
        {"recurrent Cancelled",
         recurrent(standing::cancelled, 1),
         {"noted>pending", "noted>cancelled", "noted>expired", "duplicate", "outdated", "duplicate"}},
        {"recurrent Rejected",
         recurrent(standing::rejected, 1),
         {"noted>pending", "noted>rejected", "noted>rejected", "noted>cancelled", "duplicate",
          "noted>expired"}},
        {"recurrent Expired",
         recurrent(standing::expired, 1),
         {"noted>pending", "noted>expired", "noted>expired", "noted>cancelled", "noted>expired",
          "noted>expired"}},
        {"recurrent Active, outdated",
         recurrent(standing::active, 0),
         {"noted>pending", "outdated", "outdated", "outdated", "outdated", "outdated"}},
        {"recurrent of unknown status", recurrent(standing::unknown, 2), same("unknown_status")},
        {"recurrent of another account",
         but(recurrent(standing::active, 2), [](auto& f) { f.account_id = "43"; }),
         same("account_mismatch!")},
        {"refund", of_kind(kind::refund, renewal), same("refund_recorded+note")},
        {"refund without amount",
         of_kind(kind::refund, but(renewal, [](auto& f) { f.amount_cents.reset(); })),
         same("amount_missing!")},
        {"cancel", of_kind(kind::cancel, renewal), same("archived")},
        {"receipt", of_kind(kind::receipt, renewal), same("archived")},
        {"other", of_kind(kind::other, renewal), same("archived")},
    };
}

inline std::string subscription_markdown() {
    std::array<std::string_view, subscription_states.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names.at(i) = to_string(subscription_states.at(i));
    return markdown(names, subscription_table());
}

} // namespace atelier::test
