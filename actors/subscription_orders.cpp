#include "actors/domain/subscription_views.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/subscription.hpp"
#include "actors/wallet_decisions.hpp"

#include <utility>

/// What a subscription's user wants of it.
namespace atelier {
namespace {

const std::optional<idempotency_key>& key_of(const subscription_command& what) {
    return std::visit(
        [](const auto& command) -> const auto& { return command.idempotency; }, what);
}

} // namespace

caf::typed_response_promise<outcome<receipt>> subscription_state::on(subscription_command command) {
    auto promise = self_->make_response_promise<outcome<receipt>>();
    if (turns_.full())
        promise.deliver(outcome<receipt>{errc::overloaded});
    else
        turns_.add(to_carry_out({std::move(command), reply<outcome<receipt>>{promise}}));
    return promise;
}

turns::work subscription_state::to_carry_out(order o) {
    return [this, o = std::move(o)](const status& loaded) {
        if (!loaded)
            o.who.deliver(loaded.error());
        else if (key_of(o.what))
            look_up(o);
        else
            carry_out(o);
    };
}

/// Its key may have been used before.
void subscription_state::look_up(order o) {
    const auto key = *key_of(o.what);
    auto looked = [this, key, o = std::move(o)](outcome<std::optional<idempotency_answer>> stored) {
        if (!stored) {
            o.who.deliver(stored.error());
        } else if (auto known = repeat(key, std::move(*stored))) {
            o.who.deliver(std::move(*known));
        } else {
            carry_out(o);
            return;
        }
        turns_.end();
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, find_answer{user_, key.key})
        .then([looked](outcome<std::optional<idempotency_answer>>& stored) { looked(std::move(stored)); },
              [looked](const caf::error&) { looked(errc::unavailable); });
}

void subscription_state::carry_out(order o) {
    ++o.attempts;
    auto decided = std::visit([this](const auto& command) { return decide(command); }, o.what);
    const auto& key = key_of(o.what);
    if (!decided || (!decided->change && !key)) {
        o.who.deliver(decided ? outcome<receipt>{std::move(decided->answer)} : decided.error());
        turns_.end();
        return;
    }
    change_set with{user_, context_->time.now()};
    auto& answer = decided->answer;
    if (key)
        with.idempotency.push_back({key->key, key->fingerprint, answer.status, answer.body, answer.location,
                                    with.at + context_->idempotency_lifetime});
    commit(std::move(decided->change), std::move(with),
           [this, o = std::move(o), answer](commit_verdict verdict) {
               const bool again =
                   verdict == commit_verdict::conflict || verdict == commit_verdict::duplicate_key;
               if (verdict == commit_verdict::committed) {
                   o.who.deliver(answer);
                   turns_.add_next(to_attend());
               } else if (again && o.attempts < order_attempts_max) {
                   turns_.add_next(to_carry_out(o)); // somebody else was faster: look again
               } else if (again || verdict == commit_verdict::invalid) {
                   o.who.deliver(errc::state_conflict);
               } else {
                   o.who.deliver(verdict == commit_verdict::overloaded ? errc::overloaded
                                                                       : errc::unavailable);
               }
               turns_.end();
           });
}

/// Each revision is committed once, so no invoice is used twice.
std::string subscription_state::next_invoice() const {
    const auto& row = subject_->row();
    return subscription_invoice(user_, row.id, row.revision + 1);
}

outcome<subscription_state::carried_out> subscription_state::decide(const order_subscription& command) const {
    if (command.by_token && beside_.card_token.empty())
        return invalid_field("saved_card", "unknown", "No card is saved; pay in the payment form.");
    const auto now = context_->time.now();
    auto ordered = subject_->decide_order(command.terms, command.by_token, next_invoice(), now,
                                          now + context_->order_lifetime);
    if (!ordered)
        return ordered.error();
    auto result = answer(std::move(ordered->change), &ordered->order, ordered->second_charge_at);
    result.answer.status = command.by_token ? 202 : 201;
    result.answer.location = "/v1/subscription";
    return result;
}

outcome<subscription_state::carried_out> subscription_state::decide(const change_plan& command) const {
    if (subject_->row().revision == 0)
        return errc::not_found;
    const auto now = context_->time.now();
    auto changed = subject_->decide_plan(command.terms, next_invoice(), now, now + context_->order_lifetime);
    if (!changed)
        return changed.error();
    return answer(std::move(changed->change), changed->to_pay ? &*changed->to_pay : nullptr, std::nullopt);
}

outcome<subscription_state::carried_out>
subscription_state::decide(const cancel_subscription& /*command*/) const {
    auto cancelled = subject_->decide_cancel(context_->time.now());
    if (!cancelled)
        return cancelled.error();
    return answer(std::move(*cancelled), nullptr, std::nullopt);
}

subscription_state::carried_out subscription_state::answer(std::optional<subscription_change> change,
                                                           const subscription_order* to_pay,
                                                           std::optional<instant> second_charge_at) const {
    auto after = *subject_;
    if (change)
        after.apply(*change);
    std::string checkout;
    if (to_pay != nullptr && !to_pay->by_token) {
        subscription_checkout form;
        form.user = user_;
        form.order = *to_pay;
        form.second_charge_at = second_charge_at;
        checkout = context_->checkout(form);
    }
    carried_out result;
    result.answer.status = 200;
    result.answer.body = subscription_answer_json(after, to_pay, checkout, context_->time.now());
    result.change = std::move(change);
    return result;
}

} // namespace atelier
