#include "actors/payment.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

/// How a payment ends that nobody has paid: not before the gateway has been asked, for its news may be lost.
namespace atelier {

void payment_state::on(const expire_payment&) {
    if (turns_.full())
        return;
    turns_.add([this](const status& loaded) {
        if (!loaded)
            return; // found again by the sweeper
        if (payment_ && payment_->overdue(context_->time.now()))
            look_for_payment();
        else
            turns_.end();
    });
}

void payment_state::look_for_payment() {
    using found = outcome<std::optional<deliver_notification>>;
    auto answered = [this](const found& news) {
        if (!news) {
            spdlog::warn("the gateway could not be asked for invoice {}: {}", invoice_id_,
                         news.error().detail);
            turns_.end(); // asked again with the next sweep
        } else if (*news) {
            // As if it had come by itself; nobody waits for the answer. If it is not worth a credit, that is
            // the end of it all the same.
            turns_.add_next([this](const status& loaded) {
                if (loaded && payment_ && payment_->overdue(context_->time.now()))
                    expire();
                else if (loaded)
                    turns_.end();
            });
            delivery missed{**news, answer{}};
            process(std::move(missed));
        } else {
            expire();
        }
    };
    context_->ask_gateway(invoice_id_, [answered, self = caf::actor_cast<payment_actor>(self_)](found news) {
        auto kept = std::make_shared<const found>(std::move(news));
        caf::anon_send(self, continuation{[answered, kept] { answered(*kept); }});
    });
}

void payment_state::expire() {
    const auto change = payment_->expire();
    change_set changes{payment_->record().user, context_->time.now()};
    changes.payment_changes.push_back(change);
    auto settled = [this, change](commit_verdict verdict) {
        if (verdict == commit_verdict::committed)
            apply(change);
        else
            turns_.forget();
        turns_.end();
    };
    self_
        ->request(context_->actors.writer_of(payment_->record().user), caf::infinite,
                  commit_changes{std::move(changes)})
        .then([settled](commit_verdict verdict) { settled(verdict); },
              [settled](const caf::error&) { settled(commit_verdict::unavailable); });
}

} // namespace atelier
