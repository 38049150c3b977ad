#pragma once

#include "actors/runtime/pool_reading.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace prometheus {
class Registry;
}

namespace atelier {

/// The instruments of one kind of actor.
struct actor_meters {
    prometheus::Counter& spawned;
    prometheus::Gauge& live;
    prometheus::Gauge& mailbox;
    prometheus::Histogram& handling;
    prometheus::Counter& restarts;
    prometheus::Counter& exited_normally;
    prometheus::Counter& exited_by_failure;
};

/// The instruments of one engine.
struct engine_meters {
    prometheus::Gauge& queued;
    prometheus::Gauge& running;
    prometheus::Gauge& left_alone;
    prometheus::Counter& good;
    prometheus::Counter& busy;
    prometheus::Counter& bad;
    prometheus::Counter& unknown;
};

/// What a listener says of its connections.
struct listener_reading {
    std::size_t open = 0;
    std::size_t open_max = 0;
    std::uint64_t refused = 0; ///< so far
    std::chrono::nanoseconds lag{0};
};

/// Every instrument of the service, registered at construction. What they mean: config/monitoring/metrics.md.
/// Thread-safe; labels are kinds and codes, never ids.
class metrics {
public:
    metrics();
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// The instruments of an actor kind; created at the first call, stable afterwards.
    [[nodiscard]] actor_meters& actor(std::string_view kind);
    /// The instruments of an engine by its name; likewise.
    [[nodiscard]] engine_meters& engine(std::string_view name);

    /// Shows what a pool says now.
    void pool(std::string_view name, const pool_reading& now);
    /// Shows what a listener says now.
    void listener(std::string_view name, const listener_reading& now);
    /// Counts a finished HTTP request.
    void request_finished(std::string_view listener, std::string_view method, std::string_view route,
                          unsigned status, std::chrono::microseconds duration);
    /// Counts what a listener refused, by reason: a code of an error, "tls_handshake", …
    void request_refused(std::string_view listener, std::string_view reason);
    /// Counts a webhook by type and verdict.
    void webhook(std::string_view type, std::string_view verdict);
    /// Counts what an operator has to look at, by verdict.
    void payment_alarm(std::string_view verdict);
    /// Counts a difference between our books and the gateway's.
    void reconciliation_difference(std::string_view kind);
    /// Counts a generation that reached a state.
    void generation(std::string_view state);
    /// Counts tokens moved by an operation of the journal; `amount` is positive.
    void tokens_moved(std::string_view operation, double amount);
    /// Counts a call of the gateway's API by method, e.g. "payments/refund", and result: "ok" or an error
    /// code.
    void gateway_call(std::string_view method, std::string_view result, std::chrono::microseconds duration);
    /// Counts mails by result: "delivered", "postponed", "given_up".
    void mail(std::string_view result, std::size_t count);
    /// Counts an attempt to deliver a webhook by result: "delivered", "postponed", "given_up", "gone".
    void webhook_delivery(std::string_view result);

    /// Counts an asked-for stream of events by how it began: "resumed", "snapshot", "refused".
    void event_stream_start(std::string_view how);

    /// The text exposition (Prometheus format 0.0.4).
    [[nodiscard]] std::string expose() const;

    // -- instruments without labels, for direct use ---------------------------------------------------------
    prometheus::Counter& batches;
    prometheus::Counter& change_sets_committed;
    prometheus::Counter& change_sets_rejected;
    prometheus::Counter& commits_recovered;
    prometheus::Histogram& batch_size;
    prometheus::Histogram& commit_seconds;
    prometheus::Gauge& writer_backlog;
    prometheus::Histogram& generation_wait_seconds;
    prometheus::Histogram& generation_run_seconds;
    prometheus::Counter& wallet_reloads;
    prometheus::Counter& admission_refusals;
    prometheus::Gauge& asks_pending;
    prometheus::Counter& asks_timed_out;
    prometheus::Gauge& asks_limit;
    prometheus::Gauge& event_streams;
    prometheus::Histogram& mail_delivery_seconds;
    prometheus::Gauge& mails_waiting;
    prometheus::Gauge& mail_oldest_seconds;
    prometheus::Gauge& webhook_deliveries_waiting;
    prometheus::Gauge& webhook_delivery_oldest_seconds;
    prometheus::Counter& variants_made;
    prometheus::Counter& variants_served;
    prometheus::Counter& variants_refused;
    prometheus::Histogram& variant_seconds;
    prometheus::Gauge& variant_cache_bytes;
    prometheus::Counter& session_cache_hits;
    prometheus::Counter& session_cache_misses;
    prometheus::Gauge& writers_connected;
    prometheus::Gauge& database_connections;
    prometheus::Gauge& database_connections_max;
    prometheus::Gauge& database_transaction_seconds;
    prometheus::Gauge& disk_free;
    prometheus::Gauge& disk_size;
    prometheus::Gauge& audit_time;
    prometheus::Gauge& audit_violations;
    prometheus::Gauge& reconciliation_time;
    prometheus::Gauge& sweep_time;
    prometheus::Counter& log_lines_dropped;

private:
    struct families;
    explicit metrics(std::unique_ptr<families> f);

    std::unique_ptr<families> families_;
};

} // namespace atelier
