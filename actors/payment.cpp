#include "actors/payment.hpp"

#include "actors/domain/views.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace atelier {
void payment_state::start(const payment_context& context, std::string invoice_id) {
    context_ = &context;
    invoice_id_ = std::move(invoice_id);
    turns_.start([this](const turns::loaded& then) { load(then); });
}

caf::typed_response_promise<outcome<notification_reply>> payment_state::on(deliver_notification command) {
    auto promise = self_->make_response_promise<outcome<notification_reply>>();
    if (turns_.full())
        promise.deliver(outcome<notification_reply>{errc::overloaded});
    else
        turns_.add(to_process({std::move(command), answer{promise}}));
    return promise;
}

turns::work payment_state::to_process(delivery d) {
    return [this, d = std::move(d)](const status& loaded) {
        if (loaded)
            process(d);
        else
            d.who.deliver(loaded.error());
    };
}

void payment_state::load(const turns::loaded& then) {
    auto loaded = [this, then](outcome<payment_record> record) {
        payment_.reset();
        if (record)
            payment_.emplace(std::move(*record));
        const bool known = record || record.error().code == errc::not_found;
        then(known ? status{done{}} : status{record.error()});
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, load_payment{invoice_id_})
        .then([loaded](outcome<payment_record>& record) { loaded(std::move(record)); },
              [loaded](const caf::error&) { loaded(errc::unavailable); });
}

payment_decision payment_state::decide(const deliver_notification& news) const {
    if (!news.problem.empty())
        return malformed<payment_decision>(news);
    if (!payment_)
        return payment::decide_unknown(news.what);
    return payment_->decide(news.what, context_->time.now(), context_->rules);
}

notification_record payment_state::archived(const deliver_notification& news,
                                            const payment_decision& decision) const {
    auto record = record_of(news, decision.verdict, decision.code);
    if (payment_)
        record.payment = payment_->record().id;
    return record;
}

void payment_state::process(delivery d) {
    ++d.attempts;
    const auto decision = decide(d.news);
    if (decision.action == payment_action::credit) {
        credit(std::move(d), decision);
    } else if (is_check(d.news)) {
        // The payer waits, and nothing depends on the archive: answer first.
        finish(d, decision, context_->meters, whose());
        commit(std::move(d), decision);
    } else {
        commit(std::move(d), decision);
    }
}

void payment_state::credit(delivery d, const payment_decision& decision) {
    auto settled = [this, d, decision](const outcome<receipt>& result) {
        if (!result) {
            retry(d, result.error().code);
            turns_.end();
            return;
        }
        apply(*decision.change);
        finish(d, decision, context_->meters, whose());
        take_back(); // a refund may have come first
    };
    self_
        ->request(context_->actors.get<wallets_actor>(), caf::infinite,
                  credit_payment{payment_->record(), *decision.change, archived(d.news, decision)})
        .then([settled](outcome<receipt>& result) { settled(result); },
              [settled](const caf::error&) { settled(errc::unavailable); });
}

void payment_state::commit(delivery d, const payment_decision& decision) {
    const auto user = payment_ ? payment_->record().user : user_id{};
    const auto& what = d.news.what;
    change_set changes{user, context_->time.now()};
    if (decision.change)
        changes.payment_changes.push_back(*decision.change);
    if (decision.action == payment_action::refund)
        changes.refunds.push_back(
            {what.transaction_id, what.payment_transaction_id, what.amount_cents.value_or(0)});
    changes.notifications.push_back(archived(d.news, decision));
    auto settled = [this, d = std::move(d), decision](commit_verdict verdict) {
        const bool answered = is_check(d.news);
        if (verdict != commit_verdict::committed) {
            if (answered)
                spdlog::warn("check notification of invoice {} could not be archived", invoice_id_);
            else
                retry(d, verdict == commit_verdict::conflict ? errc::state_conflict : errc::unavailable);
            turns_.end();
            return;
        }
        if (decision.change)
            apply(*decision.change);
        if (!answered)
            finish(d, decision, context_->meters, whose());
        if (decision.action == payment_action::refund)
            place_refund(d.news.what.payment_transaction_id);
        else
            turns_.end();
    };
    self_->request(context_->actors.writer_of(user), caf::infinite, commit_changes{std::move(changes)})
        .then([settled](commit_verdict verdict) { settled(verdict); },
              [settled](const caf::error&) { settled(commit_verdict::unavailable); });
}

/// The payment was changed by somebody else: read it again and decide anew. Any other failure goes to the
/// gateway, which will repeat the notification.
void payment_state::retry(delivery d, errc why) {
    if (why != errc::state_conflict || d.attempts >= delivery_attempts_max) {
        d.who.deliver(why);
        return;
    }
    turns_.forget();
    turns_.add_next(to_process(std::move(d))); // it is still its turn
}

void payment_state::apply(const payment_change& change) {
    payment_->apply(change);
    tell();
}

void payment_state::apply(const refund_decision& decision) {
    payment_->apply(decision);
    tell();
}

void payment_state::tell() const {
    const auto& record = payment_->record();
    if (context_->news != nullptr && context_->news->has_audience(record.user))
        context_->news->tell(record.user, "payment", payment_json(record));
}

payment_actor::behavior_type payment_behavior(payment_state::actor* self, const payment_context* context,
                                              const std::string& invoice_id) {
    auto& state = self->state;
    state.start(*context, invoice_id);
    return {
        [&state](deliver_notification& c) { return state.on(std::move(c)); },
        [&state](const settle_refunds& c) { state.on(c); },
        [&state](const expire_payment& c) { state.on(c); },
        [](const continuation& c) { (*c.run)(); },
        [&state](retire r) { return state.on(r); },
    };
}

} // namespace atelier
