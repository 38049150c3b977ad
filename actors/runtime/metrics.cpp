#include "actors/runtime/metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <sys/resource.h>
#include <unistd.h>

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

} // namespace

struct metrics::families {
    prometheus::Registry registry;
    std::mutex actors_mutex;
    std::map<std::string, actor_meters, std::less<>> actors;
    std::mutex engines_mutex;
    std::map<std::string, engine_meters, std::less<>> engines;

    Family<Counter>& counter(const char* name, const char* help) {
        return BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Gauge>& gauge(const char* name, const char* help) {
        return BuildGauge().Name(name).Help(help).Register(registry);
    }
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
    Family<Histogram>& request_seconds =
        histogram("atelier_http_request_seconds", "Time to answer, by route.");
    Family<Counter>& webhooks =
        counter("atelier_webhooks_total", "Gateway notifications, by type and verdict.");
    Family<Counter>& gateway_calls =
        counter("atelier_gateway_calls_total", "Calls of the gateway's API, by method and result.");
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
    std::mutex pools_mutex;
    Family<Counter>& mails = counter("atelier_mails_total", "Mails of the outbox, by result.");
    Family<Counter>& webhook_deliveries =
        counter("atelier_webhook_deliveries_total", "Attempts to deliver a webhook, by result.");
    Family<Counter>& event_stream_starts =
        counter("atelier_event_stream_starts_total", "Streams of events asked for, by how they began.");
    Gauge& resident = gauge("process_resident_memory_bytes", "Resident memory.").Add({});
    Counter& cpu = counter("process_cpu_seconds_total", "Processor time used.").Add({});
    Gauge& open_files = gauge("process_open_fds", "Open file descriptors.").Add({});
    Gauge& start_time =
        gauge("process_start_time_seconds", "When the process started, in seconds since 1970.").Add({});
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
      http_connections{f->gauge("atelier_http_connections", "Open connections.").Add({})},
      event_streams{f->gauge("atelier_event_streams", "Open streams of server-sent events.").Add({})},
      mail_delivery_seconds{
          f->histogram("atelier_mail_delivery_seconds", "From queued to delivered.").Add({}, long_seconds)},
      webhook_deliveries_waiting{
          f->gauge("atelier_webhook_deliveries_waiting", "Webhooks to send, or to send again.").Add({})},
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
      families_{std::move(f)} {
    families_->start_time.SetToCurrentTime();
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
    const auto raise = [](Counter& total, double value) {
        total.Increment(std::max(value - total.Value(), 0.0));
    };
    const std::lock_guard lock{f.pools_mutex};
    f.pool_waiting.Add(labels).Set(static_cast<double>(now.waiting));
    f.pool_busy.Add(labels).Set(static_cast<double>(now.busy));
    raise(jobs("done"), static_cast<double>(now.jobs));
    raise(jobs("refused"), static_cast<double>(now.refused));
    raise(f.pool_waits.Add(labels), std::chrono::duration<double>(now.waited).count());
}

void metrics::request_finished(std::string_view listener, std::string_view method, std::string_view route,
                               unsigned status, std::chrono::microseconds duration) {
    const std::string l{listener};
    const std::string m{method};
    const std::string r{route};
    families_->requests
        .Add({{"listener", l}, {"method", m}, {"route", r}, {"status", std::to_string(status)}})
        .Increment();
    families_->request_seconds.Add({{"listener", l}, {"method", m}, {"route", r}}, seconds)
        .Observe(std::chrono::duration<double>(duration).count());
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

void metrics::gateway_call(std::string_view method, std::string_view result) {
    families_->gateway_calls.Add({{"method", std::string{method}}, {"result", std::string{result}}})
        .Increment();
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

void metrics::collect_process() const {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto total = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
        };
        const double spent = total(usage.ru_utime) + total(usage.ru_stime);
        families_->cpu.Increment(std::max(0.0, spent - families_->cpu.Value()));
    }
    std::ifstream statm{"/proc/self/statm"};
    std::size_t size = 0;
    std::size_t resident = 0;
    if (statm >> size >> resident)
        families_->resident.Set(static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    std::error_code error;
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd", error};
    if (!error)
        families_->open_files.Set(static_cast<double>(std::distance(begin(descriptors), end(descriptors))));
}

std::string metrics::expose() const {
    collect_process();
    return prometheus::TextSerializer{}.Serialize(families_->registry.Collect());
}

} // namespace atelier
