#include "actors/domain/payment.hpp"

#include "actors/domain/reply_codes.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace atelier {
namespace {

constexpr std::array kind_names{
    std::pair{notification_kind::check, std::string_view{"check"}},
    std::pair{notification_kind::pay, std::string_view{"pay"}},
    std::pair{notification_kind::fail, std::string_view{"fail"}},
    std::pair{notification_kind::confirm, std::string_view{"confirm"}},
    std::pair{notification_kind::cancel, std::string_view{"cancel"}},
    std::pair{notification_kind::refund, std::string_view{"refund"}},
    std::pair{notification_kind::recurrent, std::string_view{"recurrent"}},
    std::pair{notification_kind::receipt, std::string_view{"receipt"}},
};

payment_decision record_only(std::string_view verdict) {
    return {verdict, reply_code::proceed, payment_action::none, false, std::nullopt};
}

payment_decision alarm(std::string_view verdict) {
    return {verdict, reply_code::proceed, payment_action::none, true, std::nullopt};
}

payment_decision refuse_check(std::string_view verdict, std::int32_t code) {
    return {verdict, code, payment_action::none, false, std::nullopt};
}

/// A way in which a notification does not belong to what was ordered.
struct mismatch {
    std::string_view verdict;
    std::int32_t check_code;
};

payment_decision note_refund(std::string_view verdict, const notification_facts& facts) {
    if (facts.amount_cents.value_or(0) <= 0)
        return alarm("amount_missing");
    return {verdict, reply_code::proceed, payment_action::refund, false, std::nullopt};
}

std::optional<mismatch> find_mismatch(const payment_record& ordered, const notification_facts& facts,
                                      payment_rules rules) {
    if (facts.account_id != std::to_string(ordered.user.value))
        return mismatch{"account_mismatch", reply_code::wrong_account};
    if (facts.amount_cents != ordered.amount_cents)
        return mismatch{"amount_mismatch", reply_code::wrong_amount};
    if (facts.currency != ordered.currency)
        return mismatch{"currency_mismatch", reply_code::wrong_amount};
    if (facts.test_mode != rules.test_mode)
        return mismatch{"test_mode_mismatch", reply_code::not_accepted};
    return std::nullopt;
}

} // namespace

std::string_view to_string(notification_kind kind) {
    for (const auto& [value, name] : kind_names)
        if (value == kind)
            return name;
    return "other";
}

notification_kind parse_notification_kind(std::string_view name) {
    for (const auto& [value, known] : kind_names)
        if (known == name)
            return value;
    return notification_kind::other;
}

payment_decision payment::decide(const notification_facts& facts, instant now, payment_rules rules) const {
    switch (facts.kind) {
    case notification_kind::check:
        return decide_check(facts, now, rules);
    case notification_kind::pay:
        return decide_pay(facts, now, rules);
    case notification_kind::confirm:
        return decide_confirm(facts, now, rules);
    case notification_kind::cancel:
        return decide_cancel(facts);
    case notification_kind::fail:
        return record_only("declined");
    case notification_kind::refund:
        return note_refund("refund_recorded", facts);
    case notification_kind::recurrent:
    case notification_kind::receipt:
    case notification_kind::other:
        break;
    }
    return record_only("archived");
}

payment_decision payment::decide_unknown(const notification_facts& facts) {
    switch (facts.kind) {
    case notification_kind::check:
        return refuse_check("unknown_invoice", reply_code::wrong_invoice);
    case notification_kind::pay:
    case notification_kind::confirm:
    case notification_kind::cancel:
        return alarm("unknown_invoice");
    case notification_kind::refund:
        return note_refund("refund_waiting", facts);
    case notification_kind::fail:
        return record_only("unknown_invoice");
    case notification_kind::recurrent:
    case notification_kind::receipt:
    case notification_kind::other:
        break;
    }
    return record_only("archived");
}

void payment::apply(const payment_change& change) {
    assert(change.id == record_.id && change.expected == record_.status);
    record_.status = change.status;
    if (!change.cloudpayments_transaction_id.empty())
        record_.cloudpayments_transaction_id = change.cloudpayments_transaction_id;
    if (!change.card_type.empty())
        record_.card_type = change.card_type;
    if (!change.card_last_four.empty())
        record_.card_last_four = change.card_last_four;
    if (change.paid_at)
        record_.paid_at = change.paid_at;
}

void payment::apply(const refund_decision& decision) {
    apply(decision.change);
    record_.refunded_cents = decision.application.refunded_cents;
}

refund_decision payment::decide_refund(const gateway_refund& refund, tokens credited) const {
    assert(is_credited(record_.status));
    const auto before = record_.refunded_cents;
    const auto after = before + refund.amount_cents;
    const auto paid = record_.amount_cents;
    refund_decision decision;
    decision.change.id = record_.id;
    decision.change.expected = record_.status;
    decision.change.status = after >= paid ? payment_status::refunded : payment_status::partially_refunded;
    decision.application = {refund.transaction_id, record_.id, before, after,
                            share_of_tokens(credited, after, paid) - share_of_tokens(credited, before, paid)};
    decision.alarm = after > paid;
    return decision;
}

bool payment::overdue(instant now) const {
    return record_.status == payment_status::pending && now >= record_.expires_at;
}

payment_change payment::expire() const {
    payment_change change;
    change.id = record_.id;
    change.expected = record_.status;
    change.status = payment_status::expired;
    return change;
}

payment_decision payment::decide_check(const notification_facts& facts, instant now,
                                       payment_rules rules) const {
    if (const auto wrong = find_mismatch(record_, facts, rules))
        return refuse_check(wrong->verdict, wrong->check_code);
    if (record_.status == payment_status::expired)
        return refuse_check("expired", reply_code::out_of_date);
    if (record_.status != payment_status::pending)
        return refuse_check("not_payable", reply_code::not_accepted);
    if (now >= record_.expires_at)
        return refuse_check("expired", reply_code::out_of_date);
    return record_only("accepted");
}

payment_decision payment::decide_pay(const notification_facts& facts, instant now,
                                     payment_rules rules) const {
    if (const auto wrong = find_mismatch(record_, facts, rules))
        return alarm(wrong->verdict);
    if (facts.status == transaction_status::completed)
        return credit_once(facts, now);
    if (facts.status == transaction_status::authorized)
        return hold(facts);
    return alarm("unexpected_status");
}

payment_decision payment::decide_confirm(const notification_facts& facts, instant now,
                                         payment_rules rules) const {
    // A part of the held sum may be confirmed as well; the package costs the whole.
    if (const auto wrong = find_mismatch(record_, facts, rules))
        return alarm(wrong->verdict);
    if (facts.status != transaction_status::completed && facts.status != transaction_status::none)
        return alarm("unexpected_status");
    return credit_once(facts, now);
}

payment_decision payment::decide_cancel(const notification_facts& facts) const {
    // A Cancel carries neither currency nor test mode, and the account only if it likes.
    if (!facts.account_id.empty() && facts.account_id != std::to_string(record_.user.value))
        return alarm("account_mismatch");
    if (facts.amount_cents && *facts.amount_cents != record_.amount_cents)
        return alarm("amount_mismatch");
    switch (record_.status) {
    case payment_status::authorized:
        if (!same_transaction(facts))
            return record_only("other_transaction"); // the hold of another attempt; ours stands
        break;
    case payment_status::pending:
    case payment_status::expired:
        break; // it has overtaken its Pay
    case payment_status::cancelled:
        return record_only(same_transaction(facts) ? "duplicate" : "other_transaction");
    case payment_status::paid:
    case payment_status::partially_refunded:
    case payment_status::refunded:
        // Taken money is not released but refunded: for the transaction that was credited this is a
        // contradiction.
        return same_transaction(facts) ? alarm("cancel_after_credit") : record_only("other_transaction");
    }
    return {"cancelled", reply_code::proceed, payment_action::cancel, false,
            change_to(payment_status::cancelled, facts)};
}

payment_decision payment::credit_once(const notification_facts& facts, instant now) const {
    if (credited())
        return same_transaction(facts) ? record_only("duplicate") : alarm("paid_twice");
    // Another attempt's hold is still there, or the gateway said before that this one was released.
    const bool strange = (record_.status == payment_status::authorized && !same_transaction(facts)) ||
                         (record_.status == payment_status::cancelled && same_transaction(facts));
    auto change = change_to(payment_status::paid, facts);
    change.paid_at = now;
    return {"credited", reply_code::proceed, payment_action::credit, strange, std::move(change)};
}

payment_decision payment::hold(const notification_facts& facts) const {
    switch (record_.status) {
    case payment_status::authorized:
        return same_transaction(facts) ? record_only("duplicate") : alarm("held_twice");
    case payment_status::paid:
    case payment_status::partially_refunded:
    case payment_status::refunded:
        return same_transaction(facts) ? record_only("superseded") : alarm("held_twice");
    case payment_status::cancelled:
        if (same_transaction(facts))
            return record_only("superseded"); // its Cancel came first
        break;
    case payment_status::pending:
    case payment_status::expired:
        break;
    }
    return {"authorized", reply_code::proceed, payment_action::authorize, false,
            change_to(payment_status::authorized, facts)};
}

bool payment::credited() const {
    return is_credited(record_.status);
}

bool payment::same_transaction(const notification_facts& facts) const {
    assert(!facts.transaction_id.empty());
    return facts.transaction_id == record_.cloudpayments_transaction_id;
}

payment_change payment::change_to(payment_status status, const notification_facts& facts) const {
    return {record_.id,      record_.status,       status,      facts.transaction_id,
            facts.card_type, facts.card_last_four, std::nullopt};
}

} // namespace atelier
