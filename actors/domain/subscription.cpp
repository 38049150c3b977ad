#include "actors/domain/subscription.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <tuple>

namespace atelier {
namespace {

constexpr std::string_view invoice_prefix = "atelier-subscription-";

/// The number that a text begins with.
std::optional<user_id> leading_user(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && number > 0 ? std::optional{user_id{number}} : std::nullopt;
}

auto moment_of(const subscription_charge& charge) {
    return std::tie(charge.paid_at, charge.transaction_id);
}

/// A pointer into `rows`; null when no row has that key.
template <class Row, class Key>
const Row* find_by(const std::vector<Row>& rows, Key Row::*key, std::string_view wanted) {
    const auto row = std::ranges::find(rows, wanted, key);
    return row == rows.end() ? nullptr : &*row;
}

template <class Row, class Key>
void put(std::vector<Row>& rows, Key Row::*key, const Row& changed) {
    if (const auto row = std::ranges::find(rows, changed.*key, key); row != rows.end())
        *row = changed;
    else
        rows.push_back(changed);
}

/// The periods of `charges` from the one at `first` on, after those before it as they are.
void lay_out(std::vector<subscription_charge>& charges, std::size_t first, microseconds grace) {
    billing_run run;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        auto& charge = charges[i];
        if (charge.kind == charge_kind::upgrade) {
            if (i >= first)
                charge.period = {charge.paid_at,
                                 std::max(charge.paid_at, run.end().value_or(charge.paid_at))};
        } else if (i < first) {
            run.adopt(charge.period, charge.interval);
        } else {
            charge.period = run.lay(charge.paid_at, charge.interval, grace);
        }
    }
}

} // namespace

std::string subscription_invoice(user_id user, subscription_id subscription, std::int64_t number) {
    return std::string{invoice_prefix} + std::to_string(user.value) + "-" +
           std::to_string(subscription.value) + "-" + std::to_string(number);
}

std::optional<user_id> subscriber_of(const notification_facts& facts, std::string_view invoice_id,
                                     std::string_view subscription_id) {
    if (invoice_id.starts_with(invoice_prefix))
        return leading_user(invoice_id.substr(invoice_prefix.size()));
    if (subscription_id.empty())
        return std::nullopt;
    return leading_user(facts.account_id);
}

subscription::subscription(subscription_book book, subscription_rules rules)
    : book_{std::move(book)}, rules_{rules} {
    std::ranges::stable_sort(book_.terms, {}, &agreed_terms::from);
    std::ranges::stable_sort(book_.orders, {}, &subscription_order::created_at);
    std::ranges::sort(book_.charges, {}, moment_of);
}

const plan_terms* subscription::terms_at(instant moment) const {
    const auto next = std::ranges::upper_bound(book_.terms, moment, {}, &agreed_terms::from);
    return next == book_.terms.begin() ? nullptr : &std::prev(next)->terms;
}

subscription_status subscription::status_at(instant now) const {
    using enum subscription_status;
    const auto& cancelled_at = book_.row.cancelled_at;
    const auto paid = last_period();
    if (!paid) {
        const auto wanted = [&](const auto& order) {
            return !cancelled_at || order.created_at > *cancelled_at;
        };
        return std::ranges::any_of(book_.orders, wanted) ? pending : expired;
    }
    const bool over = now >= paid->end;
    const auto* gateway = present_gateway();
    const auto standing = gateway != nullptr ? gateway->standing : gateway_standing::unknown;
    if (cancelled_at)
        return over ? expired : cancelled;
    if (standing == gateway_standing::rejected)
        return rejected;
    if (standing == gateway_standing::expired)
        return expired;
    if (standing == gateway_standing::cancelled)
        return over ? expired : cancelled;
    if (over && (standing == gateway_standing::past_due || now >= paid->end + rules_.grace))
        return past_due;
    return active;
}

bool subscription::overdue(instant now) const {
    const auto& before = book_.row;
    const auto after = settle(now).row;
    return before.status != after.status || before.plan != after.plan ||
           before.scheduled_plan != after.scheduled_plan;
}

subscription_change subscription::settle(instant now) const {
    return finish(begin(), now);
}

void subscription::apply(const subscription_change& change) {
    assert(change.expected_status == book_.row.status && change.expected_revision == book_.row.revision);
    take_over(change);
}

void subscription::apply(const charge_refund_decision& decision) {
    const auto& of = decision.application.charge_transaction_id;
    std::ranges::find(book_.charges, of, &subscription_charge::transaction_id)->refunded_cents =
        decision.application.refunded_cents;
}

std::optional<charge_refund_decision> subscription::decide_refund(const gateway_refund& refund) const {
    const auto* charge = find_charge(refund.payment_transaction_id);
    if (charge == nullptr)
        return std::nullopt;
    const auto before = charge->refunded_cents;
    const auto after = before + refund.amount_cents;
    const auto due = [charge](std::int64_t cents) {
        return share_of_tokens(charge->tokens_amount, cents, charge->amount_cents);
    };
    charge_refund_decision decision;
    decision.application = {refund.transaction_id, charge->transaction_id, before, after,
                            due(after) - due(before)};
    decision.lot = charge->lot;
    decision.alarm = after > charge->amount_cents;
    return decision;
}

std::optional<instant> subscription::look_again_at(instant now) const {
    std::optional<instant> next;
    if (book_.row.revision == 0)
        return next;
    if (overdue(now) || !due_calls(now).empty())
        return now;
    const auto consider = [&](instant moment) {
        if (moment > now && (!next || moment < *next))
            next = moment;
    };
    for (const auto& terms : book_.terms)
        consider(terms.from);
    if (const auto paid = last_period()) {
        consider(paid->end);
        consider(paid->end + rules_.grace);
    }
    return next;
}

void subscription::take_over(const subscription_change& change) {
    book_.row = change.row;
    for (const auto& move : change.moved)
        std::ranges::find(book_.charges, move.transaction_id, &subscription_charge::transaction_id)->period =
            move.period;
    if (change.charge)
        book_.charges.insert(
            std::ranges::upper_bound(book_.charges, moment_of(*change.charge), {}, moment_of),
            *change.charge);
    for (const auto& order : change.orders)
        put(book_.orders, &subscription_order::invoice_id, order);
    for (const auto& gateway : change.gateways)
        put(book_.gateways, &subscription_at_gateway::id, gateway);
    if (change.unscheduled_from)
        std::erase_if(book_.terms, [&](const auto& terms) {
            return terms.scheduled && terms.from >= *change.unscheduled_from;
        });
    if (change.agreed)
        book_.terms.insert(
            std::ranges::upper_bound(book_.terms, change.agreed->from, {}, &agreed_terms::from),
            *change.agreed);
}

subscription_change subscription::begin() const {
    subscription_change change;
    const auto& row = book_.row;
    change.expected_status = row.status;
    change.expected_revision = row.revision;
    if (row.period)
        change.expected_period_end = row.period->end;
    change.row = row;
    ++change.row.revision;
    return change;
}

/// The row follows from everything else.
subscription_change subscription::finish(subscription_change change, instant now) const {
    auto next = *this;
    next.take_over(change);
    auto& row = change.row;
    row.status = next.status_at(now);
    row.period = next.last_period();
    const auto* gateway = next.present_gateway();
    row.gateway_subscription_id = gateway != nullptr ? gateway->id : "";
    row.scheduled_plan.reset();
    if (const auto* terms = next.terms_at(now))
        row.plan = terms->plan;
    else if (!next.book_.orders.empty())
        row.plan = next.book_.orders.back().terms.plan;
    const auto later = std::ranges::upper_bound(next.book_.terms, now, {}, &agreed_terms::from);
    const bool goes_on =
        row.status == subscription_status::active || row.status == subscription_status::past_due;
    if (goes_on && later != next.book_.terms.end())
        row.scheduled_plan = later->terms.plan;
    return change;
}

void subscription::add_charge(subscription_change& change, subscription_charge charge, instant now) const {
    auto charges = book_.charges;
    const auto place =
        charges.insert(std::ranges::upper_bound(charges, moment_of(charge), {}, moment_of), charge);
    const auto first = static_cast<std::size_t>(place - charges.begin());
    lay_out(charges, first, rules_.grace);
    for (auto i = first + 1; i < charges.size(); ++i)
        if (const auto& before = book_.charges[i - 1].period; before != charges[i].period)
            change.moved.push_back({charges[i].transaction_id, before, charges[i].period});
    change.charge = charges[first];
    if (charge.tokens_amount > 0)
        change.lot_expires_at = std::max(charges[first].period.end, now) + rules_.grace;
}

void subscription::add_gateway(subscription_change& change, const subscription_charge& charge,
                               const plan_terms& terms) const {
    if (charge.gateway_subscription_id.empty() || charge.kind == charge_kind::upgrade)
        return;
    subscription_at_gateway gateway;
    if (const auto* known = find_gateway(charge.gateway_subscription_id))
        gateway = *known;
    gateway.id = charge.gateway_subscription_id;
    gateway.began_at = std::min(gateway.began_at.value_or(charge.paid_at), charge.paid_at);
    if (!gateway.terms)
        gateway.terms = terms;
    change.gateways.push_back(std::move(gateway));
}

/// None of the orders that are not paid yet can be paid from now on.
void subscription::end_orders(subscription_change& change, instant now) const {
    for (auto order : book_.orders)
        if (order.transaction_id.empty() && order.expires_at > now) {
            order.expires_at = now;
            change.orders.push_back(std::move(order));
        }
}

const subscription_order* subscription::find_order(std::string_view invoice_id) const {
    return invoice_id.empty() ? nullptr : find_by(book_.orders, &subscription_order::invoice_id, invoice_id);
}

const subscription_charge* subscription::find_charge(std::string_view transaction_id) const {
    return find_by(book_.charges, &subscription_charge::transaction_id, transaction_id);
}

const subscription_at_gateway* subscription::find_gateway(std::string_view id) const {
    return find_by(book_.gateways, &subscription_at_gateway::id, id);
}

/// The one that began last, unless a payment has begun anew since.
const subscription_at_gateway* subscription::present_gateway() const {
    const auto* first = last_first_charge();
    const subscription_at_gateway* present = nullptr;
    for (const auto& gateway : book_.gateways) {
        if (!gateway.began_at || (first != nullptr && *gateway.began_at < first->paid_at))
            continue;
        if (present == nullptr ||
            std::tie(gateway.began_at, gateway.id) > std::tie(present->began_at, present->id))
            present = &gateway;
    }
    return present;
}

std::optional<billing_period> subscription::last_period(instant moment) const {
    std::optional<billing_period> last;
    for (const auto& charge : book_.charges)
        if (charge.kind != charge_kind::upgrade && charge.paid_at < moment)
            last = charge.period;
    return last;
}

const subscription_charge* subscription::last_first_charge() const {
    const subscription_charge* last = nullptr;
    for (const auto& charge : book_.charges)
        if (charge.kind == charge_kind::first)
            last = &charge;
    return last;
}

} // namespace atelier
