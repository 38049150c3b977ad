#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/gateways/gateway_client.hpp"
#include "actors/reconciliation.hpp"
#include "actors/runtime/progress.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "persistence/queries/back_office.hpp"

#include <caf/fwd.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace atelier {

class connection_pool;
class metrics;
class roster;
class clock;
struct deliver_notification;
struct notification_reply;

/// What the back office needs. All of it outlives it.
struct back_office_context {
    caf::actor_system& system;
    const roster& actors;
    gateway_client& gateway;
    connection_pool& pool;
    const clock& time;
    metrics& meters;
    bool test_mode; ///< transactions in the other mode are not ours
};

/// Work that takes as long as the gateway does: refunds for operators, and the comparison of the books. It
/// blocks, on a thread of its own, and reaches the payments as webhooks do. Thread-safe.
class back_office {
public:
    template <class T>
    using callback = std::function<void(outcome<T>)>; ///< called once, from the office's thread, or at once

    explicit back_office(back_office_context context);
    ~back_office(); ///< stops

    /// Gives back a payment, or `amount_cents` of it, through the gateway. The same `key` is the same refund,
    /// also after a crash. Errors: not_found; validation_failed when there is not so much to give back;
    /// idempotency_key_reused; gateway_refused; unavailable: repeat it with the same key; state_conflict:
    /// whether the gateway has made it is not known, and the time in which it would recognise a repeat is
    /// over: the comparison of the books will tell.
    void refund(payment_id payment, std::optional<std::int64_t> amount_cents, std::string key,
                const callback<made_refund>& then);

    /// Compares a day's books with the gateway's; what the gateway knows and we do not is made up for, as if
    /// its webhook had come. → the report, which is also kept. Safe to repeat, and beside webhooks.
    void reconcile(std::chrono::sys_days day, const callback<reconciliation_report>& then);

    /// Of the comparison that is under way; its subject is the day.
    [[nodiscard]] std::optional<progress::reading> reconciling() const { return comparison_.now(); }

    /// Reconciles yesterday, once, from `after` midnight (UTC) on; 0 = never.
    void reconcile_when_due(std::chrono::milliseconds after);

    /// Lets what is under way end, refuses the rest with `unavailable`. The gateway's client has to be
    /// stopped before.
    void stop();

private:
    [[nodiscard]] outcome<notification_reply> tell(deliver_notification news);

    static std::string request_id_of(const std::string& key);
    [[nodiscard]] outcome<queries::refund_request>
    note_refund(const payment_record& of, std::optional<std::int64_t> amount_cents, const std::string& key);
    [[nodiscard]] outcome<made_refund>
    refund_now(payment_id payment, std::optional<std::int64_t> amount_cents, const std::string& key);

    outcome<reconciliation_report> reconcile_now(std::chrono::sys_days day);
    [[nodiscard]] outcome<reconciliation_report> compare_day(std::chrono::sys_days day);
    [[nodiscard]] status compare(const std::vector<gateway_transaction>& listed,
                                 reconciliation_report& report);
    [[nodiscard]] status compare_credited(const std::set<std::string>& listed, reconciliation_report& report);
    [[nodiscard]] status ask_for_subscriptions(reconciliation_report& report);
    [[nodiscard]] status list_chargebacks(reconciliation_report& report);
    void make_up_for(const gateway_transaction& missed, reconciliation_report& report);

    const back_office_context context_;
    std::atomic<bool> reconciling_ = false; ///< whoever sets it may touch the two that follow
    std::optional<std::chrono::sys_days> reconciled_;
    instant reconcile_again_;
    progress comparison_;
    std::atomic<bool> stopping_ = false;
    worker_pool thread_{1, 100};
};

} // namespace atelier
