#include "actors/runtime/roster.hpp"
#include "actors/subscription.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

/// What a subscription has to do by itself: what time has changed, refunds, and calls of the gateway. It does
/// so after each change; what fails, and what falls due later, the sweeper finds by `look_again_at`.
namespace atelier {
namespace {

using namespace std::chrono_literals;

constexpr microseconds shortest_pause = 5s;
constexpr microseconds longest_pause = 1h;

} // namespace

void subscription_state::on(const attend_subscription&) {
    if (turns_.full())
        return;
    // Whoever asks may know of what was not there yet when this was read: a refund that the payments noted.
    if (turns_.idle()) {
        turns_.forget();
        turns_.add(to_attend());
        return;
    }
    turns_.add([this](const status& loaded) {
        if (!loaded)
            return; // asked again by the sweeper
        turns_.forget();
        turns_.add_next(to_attend());
        turns_.end();
    });
}

turns::work subscription_state::to_attend() {
    return [this](const status& loaded) {
        if (loaded)
            attend();
    };
}

void subscription_state::attend() {
    const auto now = context_->time.now();
    const auto& row = subject_->row();
    if (row.revision == 0) {
        turns_.end();
        return;
    }
    if (!beside_.refunds.empty()) {
        take_back();
        return;
    }
    const auto due = subject_->due_calls(now);
    if (!calling_ && !due.empty() && now >= call_again_at_)
        ask_for(due.front());
    if (subject_->overdue(now) || (due.empty() && row.look_again_at && *row.look_again_at <= now))
        settle();
    else
        turns_.end();
}

/// The row as time has made it.
void subscription_state::settle() {
    const auto now = context_->time.now();
    note(subject_->settle(now));
}

/// The first refund that waits takes effect; then the rest is read again, because the lot has changed.
void subscription_state::take_back() {
    const auto& refund = beside_.refunds.front();
    const auto decision = subject_->decide_refund(refund);
    if (!decision) { // what was read does not fit together: it is not the last word
        turns_.forget();
        turns_.end();
        return;
    }
    if (decision->alarm)
        call_operator(context_->meters, "refund", whose(), "refunded_too_much");
    change_set paid{user_, context_->time.now()};
    paid.charge_refunds.push_back(decision->application);
    const auto settled = [this](bool taken) {
        turns_.forget();
        if (taken)
            turns_.add_next(to_attend());
        turns_.end();
    };
    const auto lot = std::ranges::find(beside_.lots, decision->lot, &purchase_record::id);
    if (lot == beside_.lots.end()) { // it bought no tokens
        commit(std::nullopt, std::move(paid),
               [settled](commit_verdict verdict) { settled(verdict == commit_verdict::committed); });
        return;
    }
    claw_back command{user_, *lot, decision->application.tokens_due, std::move(paid)};
    self_->request(context_->actors.get<wallets_actor>(), caf::infinite, std::move(command))
        .then([settled](const outcome<receipt>& result) { settled(result.has_value()); },
              [settled](const caf::error&) { settled(false); });
}

// -- the gateway --------------------------------------------------------------------------------------------

/// The answer comes in a turn of its own.
void subscription_state::ask_for(const gateway_call& call) {
    const auto& row = subject_->row();
    const gateway_subscriber who{user_, row.id, row.revision, beside_.card_token};
    calling_ = true;
    using answered = outcome<gateway_call_result>;
    atelier::carry_out(context_->gateway, call, who,
                       [this, call, self = caf::actor_cast<subscription_actor>(self_)](answered result) {
                           auto kept = std::make_shared<const answered>(std::move(result));
                           caf::anon_send(self, continuation{[this, call, kept] { on_called(call, *kept); }});
                       });
}

void subscription_state::on_called(const gateway_call& call, outcome<gateway_call_result> result) {
    turns_.add([this, call, result = std::move(result)](const status& loaded) {
        calling_ = false; // not before its turn: until it is noted, the same call is still due
        if (!loaded)
            return; // asked again by the sweeper; then it turns out to be done
        if (!result) {
            postpone(call, result.error());
            return;
        }
        failed_calls_ = 0;
        call_again_at_ = {};
        conclude(call, *result);
    });
}

void subscription_state::conclude(const gateway_call& call, const gateway_call_result& result) {
    using kind = gateway_call_result::kind;
    const auto now = context_->time.now();
    if (result.what == kind::paid && result.news) {
        // If it is not worth a credit, the card must not be charged again all the same. What could not be
        // committed is still worth one: it is asked for again.
        turns_.add_next([this, call, news = *result.news](const status& loaded) {
            if (!loaded)
                return;
            const auto again = decide(news);
            if (!still_due(call))
                go_on();
            else if (again.change && again.change->charge)
                postpone(call, failure{errc::unavailable, "the charge could not be credited"});
            else
                decline(call);
        });
        process({*result.news, reply<outcome<notification_reply>>{}});
    } else if (result.what == kind::paid || result.what == kind::declined) {
        decline(call);
    } else if (result.what == kind::ended) {
        subscription_facts facts;
        facts.kind = notification_kind::recurrent;
        facts.account_id = std::to_string(user_.value);
        facts.subscription_id = call.gateway_subscription_id;
        facts.standing = result.standing;
        if (result.successes > 0)
            facts.successes = result.successes;
        auto heard = subject_->decide(facts, now);
        // That more charges are known than it counts does not make it go on.
        auto end = call;
        end.what = gateway_call::kind::cancel;
        if (heard.change)
            note(*std::move(heard.change));
        else if (known_to_have_ended(call.gateway_subscription_id))
            go_on(); // its Recurrent was faster
        else
            note(subject_->decide_called(end, "", now));
    } else {
        note(subject_->decide_called(call, result.created, now));
    }
}

void subscription_state::note(subscription_change change) {
    commit(std::move(change), {user_, context_->time.now()}, [this](commit_verdict verdict) {
        if (verdict == commit_verdict::committed)
            go_on();
        else
            turns_.end();
    });
}

/// This is done; more may be due.
void subscription_state::go_on() {
    turns_.add_next(to_attend());
    turns_.end();
}

bool subscription_state::still_due(const gateway_call& call) const {
    return std::ranges::count(subject_->due_calls(context_->time.now()), call) > 0;
}

bool subscription_state::known_to_have_ended(const std::string& gateway_subscription) const {
    const auto& known = subject_->book().gateways;
    const auto there = std::ranges::find(known, gateway_subscription, &subscription_at_gateway::id);
    return there != known.end() && has_ended(there->standing);
}

/// The card was not charged for that order.
void subscription_state::decline(const gateway_call& call) {
    subscription_facts facts;
    facts.kind = notification_kind::fail;
    facts.invoice_id = call.invoice_id;
    auto heard = subject_->decide(facts, context_->time.now());
    if (heard.change)
        note(*std::move(heard.change));
    else
        go_on(); // its Fail was faster
}

/// Tried again later, ever more rarely.
void subscription_state::postpone(const gateway_call& call, const failure& why) {
    const auto now = context_->time.now();
    const auto doubled = shortest_pause * (std::int64_t{1} << std::min(failed_calls_++, 12));
    const auto pause = std::chrono::duration<double, std::micro>{std::min(doubled, longest_pause)};
    call_again_at_ = now + std::chrono::duration_cast<microseconds>(pause * (0.5 + context_->jitter() / 2));
    spdlog::warn("the gateway could not be asked about the subscription of user {}: {} {}", user_.value,
                 to_string(why.code), why.detail);
    if (why.code != errc::unavailable && why.code != errc::overloaded)
        call_operator(context_->meters, "a call", whose(), "subscription_call_failed");
    if (subject_->row().revision > 0 && still_due(call))
        note(subject_->settle(now));
    else
        turns_.end();
}

} // namespace atelier
