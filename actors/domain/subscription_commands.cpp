#include "actors/domain/subscription.hpp"

#include <algorithm>
#include <cassert>

/// What the user wants of a subscription, and what the gateway has to be asked for because of it.
namespace atelier {
namespace {

constexpr auto being_charged = "The card is being charged for another order; try again when that is done.";

bool is_dearer(const plan_terms& wanted, const plan_terms& present) {
    return wanted.interval == present.interval && wanted.currency == present.currency &&
           wanted.price_cents > present.price_cents;
}

/// Whether the gateway has to do the same for both.
bool charges_alike(const plan_terms& a, const plan_terms& b) {
    return a.price_cents == b.price_cents && a.currency == b.currency && a.interval == b.interval;
}

/// `amount` × `part` / `all`, rounded down. Exact: an amount of 32 bits times the seconds of a century fits.
std::int64_t part_of(std::int64_t amount, std::chrono::seconds part, std::chrono::seconds all) {
    return amount * part.count() / all.count();
}

bool is_open(const subscription_order& order, instant now) {
    return order.transaction_id.empty() && !order.declined && now < order.expires_at;
}

} // namespace

outcome<ordered_period> subscription::decide_order(const plan_terms& terms, bool by_token,
                                                   std::string invoice_id, instant now,
                                                   instant expires_at) const {
    if (status_at(now) == subscription_status::active)
        return failure{errc::state_conflict, "The subscription is active; change its plan instead."};
    const auto second = second_charge_at(terms, now);
    for (const auto& order : book_.orders)
        if (is_open(order, now) && order.kind == charge_kind::first && order.terms == terms &&
            order.by_token == by_token)
            return ordered_period{order, std::nullopt, second};
    if (charging_card(now))
        return failure{errc::state_conflict, being_charged};

    subscription_order order;
    order.invoice_id = std::move(invoice_id);
    order.kind = charge_kind::first;
    order.terms = terms;
    order.amount_cents = terms.price_cents;
    order.tokens_amount = terms.tokens_amount;
    order.created_at = now;
    order.expires_at = expires_at;
    order.by_token = by_token;
    auto change = begin();
    end_orders(change, now);
    change.orders.push_back(order);
    return ordered_period{std::move(order), finish(std::move(change), now), second};
}

instant subscription::second_charge_at(const plan_terms& terms, instant now) const {
    billing_run run;
    for (const auto& charge : book_.charges)
        if (charge.kind != charge_kind::upgrade)
            run.adopt(charge.period, charge.interval);
    return run.lay(now, terms.interval, rules_.grace).end;
}

outcome<plan_change> subscription::decide_plan(const plan_terms& terms, std::string invoice_id, instant now,
                                               instant expires_at) const {
    const auto status = status_at(now);
    const auto* present = terms_at(now);
    const auto period = last_period();
    const bool goes_on = status == subscription_status::active || status == subscription_status::past_due;
    if (!goes_on || present == nullptr || !period)
        return failure{errc::state_conflict, "Nothing goes on that could be changed; order it anew."};
    if (charging_card(now))
        return failure{errc::state_conflict, being_charged};

    plan_change result;
    auto change = begin();
    if (auto order = upgrade(*present, terms, now)) {
        order->invoice_id = std::move(invoice_id);
        order->expires_at = std::min(expires_at, period->end);
        end_orders(change, now);
        change.orders.push_back(*order);
        result.to_pay = std::move(order);
    } else {
        const auto* next = terms_at(period->end);
        if (next != nullptr && next->plan == terms.plan)
            return result;
        end_orders(change, now);
        change.unscheduled_from = period->end;
        if (terms.plan != present->plan)
            change.agreed = agreed_terms{terms, period->end, true};
    }
    result.change = finish(std::move(change), now);
    return result;
}

std::optional<subscription_order> subscription::upgrade(const plan_terms& from, const plan_terms& to,
                                                        instant now) const {
    using std::chrono::seconds;
    const auto period = *last_period();
    const auto all = std::chrono::floor<seconds>(period.end - period.start);
    const auto left = std::min(all, std::chrono::floor<seconds>(period.end - now));
    if (left <= seconds{0} || from.plan == to.plan || !is_dearer(to, from))
        return std::nullopt;
    subscription_order order;
    order.kind = charge_kind::upgrade;
    order.terms = to;
    // Rounded up: the difference less what has gone by of it.
    const auto difference = to.price_cents - from.price_cents;
    order.amount_cents = difference - part_of(difference, all - left, all);
    const auto more = std::max<std::int64_t>(0, std::int64_t{to.tokens_amount} - from.tokens_amount);
    order.tokens_amount = static_cast<tokens>(part_of(more, left, all));
    order.created_at = now;
    order.by_token = book_.row.card_known;
    return order;
}

outcome<std::optional<subscription_change>> subscription::decide_cancel(instant now) const {
    if (book_.row.revision == 0)
        return errc::not_found;
    const auto status = status_at(now);
    const bool goes_on = status == subscription_status::pending || status == subscription_status::active ||
                         status == subscription_status::past_due;
    const bool ordered =
        std::ranges::any_of(book_.orders, [&](const auto& order) { return is_open(order, now); });
    if (!goes_on && !ordered)
        return std::optional<subscription_change>{};
    auto change = begin();
    change.row.cancelled_at = now;
    change.unscheduled_from = book_.row.period ? book_.row.period->end : now;
    end_orders(change, now);
    return std::optional{finish(std::move(change), now)};
}

bool subscription::charging_card(instant now) const {
    return std::ranges::any_of(book_.orders,
                               [&](const auto& order) { return order.by_token && is_open(order, now); });
}

/// A renewal has come after all while a new beginning was ordered.
bool subscription::superfluous(const subscription_order& order, instant now) const {
    return order.kind == charge_kind::first && status_at(now) == subscription_status::active;
}

std::vector<gateway_call> subscription::due_calls(instant now) const {
    using kind = gateway_call::kind;
    std::vector<gateway_call> calls;
    const auto period = last_period();
    const auto* next = period ? terms_at(period->end) : nullptr;
    const auto* present = present_gateway();
    const auto add = [&](kind what, const std::string& gateway) -> gateway_call& {
        auto& call = calls.emplace_back();
        call.what = what;
        call.gateway_subscription_id = gateway;
        if (what != kind::cancel && next != nullptr)
            call.terms = *next;
        return call;
    };

    for (const auto& gateway : book_.gateways) {
        if (has_ended(gateway.standing))
            continue;
        const bool unneeded = gateway.began_at && (book_.row.cancelled_at || &gateway != present);
        if (gateway.unwanted || unneeded) {
            add(kind::cancel, gateway.id);
        } else if (&gateway == present && next != nullptr) {
            if (gateway.terms && charges_alike(*gateway.terms, *next))
                continue;
            auto& update = add(kind::update, gateway.id);
            if (gateway.terms && gateway.terms->interval != next->interval && period->end > now)
                update.next_charge_at = period->end;
        }
    }

    const auto* first = last_first_charge();
    const auto* began_by = first != nullptr ? find_order(first->invoice_id) : nullptr;
    if (began_by != nullptr && began_by->by_token && present == nullptr && next != nullptr &&
        status_at(now) == subscription_status::active && now < period->end)
        add(kind::create, "").next_charge_at = period->end;

    for (const auto& order : book_.orders)
        if (order.by_token && is_open(order, now) && !superfluous(order, now)) {
            auto& charge = add(kind::charge, "");
            charge.terms = order.terms;
            charge.invoice_id = order.invoice_id;
            charge.amount_cents = order.amount_cents;
        }
    return calls;
}

subscription_change subscription::decide_called(const gateway_call& call, const std::string& created,
                                                instant now) const {
    using kind = gateway_call::kind;
    assert(call.what != kind::charge); // its Pay or Fail tells
    const auto& id = call.what == kind::create ? created : call.gateway_subscription_id;
    subscription_at_gateway gateway;
    if (const auto* known = find_gateway(id))
        gateway = *known;
    gateway.id = id;
    if (call.what == kind::cancel)
        gateway.standing = gateway_standing::cancelled;
    else
        gateway.terms = call.terms;
    if (call.what == kind::create && !gateway.began_at)
        gateway.began_at = now;
    auto change = begin();
    change.gateways.push_back(std::move(gateway));
    return finish(std::move(change), now);
}

} // namespace atelier
