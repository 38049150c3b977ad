#include "actors/gateways/subscription_caller.hpp"

#include "actors/gateways/gateway_news.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace atelier {
namespace {

using result = gateway_call_result;
using answer = std::function<void(outcome<result>)>;

bool charges_for(const gateway_subscription& there, const plan_terms& terms) {
    return there.amount_cents == terms.price_cents && there.currency == terms.currency &&
           there.interval == terms.interval.unit && there.period == terms.interval.count;
}

result ended(gateway_standing standing, std::int64_t successes) {
    result r{result::kind::ended};
    r.standing = standing;
    r.successes = successes;
    return r;
}

std::string description_of(const plan_terms& terms) {
    return std::to_string(terms.tokens_amount) + " tokens";
}

std::string request_id(std::string_view what, const gateway_call& call, const gateway_subscriber& who) {
    return std::string{what} + "-" + call.gateway_subscription_id + "-" + std::to_string(who.revision);
}

/// Passes on what the gateway says of a subscription that has to go on, or the end of it.
void look(gateway_client& gateway, const std::string& id, const answer& then,
          const std::function<void(const gateway_subscription&)>& goes_on) {
    gateway.get_subscription(id, [then, goes_on](const outcome<gateway_subscription>& there) {
        if (!there && there.error().code == errc::not_found)
            return then(ended(gateway_standing::cancelled, 0));
        if (!there)
            return then(there.error());
        if (const auto standing = there->status; has_ended(standing))
            return then(ended(standing, there->successful_transactions));
        goes_on(*there);
    });
}

/// What a change of the gateway's subscription has come to.
template <class T>
gateway_client::callback<T> changed(const answer& then) {
    return [then](const outcome<T>& made) {
        if (made)
            then(result{result::kind::done});
        else if (made.error().code == errc::not_found)
            then(ended(gateway_standing::cancelled, 0));
        else
            then(made.error());
    };
}

void cancel(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
            const answer& then) {
    auto go = [&gateway, call, id = request_id("cancel", call, who), then](const gateway_subscription&) {
        gateway.cancel_subscription(id, call.gateway_subscription_id, changed<done>(then));
    };
    look(gateway, call.gateway_subscription_id, then, go);
}

void update(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
            const answer& then) {
    auto go = [&gateway, call, id = request_id("update", call, who),
               then](const gateway_subscription& there) {
        if (charges_for(there, call.terms))
            return then(result{result::kind::done});
        gateway_subscription_change change;
        change.description = description_of(call.terms);
        change.amount_cents = call.terms.price_cents;
        change.currency = call.terms.currency;
        change.interval = call.terms.interval.unit;
        change.period = call.terms.interval.count;
        change.starts_at = call.next_charge_at;
        gateway.update_subscription(id, call.gateway_subscription_id, std::move(change),
                                    changed<gateway_subscription>(then));
    };
    look(gateway, call.gateway_subscription_id, then, go);
}

/// A subscription that an earlier try has made.
const gateway_subscription* find_made(const std::vector<gateway_subscription>& all,
                                      const gateway_call& call) {
    const auto made = std::ranges::find_if(all, [&](const gateway_subscription& there) {
        const bool same_start = there.starts_at && std::chrono::abs(*there.starts_at - *call.next_charge_at) <
                                                       std::chrono::seconds{1};
        return !has_ended(there.status) && same_start && charges_for(there, call.terms);
    });
    return made == all.end() ? nullptr : &*made;
}

void create(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
            const answer& then) {
    const auto account = std::to_string(who.user.value);
    const auto made = [then](const gateway_subscription& there) {
        result r{result::kind::done};
        r.created = there.id;
        then(std::move(r));
    };
    auto look_through = [&gateway, call, who, account, then,
                         made](const outcome<std::vector<gateway_subscription>>& all) {
        if (!all && all.error().code != errc::not_found)
            return then(all.error());
        if (all)
            if (const auto* there = find_made(*all, call))
                return made(*there);
        gateway_subscription_order order;
        order.token = who.card_token;
        order.account_id = account;
        order.description = description_of(call.terms);
        order.amount_cents = call.terms.price_cents;
        order.currency = call.terms.currency;
        order.starts_at = *call.next_charge_at;
        order.interval = call.terms.interval.unit;
        order.period = call.terms.interval.count;
        const auto since =
            std::chrono::floor<std::chrono::seconds>(order.starts_at).time_since_epoch().count();
        gateway.create_subscription(
            "create-" + std::to_string(who.subscription.value) + "-" + std::to_string(since),
            std::move(order), [then, made](const outcome<gateway_subscription>& there) {
                if (there)
                    made(*there);
                else
                    then(there.error());
            });
    };
    gateway.find_subscriptions(account, std::move(look_through));
}

/// What became of a charge of the card.
result charged(const gateway_transaction& transaction) {
    result r{result::kind::declined};
    if (transaction.status != transaction_status::completed)
        return r;
    r.what = result::kind::paid;
    r.news = news_of(transaction);
    return r;
}

void charge(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
            const answer& then) {
    auto look_back = [&gateway, call, who, then](const outcome<gateway_transaction>& known) {
        if (known)
            return then(charged(*known));
        if (known.error().code != errc::not_found)
            return then(known.error());
        gateway_charge order;
        order.token = who.card_token;
        order.account_id = std::to_string(who.user.value);
        order.amount_cents = call.amount_cents;
        order.currency = call.terms.currency;
        order.invoice_id = call.invoice_id;
        order.description = description_of(call.terms);
        order.initiator = charge_initiator::payer;
        gateway.charge("charge-" + call.invoice_id, std::move(order),
                       [then](const outcome<gateway_transaction>& made) {
                           if (made)
                               then(charged(*made));
                           else if (made.error().code == errc::gateway_refused)
                               then(result{result::kind::declined});
                           else
                               then(made.error());
                       });
    };
    gateway.find_payment(call.invoice_id, std::move(look_back));
}

} // namespace

void carry_out(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
               const std::function<void(outcome<gateway_call_result>)>& then) {
    switch (call.what) {
    case gateway_call::kind::cancel:
        return cancel(gateway, call, who, then);
    case gateway_call::kind::update:
        return update(gateway, call, who, then);
    case gateway_call::kind::create:
        return create(gateway, call, who, then);
    case gateway_call::kind::charge:
        return charge(gateway, call, who, then);
    }
}

} // namespace atelier
