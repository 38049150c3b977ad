#include "actors/domain/reply_codes.hpp"
#include "actors/domain/subscription.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

/// What the gateway's notifications do to a subscription.
namespace atelier {
namespace {

subscription_decision record_only(std::string_view verdict) {
    return {verdict, reply_code::proceed, false, std::nullopt, false};
}

subscription_decision alarm(std::string_view verdict) {
    return {verdict, reply_code::proceed, true, std::nullopt, false};
}

subscription_decision note_refund(const notification_facts& facts) {
    if (facts.amount_cents.value_or(0) <= 0)
        return alarm("amount_missing");
    auto decision = record_only("refund_recorded");
    decision.refund = true;
    return decision;
}

subscription_decision refuse_check(std::string_view verdict, std::int32_t code) {
    return {verdict, code, false, std::nullopt, false};
}

} // namespace

/// What a charge pays for, or why it pays for nothing.
struct subscription::purchase {
    std::string_view problem; ///< a verdict; "" = none
    std::int32_t check_code = reply_code::proceed;
    const subscription_order* order = nullptr; ///< null: a renewal
    const plan_terms* terms = nullptr;
    bool foreseen = true; ///< its amount is that of the terms that hold when its period begins

    purchase() = default;
    purchase(std::string_view verdict, std::int32_t code) : problem{verdict}, check_code{code} {}
};

subscription_decision subscription::decide(const subscription_facts& facts, instant now) const {
    switch (facts.kind) {
    case notification_kind::check:
        return decide_check(facts, now);
    case notification_kind::pay:
    case notification_kind::confirm:
        return decide_pay(facts, now);
    case notification_kind::fail:
        return decide_fail(facts, now);
    case notification_kind::recurrent:
        return decide_recurrent(facts, now);
    case notification_kind::refund:
        return note_refund(facts);
    case notification_kind::cancel: // nothing is credited while money is only held
    case notification_kind::receipt:
    case notification_kind::other:
        break;
    }
    return record_only("archived");
}

subscription_decision subscription::decide_check(const subscription_facts& facts, instant now) const {
    const auto asked = find_purchase(facts, now);
    if (!asked.problem.empty())
        return refuse_check(asked.problem, asked.check_code);
    if (asked.order == nullptr)
        return book_.row.cancelled_at ? refuse_check("not_payable", reply_code::not_accepted)
                                      : record_only("accepted");
    if (!asked.order->transaction_id.empty() || superfluous(*asked.order, now))
        return refuse_check("not_payable", reply_code::not_accepted);
    if (now >= asked.order->expires_at)
        return refuse_check("expired", reply_code::out_of_date);
    return record_only("accepted");
}

subscription_decision subscription::decide_pay(const subscription_facts& facts, instant now) const {
    assert(!facts.transaction_id.empty());
    if (find_charge(facts.transaction_id) != nullptr)
        return record_only("duplicate");
    const auto paid_at = std::min(facts.paid_at.value_or(now), now);
    const auto bought = find_purchase(facts, paid_at);
    if (!bought.problem.empty())
        return alarm(bought.problem);
    if (credited_elsewhere(paid_at))
        return record_only("credited_elsewhere");
    const bool confirmed =
        facts.kind == notification_kind::confirm && facts.status == transaction_status::none;
    if (facts.status == transaction_status::authorized && facts.kind == notification_kind::pay)
        return alarm("authorized"); // subscriptions are paid in one stage; credited if it is confirmed
    if (facts.status != transaction_status::completed && !confirmed)
        return alarm("unexpected_status");
    if (bought.order != nullptr && !bought.order->transaction_id.empty())
        return paid_twice(facts, now);
    return credit(facts, bought, paid_at, now);
}

subscription_decision subscription::decide_fail(const subscription_facts& facts, instant now) const {
    auto decision = record_only("declined");
    const auto* order = find_order(facts.invoice_id);
    if (order == nullptr || !order->by_token || order->declined || !order->transaction_id.empty())
        return decision;
    auto change = begin();
    change.orders.push_back(*order);
    change.orders.back().declined = true;
    decision.change = finish(std::move(change), now);
    return decision;
}

subscription_decision subscription::decide_recurrent(const subscription_facts& facts, instant now) const {
    if (facts.account_id != std::to_string(book_.row.user.value))
        return alarm("account_mismatch");
    if (book_.row.revision == 0)
        return alarm("unknown_subscription");
    if (facts.standing == gateway_standing::unknown)
        return record_only("unknown_status");
    subscription_at_gateway gateway;
    gateway.id = facts.subscription_id;
    if (const auto* known = find_gateway(gateway.id))
        gateway = *known;
    const auto successes = facts.successes.value_or(gateway.successes);
    const auto before = std::tuple{gateway.successes, gateway.standing};
    const auto after = std::tuple{successes, facts.standing};
    if (after == before)
        return record_only("duplicate");
    if (after < before)
        return record_only("outdated");
    gateway.successes = successes;
    gateway.standing = facts.standing;
    auto change = begin();
    change.gateways.push_back(std::move(gateway));
    auto decision = record_only("noted");
    decision.change = finish(std::move(change), now);
    return decision;
}

subscription::purchase subscription::find_purchase(const subscription_facts& facts, instant paid_at) const {
    if (facts.account_id != std::to_string(book_.row.user.value))
        return {"account_mismatch", reply_code::wrong_account};
    if (facts.test_mode != rules_.payments.test_mode)
        return {"test_mode_mismatch", reply_code::not_accepted};
    purchase found;
    found.order = find_order(facts.invoice_id);
    if (is_renewal(facts, found.order)) {
        if (facts.subscription_id.empty())
            return {"unknown_invoice", reply_code::wrong_invoice};
        const auto possible = possible_terms(facts.subscription_id, paid_at);
        if (possible.empty())
            return {"unknown_subscription", reply_code::wrong_invoice};
        const auto fitting = std::ranges::find_if(possible, [&](const plan_terms* terms) {
            return terms->price_cents == facts.amount_cents && terms->currency == facts.currency;
        });
        found.order = nullptr;
        found.terms = fitting == possible.end() ? possible.front() : *fitting;
        found.foreseen = fitting == possible.begin();
    } else {
        found.terms = &found.order->terms;
    }
    const auto amount = found.order != nullptr ? found.order->amount_cents : found.terms->price_cents;
    if (facts.amount_cents != amount)
        return {"amount_mismatch", reply_code::wrong_amount};
    if (facts.currency != found.terms->currency)
        return {"currency_mismatch", reply_code::wrong_amount};
    return found;
}

/// Whether it is a charge by the gateway's subscription: without an order, or with the invoice that once
/// began it.
bool subscription::is_renewal(const subscription_facts& facts, const subscription_order* order) const {
    if (order == nullptr)
        return true;
    const auto* paid = find_charge(order->transaction_id);
    return paid != nullptr && !facts.subscription_id.empty() &&
           paid->gateway_subscription_id == facts.subscription_id;
}

/// The terms that a charge of the gateway's subscription may be for, the likeliest first.
std::vector<const plan_terms*> subscription::possible_terms(std::string_view gateway_subscription_id,
                                                            instant paid_at) const {
    std::vector<const plan_terms*> possible;
    if (!has_charged(gateway_subscription_id)) // its first payment has not come yet
        for (auto order = book_.orders.rbegin(); order != book_.orders.rend(); ++order)
            if (order->kind == charge_kind::first && order->transaction_id.empty())
                possible.push_back(&order->terms);

    const auto before = last_period(paid_at);
    const auto begins_at = before ? std::max(before->end, paid_at) : paid_at;
    const auto later = std::ranges::upper_bound(book_.terms, begins_at, {}, &agreed_terms::from);
    for (auto terms = later; terms != book_.terms.begin();)
        possible.push_back(&(--terms)->terms);
    for (auto terms = later; terms != book_.terms.end(); ++terms)
        possible.push_back(&terms->terms);
    if (const auto* gateway = find_gateway(gateway_subscription_id); gateway != nullptr && gateway->terms)
        possible.push_back(&*gateway->terms); // a change that was taken back, of which it has heard
    return possible;
}

subscription_decision subscription::credit(const subscription_facts& facts, const purchase& bought,
                                           instant paid_at, instant now) const {
    const auto* order = bought.order;
    const auto& terms = *bought.terms;
    subscription_charge charge;
    charge.transaction_id = facts.transaction_id;
    charge.gateway_subscription_id = facts.subscription_id;
    charge.kind = order != nullptr ? order->kind : charge_kind::renewal;
    charge.plan = terms.plan;
    charge.interval = terms.interval;
    charge.amount_cents = order != nullptr ? order->amount_cents : terms.price_cents;
    charge.currency = terms.currency;
    charge.tokens_amount = order != nullptr ? order->tokens_amount : terms.tokens_amount;
    charge.paid_at = order != nullptr ? std::max(paid_at, order->created_at) : paid_at;

    auto change = begin();
    if (order != nullptr) {
        charge.invoice_id = order->invoice_id;
        change.orders.push_back(*order);
        change.orders.back().transaction_id = facts.transaction_id;
        change.unscheduled_from = charge.paid_at;
        change.agreed = agreed_terms{terms, charge.paid_at, false};
    }
    const auto* began_by = order != nullptr ? order : awaited_order(facts);
    if (began_by != nullptr && began_by->kind == charge_kind::first &&
        change.row.cancelled_at < began_by->created_at)
        change.row.cancelled_at.reset();
    // Until the order's own payment comes, which takes this back.
    if (order == nullptr && began_by != nullptr &&
        (terms_at(paid_at) == nullptr || *terms_at(paid_at) != terms))
        change.agreed = agreed_terms{terms, paid_at, true};
    change.row.card_known = change.row.card_known || facts.card_token;
    add_gateway(change, charge, terms);
    add_charge(change, std::move(charge), now);
    const bool strange = !bought.foreseen || against_will(began_by, paid_at);
    return {"credited", reply_code::proceed, strange, finish(std::move(change), now), false};
}

/// Whether a charge of the gateway's subscription is known.
bool subscription::has_charged(std::string_view gateway_subscription_id) const {
    return std::ranges::find(book_.charges, gateway_subscription_id,
                             &subscription_charge::gateway_subscription_id) != book_.charges.end();
}

/// The order that a charge of the gateway's subscription belongs to whose own payment has not come yet.
const subscription_order* subscription::awaited_order(const subscription_facts& facts) const {
    const auto* gateway = find_gateway(facts.subscription_id);
    if (has_charged(facts.subscription_id) || (gateway != nullptr && gateway->unwanted))
        return nullptr;
    for (auto order = book_.orders.rbegin(); order != book_.orders.rend(); ++order)
        if (order->kind == charge_kind::first && order->transaction_id.empty() &&
            order->terms.price_cents == facts.amount_cents && order->terms.currency == facts.currency)
            return &*order;
    return nullptr;
}

/// Of the period that was going on when the subscription was taken over, and of those before it.
bool subscription::credited_elsewhere(instant paid_at) const {
    return std::ranges::any_of(book_.charges, [&](const auto& charge) {
        const auto& period = charge.period;
        return charge.transaction_id.starts_with(adopted_prefix) &&
               paid_at < period.start + (period.end - period.start) / 2;
    });
}

bool subscription::against_will(const subscription_order* order, instant paid_at) const {
    const auto& cancelled_at = book_.row.cancelled_at;
    const bool ordered_anew = order != nullptr && cancelled_at < order->created_at;
    return cancelled_at && paid_at > *cancelled_at && !ordered_anew;
}

/// Another transaction for an order that is paid. What the gateway has made of it must not charge again.
subscription_decision subscription::paid_twice(const subscription_facts& facts, instant now) const {
    auto decision = alarm("paid_twice");
    subscription_at_gateway gateway;
    if (const auto* known = find_gateway(facts.subscription_id))
        gateway = *known;
    if (facts.subscription_id.empty() || gateway.began_at || gateway.unwanted)
        return decision;
    gateway.id = facts.subscription_id;
    gateway.unwanted = true;
    auto change = begin();
    change.gateways.push_back(std::move(gateway));
    decision.change = finish(std::move(change), now);
    return decision;
}

} // namespace atelier
