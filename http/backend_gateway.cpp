#include "http/backend_parts.hpp"
#include "persistence/queries/back_office.hpp"

/// The service's part about the gateway: the archive of notifications, refunds, and the comparison of the
/// books.
namespace atelier::http {

// -- the archive --------------------------------------------------------------------------------------------

reply<page<archived_notification>> backend_service::notifications(std::string type, std::string verdict,
                                                                  notification_id before,
                                                                  std::int32_t limit) {
    auto query = [type = std::move(type), verdict = std::move(verdict), before,
                  limit](pg::connection& database) {
        return queries::list_notifications(database, type, verdict, before, limit);
    };
    co_return co_await read<page<archived_notification>>(parts_->back.reads, std::move(query));
}

reply<archived_notification> backend_service::notification(notification_id id) {
    auto query = [id](pg::connection& database) { return queries::get_notification(database, id); };
    co_return co_await read<archived_notification>(parts_->back.reads, query);
}

reply<webhook_answer> backend_service::replay(notification_id id) {
    auto found = co_await notification(id);
    if (!found)
        co_return found.error();
    webhook again;
    again.kind = std::move(found->type);
    again.body = std::move(found->body);
    again.content_type = std::move(found->content_type);
    auto content = parts_->webhooks.content_of(again);
    co_return co_await parts_->deliver(std::move(again), std::move(content));
}

// -- the back office ----------------------------------------------------------------------------------------

reply<made_refund> backend_service::refund(payment_id payment, std::optional<std::int64_t> amount_cents,
                                           std::string key) {
    auto& office = parts_->back.office();
    using callback = back_office::callback<made_refund>;
    std::function<void(callback)> start = [&office, payment, amount_cents, key](const callback& then) {
        office.refund(payment, amount_cents, key, then);
    };
    co_return co_await wait_for<made_refund>(std::move(start));
}

reply<done> backend_service::reconcile(std::chrono::sys_days day) {
    parts_->back.office().reconcile(day, [](const outcome<reconciliation_report>&) { /* it is kept */ });
    co_return done{};
}

reply<std::vector<std::string>> backend_service::reconciliations() {
    constexpr std::int32_t shown = 100;
    auto query = [](pg::connection& database) { return queries::list_reconciliations(database, shown); };
    co_return co_await read<std::vector<std::string>>(parts_->back.reads, query);
}

} // namespace atelier::http
