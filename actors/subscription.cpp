#include "actors/subscription.hpp"

#include "actors/domain/subscription_views.hpp"
#include "actors/domain/webhook_events.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier {
subscription_facts facts_of(const notification& said) {
    subscription_facts facts;
    static_cast<notification_facts&>(facts) = said;
    facts.invoice_id = said.invoice_id;
    facts.subscription_id = said.subscription_id;
    facts.paid_at = said.date_time;
    facts.card_token = !said.token.empty();
    facts.standing = said.standing;
    facts.successes = said.successes;
    return facts;
}

void subscription_state::start(const subscription_context& context, user_id user) {
    context_ = &context;
    user_ = user;
    turns_.start([this](const turns::loaded& then) { load(then); });
}

void subscription_state::load(const turns::loaded& then) {
    auto loaded = [this, then](outcome<loaded_subscription> read) {
        if (!read)
            return then(read.error());
        if (read->book.row.revision == 0)
            read->book.row.id = subscription_id{context_->ids.next(id_sequence::subscriptions)};
        if (!read->book.row.id)
            return then(errc::overloaded);
        read->book.row.user = user_;
        subject_.emplace(std::exchange(read->book, {}), context_->rules);
        beside_ = std::move(*read);
        then(done{});
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, load_subscription{user_})
        .then([loaded](outcome<loaded_subscription>& read) { loaded(std::move(read)); },
              [loaded](const caf::error&) { loaded(errc::unavailable); });
}

std::vector<webhook_event> subscription_state::schedule(subscription_change& change) const {
    const auto now = context_->time.now();
    auto after = *subject_;
    after.apply(change);
    change.row.look_again_at = after.look_again_at(now);
    if (change.row.look_again_at)
        change.row.look_again_at = std::max(*change.row.look_again_at, call_again_at_);
    std::vector<webhook_event> events;
    if (auto event = event_of(change, after, now))
        events.push_back(std::move(*event));
    return events;
}

void subscription_state::commit(std::optional<subscription_change> change, change_set with,
                                std::function<void(commit_verdict)> then) {
    if (change) {
        with.webhook_events = schedule(*change);
        with.subscription_changes.push_back(*change);
    }
    auto settled = [this, change = std::move(change), then = std::move(then)](commit_verdict verdict) {
        if (verdict == commit_verdict::committed && change) {
            subject_->apply(*change);
            tell(*subject_);
        }
        if (verdict != commit_verdict::committed)
            turns_.forget();
        then(verdict);
    };
    self_->request(context_->actors.writer_of(user_), caf::infinite, commit_changes{std::move(with)})
        .then([settled](commit_verdict verdict) { settled(verdict); },
              [settled](const caf::error&) { settled(commit_verdict::unavailable); });
}

void subscription_state::tell(const subscription& changed) const {
    if (context_->news != nullptr && context_->news->has_audience(user_))
        context_->news->tell(user_, "subscription", subscription_json(changed, context_->time.now()));
}

// -- notifications ------------------------------------------------------------------------------------------

caf::typed_response_promise<outcome<notification_reply>> subscription_state::on(deliver_notification news) {
    auto promise = self_->make_response_promise<outcome<notification_reply>>();
    if (turns_.full())
        promise.deliver(outcome<notification_reply>{errc::overloaded});
    else
        turns_.add(to_process({std::move(news), reply<outcome<notification_reply>>{promise}}));
    return promise;
}

turns::work subscription_state::to_process(delivery d) {
    return [this, d = std::move(d)](const status& loaded) {
        if (loaded)
            process(d);
        else
            d.who.deliver(loaded.error());
    };
}

subscription_decision subscription_state::decide(const deliver_notification& news) const {
    if (!news.problem.empty())
        return malformed<subscription_decision>(news);
    return subject_->decide(facts_of(news.what), context_->time.now());
}

void subscription_state::process(delivery d) {
    ++d.attempts;
    auto decision = decide(d.news);
    if (decision.change && decision.change->charge) {
        credit(std::move(d), std::move(decision));
        return;
    }
    if (is_check(d.news)) // the payer waits, and nothing depends on the archive: answer first
        finish(d, decision, context_->meters, whose());
    archive(std::move(d), std::move(decision));
}

/// The wallet commits all of it.
void subscription_state::credit(delivery d, subscription_decision decision) {
    credit_charge command;
    command.user = user_;
    command.package = beside_.package;
    command.notification = record_of(d.news, decision.verdict, decision.code);
    command.change = *decision.change;
    command.change.card_token = d.news.what.token;
    command.events = schedule(command.change);
    for (const auto& move : command.change.moved) {
        const auto& charges = subject_->book().charges;
        const auto charge =
            std::ranges::find(charges, move.transaction_id, &subscription_charge::transaction_id);
        if (charge->lot && move.period.end > move.expected.end)
            command.extensions.push_back({charge->lot, move.period.end - move.expected.end});
    }
    auto settled = [this, d = std::move(d), decision = std::move(decision)](const outcome<receipt>& result) {
        turns_.forget(); // the lot has got its id
        if (result) {
            auto after = *subject_;
            after.apply(*decision.change);
            tell(after);
            finish(d, decision, context_->meters, whose());
            turns_.add_next(to_attend());
        } else {
            retry(d, result.error().code);
        }
        turns_.end();
    };
    self_->request(context_->actors.get<wallets_actor>(), caf::infinite, std::move(command))
        .then([settled](outcome<receipt>& result) { settled(result); },
              [settled](const caf::error&) { settled(errc::unavailable); });
}

void subscription_state::archive(delivery d, subscription_decision decision) {
    const auto& what = d.news.what;
    change_set with{user_, context_->time.now()};
    if (decision.refund)
        with.refunds.push_back(
            {what.transaction_id, what.payment_transaction_id, what.amount_cents.value_or(0)});
    with.notifications.push_back(record_of(d.news, decision.verdict, decision.code));
    auto change = decision.change;
    commit(std::move(change), std::move(with),
           [this, d = std::move(d), decision = std::move(decision)](commit_verdict verdict) {
               const bool answered = is_check(d.news);
               if (verdict == commit_verdict::invalid && decision.change) {
                   archive_only(d);
                   return;
               }
               if (verdict != commit_verdict::committed) {
                   const bool again =
                       verdict == commit_verdict::conflict || verdict == commit_verdict::duplicate_key;
                   if (answered)
                       spdlog::warn("a check notification of user {} could not be archived", user_.value);
                   else
                       retry(d, again ? errc::state_conflict : errc::unavailable);
                   turns_.end();
                   return;
               }
               if (!answered)
                   finish(d, decision, context_->meters, whose());
               if (decision.refund)
                   turns_.forget(); // it is read with the rest
               if (decision.refund || decision.change)
                   turns_.add_next(to_attend());
               turns_.end();
           });
}

/// The database refuses what follows from it, say because the gateway's subscription is another user's. No
/// repeat would cure that.
void subscription_state::archive_only(delivery d) {
    subscription_decision decision;
    decision.verdict = "contradicts_books";
    decision.alarm = true;
    archive(std::move(d), std::move(decision));
}

/// The subscription was changed by somebody else: it is read again, and decided anew. Any other failure goes
/// to the gateway, which will repeat the notification.
void subscription_state::retry(delivery d, errc why) {
    if (why != errc::state_conflict) {
        d.who.deliver(why);
    } else if (d.attempts >= delivery_attempts_max) {
        call_operator(context_->meters, to_string(d.news.what.kind), whose(), "contradicts_books");
        d.who.deliver(why);
    } else {
        turns_.add_next(to_process(std::move(d))); // it is still its turn
    }
}

subscription_actor::behavior_type subscription_behavior(subscription_state::actor* self,
                                                        const subscription_context* context, user_id user) {
    auto& state = self->state;
    state.start(*context, user);
    return {
        [&state](deliver_notification& n) { return state.on(std::move(n)); },
        [&state](order_subscription& c) { return state.on(subscription_command{std::move(c)}); },
        [&state](change_plan& c) { return state.on(subscription_command{std::move(c)}); },
        [&state](cancel_subscription& c) { return state.on(subscription_command{std::move(c)}); },
        [&state](const attend_subscription& c) { state.on(c); },
        [](const continuation& c) { (*c.run)(); },
        [&state](retire r) { return state.on(r); },
    };
}

} // namespace atelier
