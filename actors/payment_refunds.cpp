#include "actors/domain/webhook_events.hpp"
#include "actors/payment.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

/// How refunds take effect. Each is a row of gateway_refunds from the moment at which it is heard of;
/// whatever goes wrong after that, the sweeper finds it there and asks again.
namespace atelier {

void payment_state::on(const settle_refunds&) {
    if (!turns_.full())
        turns_.add(to_settle(payment_ && !payment_->credited()));
}

/// Somebody knows that it is credited; `look_again`: what is here does not say so, and may be old.
turns::work payment_state::to_settle(bool look_again) {
    return [this, look_again](const status& loaded) {
        if (!loaded)
            return; // found again by the sweeper
        if (look_again && !(payment_ && payment_->credited())) {
            turns_.forget();
            turns_.add_next(to_settle(false));
            turns_.end();
            return;
        }
        take_back();
    };
}

/// A refund was noted: it belongs to this payment, or to another one that its transaction leads to, or to one
/// that is not known yet.
void payment_state::place_refund(const std::string& payment_transaction_id) {
    if (payment_ && payment_->credited() &&
        payment_->record().cloudpayments_transaction_id == payment_transaction_id) {
        take_back();
        return;
    }
    auto found = [this, payment_transaction_id](const outcome<payment_record>& record) {
        if (record && !record->invoice_id.empty())
            self_->send(context_->actors.get<payments_actor>(), settle_refunds{record->invoice_id});
        else
            find_subscriber(payment_transaction_id);
        turns_.end();
    };
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, find_payment{payment_transaction_id})
        .then([found](outcome<payment_record>& record) { found(record); },
              [found](const caf::error&) { found(errc::unavailable); });
}

/// A refund without an invoice may belong to a charge of a subscription.
void payment_state::find_subscriber(const std::string& transaction_id) {
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, find_charge{transaction_id})
        .then(
            [this](const outcome<user_id>& user) {
                if (user)
                    self_->send(context_->actors.get<subscriptions_actor>(), attend_subscription{*user});
            },
            [](const caf::error&) { /* found again by the sweeper */ });
}

void payment_state::take_back() {
    if (!payment_ || !payment_->credited()) {
        turns_.end();
        return;
    }
    const auto& record = payment_->record();
    auto found = [this](const outcome<payment_refunds>& refunds) {
        if (!refunds) // found again by the sweeper
            spdlog::warn("the refunds of invoice {} could not be read: {}", invoice_id_,
                         refunds.error().detail);
        if (refunds && !refunds->waiting.empty())
            take_back(*refunds);
        else
            turns_.end();
    };
    self_
        ->request(context_->actors.get<reader_actor>(), caf::infinite,
                  load_refunds{record.id, record.cloudpayments_transaction_id})
        .then([found](outcome<payment_refunds>& refunds) { found(refunds); },
              [this](const caf::error&) {
                  turns_.end(); // the process ends, or the reader's supervisor says why
              });
}

/// The first of them takes effect; then the rest is read again, because the lot has changed.
void payment_state::take_back(const payment_refunds& waiting) {
    const auto& record = payment_->record();
    const auto& refund = waiting.waiting.front();
    auto decision = payment_->decide_refund(refund, waiting.credited);
    if (decision.alarm)
        call_operator(context_->meters, "refund", whose(), "refunded_too_much");
    change_set paid;
    paid.payment_changes.push_back(decision.change);
    paid.refund_applications.push_back(decision.application);
    auto after = *payment_;
    after.apply(decision);
    paid.webhook_events.push_back(refunded_event(after.record(), context_->time.now()));
    claw_back command{record.user, waiting.lot, decision.application.tokens_due, std::move(paid)};
    auto settled = [this, decision = std::move(decision)](const outcome<receipt>& result) {
        if (!result) {
            // Whoever was faster, or the database is away: the sweeper asks again.
            turns_.forget();
            turns_.end();
            return;
        }
        apply(decision);
        take_back();
    };
    self_->request(context_->actors.get<wallets_actor>(), caf::infinite, std::move(command))
        .then([settled](outcome<receipt>& result) { settled(result); },
              [settled](const caf::error&) { settled(errc::unavailable); });
}

} // namespace atelier
