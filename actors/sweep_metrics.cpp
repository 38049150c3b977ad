#include "actors/sweep_metrics.hpp"

#include "actors/runtime/metrics.hpp"
#include "persistence/audit_note.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/server_activity.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <system_error>

namespace atelier {
namespace {

double seconds(microseconds time) {
    return std::chrono::duration<double>(time).count();
}

void show_backlog(pg::connection& database, const char* kind, instant now, prometheus::Gauge& waiting,
                  prometheus::Gauge& oldest) {
    const auto backlog = queries::read_outbox_backlog(database, kind);
    if (!backlog) {
        spdlog::warn("the backlog of the outbox could not be read: {}", backlog.error().detail);
        return;
    }
    waiting.Set(static_cast<double>(backlog->waiting));
    oldest.Set(backlog->oldest ? std::max(seconds(now - *backlog->oldest), 0.0) : 0);
}

} // namespace

void read_sweep_metrics(pg::connection& database, const std::filesystem::path& var, instant now,
                        metrics& meters) {
    show_backlog(database, "mail", now, meters.mails_waiting, meters.mail_oldest_seconds);
    show_backlog(database, "webhook", now, meters.webhook_deliveries_waiting,
                 meters.webhook_delivery_oldest_seconds);
    if (const auto activity = queries::read_server_activity(database)) {
        meters.database_connections.Set(static_cast<double>(activity->connections));
        meters.database_connections_max.Set(static_cast<double>(activity->connections_max));
        meters.database_transaction_seconds.Set(seconds(activity->oldest_transaction));
    }
    std::error_code error;
    const auto disk = std::filesystem::space(var, error);
    if (!error) {
        meters.disk_free.Set(static_cast<double>(disk.available));
        meters.disk_size.Set(static_cast<double>(disk.capacity));
    }
    if (const auto audit = read_audit_note(var)) {
        meters.audit_time.Set(seconds(audit->finished_at.time_since_epoch()));
        meters.audit_violations.Set(static_cast<double>(audit->violations));
    }
    meters.sweep_time.Set(seconds(now.time_since_epoch()));
}

} // namespace atelier
