#include "actors/sweeper.hpp"

#include "actors/mail/outbox_delivery.hpp"
#include "actors/orphan_files.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/sweep_metrics.hpp"
#include "persistence/blobs/blob_store.hpp"
#include "persistence/connection_pool.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/idempotency.hpp"
#include "persistence/queries/library.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/sessions.hpp"
#include "persistence/queries/subscriptions.hpp"
#include "persistence/queries/wallets.hpp"
#include "persistence/queries/webhooks.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace atelier {
namespace {

/// How many rows of each kind one sweep looks at; the rest waits for the next.
constexpr std::int32_t page_size = 500;
/// Longer than a webhook can wait for its last attempt.
constexpr std::chrono::days webhook_retention{7};

/// How many times a file is looked at until it is old enough to go.
constexpr int looks_for_orphans = 24;

/// What a sweep over the tables found.
struct findings {
    std::vector<user_id> users_with_expired_lots;
    std::vector<start_generation> unfinished;
    generation_id next_generation;     ///< where the next sweep goes on
    std::vector<std::string> overdue;  ///< invoices of pending payments whose time is over
    payment_id next_payment;           ///< where the next sweep goes on
    std::vector<std::string> refunded; ///< invoices of payments with refunds that wait
    std::vector<user_id> subscribers;  ///< whose subscription has something to do
    bool complete = true;              ///< all expired lots up to now were seen
};

/// The payments that somebody has to look after.
void look_at_payments(pg::connection& database, instant now, payment_id above, findings& found) {
    if (auto overdue = queries::list_overdue_payments(database, now, above, page_size)) {
        for (auto& payment : *overdue)
            found.overdue.push_back(std::move(payment.invoice_id));
        if (overdue->size() == page_size)
            found.next_payment = overdue->back().id;
    } else {
        spdlog::warn("sweep of overdue payments failed: {}", overdue.error().detail);
    }
    if (auto refunded = queries::list_invoices_with_refunds(database, page_size))
        found.refunded = std::move(*refunded);
    else
        spdlog::warn("sweep of refunds failed: {}", refunded.error().detail);
    if (auto subscribers = queries::list_subscribers_to_attend(database, now, page_size))
        found.subscribers = std::move(*subscribers);
    else
        spdlog::warn("sweep of subscriptions failed: {}", subscribers.error().detail);
}

findings look(pg::connection& database, instant after, instant now, generation_id above) {
    findings found;
    if (auto users = queries::list_users_with_expired_lots(database, after, now, user_id{}, page_size)) {
        found.complete = users->size() < page_size;
        found.users_with_expired_lots = std::move(*users);
    } else {
        found.complete = false;
        spdlog::warn("sweep of expired lots failed: {}", users.error().detail);
    }
    if (auto unfinished = queries::list_unfinished_generations(database, above, page_size)) {
        for (const auto& g : unfinished->data)
            found.unfinished.emplace_back(g.id, g.user, g.deadline, g.style,
                                          g.status == generation_status::running);
        found.next_generation = generation_id{unfinished->next};
    }
    if (const auto purged = queries::purge_sessions(database, now, page_size); !purged)
        spdlog::warn("purge of sessions failed: {}", purged.error().detail);
    if (const auto purged = queries::purge_webhooks(database, now - webhook_retention, page_size); !purged)
        spdlog::warn("purge of webhooks failed: {}", purged.error().detail);
    if (const auto purged = queries::purge_idempotency_keys(database, now, page_size); !purged)
        spdlog::warn("purge of idempotency keys failed: {}", purged.error().detail);
    return found;
}

} // namespace

void sweeper_state::start(const sweeper_context& context) {
    context_ = &context;
    on(tick{});
}

void sweeper_state::on(tick) {
    sweep_rows();
    sweep_files();
    deliver_mails();
    context_->reconcile();
    self_->delayed_send(self_, context_->interval, tick{});
}

void sweeper_state::on(mail_due) {
    deliver_mails();
}

void sweeper_state::run(connection_pool& pool, bool sweeper_state::*busy, work job) {
    if (std::exchange(this->*busy, true))
        return;
    auto on_pool = [this, busy, job = std::move(job),
                    self = caf::actor_cast<sweeper_actor>(self_)](outcome<pg::connection*> connection) {
        auto after = connection ? job(**connection) : std::function<void()>{};
        caf::anon_send(self, continuation{[this, busy, after = std::move(after)] {
                           this->*busy = false;
                           if (after)
                               after();
                       }});
    };
    if (!pool.submit(std::move(on_pool)))
        this->*busy = false;
}

void sweeper_state::sweep_rows() {
    const auto now = context_->time.now();
    run(context_->pool, &sweeper_state::sweeping_rows_,
        [this, now, after = expired_until_, above = resumed_up_to_, asked = asked_up_to_](auto& database) {
            auto found = look(database, after, now, above);
            look_at_payments(database, now, asked, found);
            read_sweep_metrics(database, context_->var, now, context_->meters);
            return std::function<void()>{[this, now, found = std::move(found)] {
                // One minute again next time: rows may be committed later than their times say.
                if (found.complete)
                    expired_until_ = now - std::chrono::minutes{1};
                resumed_up_to_ = found.next_generation;
                const auto wallets = context_->actors.get<wallets_actor>();
                for (const auto user : found.users_with_expired_lots)
                    self_->request(wallets, caf::infinite, expire_lots{user})
                        .then([](const outcome<receipt>&) {},
                              [](const caf::error&) { /* found again next time */ });
                const auto generations = context_->actors.get<generations_actor>();
                for (const auto& generation : found.unfinished)
                    self_->send(generations, generation);
                asked_up_to_ = found.next_payment;
                const auto payments = context_->actors.get<payments_actor>();
                for (const auto& invoice : found.overdue)
                    self_->send(payments, expire_payment{invoice});
                for (const auto& invoice : found.refunded)
                    self_->send(payments, settle_refunds{invoice});
                const auto subscriptions = context_->actors.get<subscriptions_actor>();
                for (const auto user : found.subscribers)
                    self_->send(subscriptions, attend_subscription{user});
            }};
        });
}

void sweeper_state::sweep_files() {
    const auto now = context_->time.now();
    // Looking through a store takes long, and elsewhere it costs money.
    const bool look = now >= files_again_;
    if (look)
        files_again_ = now + context_->orphan_age / looks_for_orphans;
    run(context_->pool, &sweeper_state::sweeping_files_,
        [this, now, look, before = now - context_->orphan_age](pg::connection& database) {
            if (const auto ended = queries::purge_direct_uploads(database, now, page_size)) {
                for (const auto& key : *ended)
                    context_->blobs.remove(key);
            } else {
                spdlog::warn("sweep of direct uploads failed: {}", ended.error().detail);
            }
            if (!look)
                return std::function<void()>{};
            const auto removed = remove_orphan_files(database, context_->blobs, context_->variants, before);
            if (!removed)
                spdlog::warn("sweep of files failed: {}", removed.error().detail);
            else if (*removed > 0)
                spdlog::info("removed {} files without rows", *removed);
            return std::function<void()>{};
        });
}

void sweeper_state::deliver_mails() {
    if (delivering_) {
        mail_waiting_ = true;
        return;
    }
    run(context_->mail_pool, &sweeper_state::delivering_, [this](pg::connection& database) {
        auto counts = context_->mails.deliver_due(database);
        return std::function<void()>{[this, counts = std::move(counts)] {
            if (!counts) {
                spdlog::warn("the outbox could not be read: {}", counts.error().detail);
                return;
            }
            context_->meters.mail("delivered", counts->delivered);
            context_->meters.mail("postponed", counts->postponed);
            context_->meters.mail("given_up", counts->given_up);
            for (const auto wait : counts->waits)
                context_->meters.mail_delivery_seconds.Observe(std::chrono::duration<double>(wait).count());
            if (std::exchange(mail_waiting_, false) || counts->more)
                deliver_mails();
        }};
    });
}

sweeper_actor::behavior_type sweeper_behavior(sweeper_state::actor* self, const sweeper_context* context) {
    auto& state = self->state;
    state.start(*context);
    return {
        [&state](tick t) { state.on(t); },
        [&state](mail_due m) { state.on(m); },
        [](const continuation& c) { (*c.run)(); },
    };
}

} // namespace atelier
