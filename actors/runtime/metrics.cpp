#include "actors/runtime/metrics.hpp"

#include "actors/runtime/process_metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

namespace atelier {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

/// From 1 µs to 10 s: handlers take microseconds, commits and requests milliseconds.
const Histogram::BucketBoundaries seconds{0.000001, 0.00001, 0.0001, 0.00025, 0.0005, 0.001,
                                          0.0025,   0.005,   0.01,   0.025,   0.05,   0.1,
                                          0.25,     0.5,     1,      2.5,     5,      10};
const Histogram::BucketBoundaries long_seconds{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
const Histogram::BucketBoundaries counts{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

/// Brings a counter up to a total that is kept elsewhere.
void raise(Counter& total, double value) {
    total.Increment(std::max(value - total.Value(), 0.0));
}

} // namespace

struct metrics::families {
    prometheus::Registry registry;
    std::mutex actors_mutex;
    std::map<std::string, actor_meters, std::less<>> actors;
    std::mutex engines_mutex;
    /// The instruments of one kind of answer. They are found again by what they are called: to have their
    /// labels looked up costs more than many an answer.
    struct answer_meters {
        Counter& count;
        Histogram& seconds;
    };
    const answer_meters& route(std::string_view listener, std::string_view method, std::string_view route,
                               unsigned status) {
        thread_local std::string name;
        name.assign(listener).append(1, ' ').append(method).append(1, ' ').append(route).append(1, ' ');
        name.append(std::to_string(status));
        const std::lock_guard lock{answers_mutex};
        if (const auto known = answers.find(name); known != answers.end())
            return known->second;
        const prometheus::Labels labels{{"listener", std::string{listener}},
                                        {"method", std::string{method}},
                                        {"route", std::string{route}}};
        auto counted = labels;
        counted.emplace("status", std::to_string(status));
        return answers
            .try_emplace(name, answer_meters{requests.Add(counted), request_seconds.Add(labels, seconds)})
            .first->second;
    }
    std::mutex answers_mutex;
    std::unordered_map<std::string, answer_meters> answers;

    std::mutex readings_mutex; ///< two at once would raise a counter twice
    std::map<std::string, engine_meters, std::less<>> engines;

    Family<Counter>& counter(const char* name, const char* help) {
        return BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Gauge>& gauge(const char* name, const char* help) {
        return BuildGauge().Name(name).Help(help).Register(registry);
    }
    Gauge& single(const char* name, const char* help) { return gauge(name, help).Add({}); }
    Family<Histogram>& histogram(const char* name, const char* help) {
        return BuildHistogram().Name(name).Help(help).Register(registry);
    }

    Family<Counter>& actors_spawned = counter("atelier_actors_spawned_total", "Actors started, by kind.");
    Family<Gauge>& actors_live = gauge("atelier_actors_live", "Actors alive, by kind.");
    Family<Counter>& actors_exited =
        counter("atelier_actors_exited_total", "Actors ended, by kind and reason.");
    Family<Counter>& actor_restarts =
        counter("atelier_actor_restarts_total", "Actors restarted after a failure.");
    Family<Gauge>& actor_mailbox =
        gauge("atelier_actor_mailbox_depth", "Messages waiting, by kind of actor.");
    Family<Histogram>& actor_handling =
        histogram("atelier_actor_handling_seconds", "Time in one message handler.");
    Family<Counter>& requests =
        counter("atelier_http_requests_total", "Requests answered, by route and status.");
    Family<Counter>& refusals =
        counter("atelier_http_refusals_total", "Requests and connections that broke a limit or a rule.");
    Family<Histogram>& request_seconds =
        histogram("atelier_http_request_seconds", "Time to answer, by route.");
    Family<Gauge>& connections = gauge("atelier_http_connections", "Open connections, by listener.");
    Family<Gauge>& connections_max =
        gauge("atelier_http_connections_max", "Connections that may be open, by listener.");
    Family<Counter>& connections_refused =
        counter("atelier_http_connections_refused_total", "Connections turned away at a limit.");
    Family<Gauge>& lag = gauge("atelier_http_lag_seconds",
                               "How long what comes to a listener waits until its thread turns to it.");
    Family<Counter>& webhooks =
        counter("atelier_webhooks_total", "Gateway notifications, by type and verdict.");
    Family<Counter>& gateway_calls =
        counter("atelier_gateway_calls_total", "Calls of the gateway's API, by method and result.");
    Family<Histogram>& gateway_seconds =
        histogram("atelier_gateway_call_seconds", "Time of a call of the gateway's API, by method.");
    Family<Counter>& differences = counter("atelier_reconciliation_differences_total",
                                           "Differences between our books and the gateway's, by kind.");
    Family<Counter>& payment_alarms =
        counter("atelier_payment_alarms_total", "What an operator has to look at, by verdict.");
    Family<Counter>& generations = counter("atelier_generations_total", "Generations that reached a state.");
    Family<Gauge>& generations_queued =
        gauge("atelier_generations_queued", "Generations waiting for a slot of an engine.");
    Family<Gauge>& generations_running =
        gauge("atelier_generations_running", "Generations that hold a slot of an engine.");
    Family<Gauge>& engines_left_alone =
        gauge("atelier_engine_left_alone", "1 while an engine has failed too often to be given work.");
    Family<Counter>& engine_attempts =
        counter("atelier_engine_attempts_total", "Attempts at an engine, by what it showed of itself.");
    Family<Counter>& tokens = counter("atelier_tokens_total", "Tokens moved, by operation of the journal.");
    Family<Gauge>& pool_waiting =
        gauge("atelier_pool_jobs_waiting", "Jobs that wait for a thread of a pool.");
    Family<Gauge>& pool_busy = gauge("atelier_pool_threads_busy", "Threads of a pool at work.");
    Family<Counter>& pool_jobs =
        counter("atelier_pool_jobs_total", "Jobs of a pool, by what became of them.");
    Family<Counter>& pool_waits =
        counter("atelier_pool_wait_seconds_total", "Time that jobs have waited for a thread.");
    Family<Counter>& mails = counter("atelier_mails_total", "Mails of the outbox, by result.");
    Family<Counter>& webhook_deliveries =
        counter("atelier_webhook_deliveries_total", "Attempts to deliver a webhook, by result.");
    Family<Counter>& event_stream_starts =
        counter("atelier_event_stream_starts_total", "Streams of events asked for, by how they began.");
    process_metrics process{registry};
};

metrics::metrics() : metrics{std::make_unique<families>()} {}

metrics::metrics(std::unique_ptr<families> f)
    : batches{f->counter("atelier_writer_batches_total", "Transactions committed by the writers.").Add({})},
      change_sets_committed{f->counter("atelier_writer_change_sets_total", "Change sets by verdict.")
                                .Add({{"verdict", "committed"}})},
      change_sets_rejected{f->counter("atelier_writer_change_sets_total", "Change sets by verdict.")
                               .Add({{"verdict", "rejected"}})},
      commits_recovered{
          f->counter("atelier_writer_recovered_total", "Commits whose outcome had to be looked up.").Add({})},
      batch_size{
          f->histogram("atelier_writer_batch_size", "Change sets in one transaction.").Add({}, counts)},
      commit_seconds{
          f->histogram("atelier_writer_commit_seconds", "Time of one transaction.").Add({}, seconds)},
      writer_backlog{f->gauge("atelier_writer_backlog", "Change sets that wait for a commit.").Add({})},
      generation_wait_seconds{
          f->histogram("atelier_generation_wait_seconds", "Time in the queue.").Add({}, long_seconds)},
      generation_run_seconds{
          f->histogram("atelier_generation_run_seconds", "Time at the engine.").Add({}, long_seconds)},
      wallet_reloads{
          f->counter("atelier_wallet_reloads_total", "Wallets read again because somebody else wrote.")
              .Add({})},
      admission_refusals{
          f->counter("atelier_admission_refusals_total", "Commands refused because of a limit.").Add({})},
      asks_pending{f->gauge("atelier_asks_pending", "Requests waiting for an actor's answer.").Add({})},
      asks_timed_out{
          f->counter("atelier_asks_timed_out_total", "Requests whose actor did not answer in time.").Add({})},
      asks_limit{
          f->gauge("atelier_asks_limit", "Requests that may wait for an actor's answer at present.").Add({})},
      event_streams{f->gauge("atelier_event_streams", "Open streams of server-sent events.").Add({})},
      mail_delivery_seconds{
          f->histogram("atelier_mail_delivery_seconds", "From queued to delivered.").Add({}, long_seconds)},
      mails_waiting{f->single("atelier_mails_waiting", "Mails to send, or to send again.")},
      mail_oldest_seconds{f->single("atelier_mail_oldest_seconds", "Age of the oldest mail that waits.")},
      webhook_deliveries_waiting{
          f->single("atelier_webhook_deliveries_waiting", "Webhooks to send, or to send again.")},
      webhook_delivery_oldest_seconds{
          f->single("atelier_webhook_delivery_oldest_seconds", "Age of the oldest webhook that waits.")},
      variants_made{f->counter("atelier_image_variants_total", "Copies and thumbnails asked for, by result.")
                        .Add({{"result", "made"}})},
      variants_served{
          f->counter("atelier_image_variants_total", "Copies and thumbnails asked for, by result.")
              .Add({{"result", "kept"}})},
      variants_refused{
          f->counter("atelier_image_variants_total", "Copies and thumbnails asked for, by result.")
              .Add({{"result", "refused"}})},
      variant_seconds{f->histogram("atelier_image_variant_seconds", "Time to make a copy or thumbnail.")
                          .Add({}, seconds)},
      variant_cache_bytes{
          f->gauge("atelier_image_cache_bytes", "Size of the copies and thumbnails kept.").Add({})},
      session_cache_hits{
          f->counter("atelier_session_lookups_total", "Bearer tokens looked up.").Add({{"result", "hit"}})},
      session_cache_misses{
          f->counter("atelier_session_lookups_total", "Bearer tokens looked up.").Add({{"result", "miss"}})},
      writers_connected{f->single("atelier_writers_connected", "Writers with a connection to the database.")},
      database_connections{
          f->single("atelier_database_connections", "Connections to the database server, of all clients.")},
      database_connections_max{
          f->single("atelier_database_connections_max", "Connections that the database server takes.")},
      database_transaction_seconds{f->single("atelier_database_oldest_transaction_seconds",
                                             "Age of the oldest transaction in the database server.")},
      disk_free{f->single("atelier_disk_free_bytes", "Free space where the state directory is.")},
      disk_size{f->single("atelier_disk_size_bytes", "Size of the file system of the state directory.")},
      audit_time{f->single("atelier_audit_timestamp_seconds", "When the last audit ended; 0: none has.")},
      audit_violations{f->single("atelier_audit_violations", "Violations that the last audit found.")},
      reconciliation_time{f->single("atelier_reconciliation_timestamp_seconds",
                                    "Until when the books were compared with the gateway's.")},
      sweep_time{f->single("atelier_sweep_timestamp_seconds", "When the last sweep ended.")},
      log_lines_dropped{f->counter("atelier_log_lines_dropped_total",
                                   "Lines for requests and spans that the log had no room for.")
                            .Add({})},
      families_{std::move(f)} {
    // An increase is seen only by who knew the series before.
    for (const auto* state : {"running", "succeeded", "failed"})
        families_->generations.Add({{"state", state}});
    for (const auto* operation :
         {"purchase", "grant", "subscription", "spend", "refund", "clawback", "expire"})
        families_->tokens.Add({{"operation", operation}});
    for (const auto* result : {"delivered", "postponed", "given_up"}) {
        families_->mails.Add({{"result", result}});
        families_->webhook_deliveries.Add({{"result", result}});
    }
    families_->webhook_deliveries.Add({{"result", "gone"}});
    for (const auto* how : {"resumed", "snapshot", "refused"})
        families_->event_stream_starts.Add({{"how", how}});
    for (const auto* kind : {"missed_payment", "missed_refund", "missed_cancel", "not_credited",
                             "wrong_amount", "unknown_to_gateway", "chargeback"})
        families_->differences.Add({{"kind", kind}});
    for (const auto* verdict :
         {"account_mismatch", "amount_mismatch", "amount_missing", "cancel_after_credit", "chargeback",
          "contradicts_books", "currency_mismatch", "held_twice", "paid_twice", "refunded_too_much",
          "subscription_call_failed", "test_mode_mismatch", "unexpected_status", "unknown_invoice",
          "unknown_status", "unknown_subscription", "unknown_to_gateway", "wrong_amount"})
        families_->payment_alarms.Add({{"verdict", verdict}});
    for (const auto* type :
         {"check", "pay", "fail", "confirm", "cancel", "refund", "recurrent", "receipt", "other"})
        for (const auto* verdict : {"bad_signature", "foreign_address"})
            families_->webhooks.Add({{"type", type}, {"verdict", verdict}});
}

metrics::~metrics() = default;

actor_meters& metrics::actor(std::string_view kind) {
    auto& f = *families_;
    const std::lock_guard lock{f.actors_mutex};
    if (const auto known = f.actors.find(kind); known != f.actors.end())
        return known->second;
    const std::string name{kind};
    const auto label = prometheus::Labels{{"kind", name}};
    const actor_meters meters{
        f.actors_spawned.Add(label),
        f.actors_live.Add(label),
        f.actor_mailbox.Add(label),
        f.actor_handling.Add(label, seconds),
        f.actor_restarts.Add(label),
        f.actors_exited.Add({{"kind", name}, {"reason", "normal"}}),
        f.actors_exited.Add({{"kind", name}, {"reason", "failure"}}),
    };
    return f.actors.emplace(name, meters).first->second;
}

engine_meters& metrics::engine(std::string_view name) {
    auto& f = *families_;
    const std::lock_guard lock{f.engines_mutex};
    if (const auto known = f.engines.find(name); known != f.engines.end())
        return known->second;
    const std::string engine{name};
    const auto label = prometheus::Labels{{"engine", engine}};
    const auto attempts = [&](const char* conduct) -> Counter& {
        return f.engine_attempts.Add({{"engine", engine}, {"conduct", conduct}});
    };
    const engine_meters meters{
        f.generations_queued.Add(label),
        f.generations_running.Add(label),
        f.engines_left_alone.Add(label),
        attempts("good"),
        attempts("busy"),
        attempts("bad"),
        attempts("unknown"),
    };
    return f.engines.emplace(engine, meters).first->second;
}

void metrics::pool(std::string_view name, const pool_reading& now) {
    auto& f = *families_;
    const prometheus::Labels labels{{"pool", std::string{name}}};
    const auto jobs = [&](const char* result) -> Counter& {
        return f.pool_jobs.Add({{"pool", std::string{name}}, {"result", result}});
    };
    const std::lock_guard lock{f.readings_mutex};
    f.pool_waiting.Add(labels).Set(static_cast<double>(now.waiting));
    f.pool_busy.Add(labels).Set(static_cast<double>(now.busy));
    raise(jobs("done"), static_cast<double>(now.jobs));
    raise(jobs("refused"), static_cast<double>(now.refused));
    raise(f.pool_waits.Add(labels), std::chrono::duration<double>(now.waited).count());
}

void metrics::listener(std::string_view name, const listener_reading& now) {
    auto& f = *families_;
    const prometheus::Labels labels{{"listener", std::string{name}}};
    const std::lock_guard lock{f.readings_mutex};
    f.connections.Add(labels).Set(static_cast<double>(now.open));
    f.connections_max.Add(labels).Set(static_cast<double>(now.open_max));
    raise(f.connections_refused.Add(labels), static_cast<double>(now.refused));
    f.lag.Add(labels).Set(std::chrono::duration<double>(now.lag).count());
}

void metrics::request_finished(std::string_view listener, std::string_view method, std::string_view route,
                               unsigned status, std::chrono::microseconds duration) {
    const auto& meters = families_->route(listener, method, route, status);
    meters.count.Increment();
    meters.seconds.Observe(std::chrono::duration<double>(duration).count());
}

void metrics::request_refused(std::string_view listener, std::string_view reason) {
    families_->refusals.Add({{"listener", std::string{listener}}, {"reason", std::string{reason}}})
        .Increment();
}

void metrics::payment_alarm(std::string_view verdict) {
    families_->payment_alarms.Add({{"verdict", std::string{verdict}}}).Increment();
}

void metrics::reconciliation_difference(std::string_view kind) {
    families_->differences.Add({{"kind", std::string{kind}}}).Increment();
}

void metrics::webhook(std::string_view type, std::string_view verdict) {
    families_->webhooks.Add({{"type", std::string{type}}, {"verdict", std::string{verdict}}}).Increment();
}

void metrics::gateway_call(std::string_view method, std::string_view result,
                           std::chrono::microseconds duration) {
    const std::string m{method};
    families_->gateway_calls.Add({{"method", m}, {"result", std::string{result}}}).Increment();
    families_->gateway_seconds.Add({{"method", m}}, long_seconds)
        .Observe(std::chrono::duration<double>(duration).count());
}

void metrics::generation(std::string_view state) {
    families_->generations.Add({{"state", std::string{state}}}).Increment();
}

void metrics::tokens_moved(std::string_view operation, double amount) {
    families_->tokens.Add({{"operation", std::string{operation}}}).Increment(amount);
}

void metrics::event_stream_start(std::string_view how) {
    families_->event_stream_starts.Add({{"how", std::string{how}}}).Increment();
}

void metrics::mail(std::string_view result, std::size_t count) {
    families_->mails.Add({{"result", std::string{result}}}).Increment(static_cast<double>(count));
}

void metrics::webhook_delivery(std::string_view result) {
    families_->webhook_deliveries.Add({{"result", std::string{result}}}).Increment();
}

std::string metrics::expose() const {
    families_->process.read();
    return prometheus::TextSerializer{}.Serialize(families_->registry.Collect());
}

} // namespace atelier
