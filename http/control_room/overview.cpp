#include "http/control_room/overview.hpp"

#include "actors/domain/json_values.hpp"
#include "config/version.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

namespace atelier::http {
namespace {

namespace json = boost::json;
using labels = exposition::labels;

double milliseconds(double seconds) {
    return std::round(seconds * 1e6) / 1e3;
}

/// What is a whole number, however metrics carry it.
std::int64_t whole(double value) {
    return static_cast<std::int64_t>(std::llround(value));
}

/// A moment in a metric; 0: never.
json::value moment(double seconds) {
    if (seconds <= 0)
        return nullptr;
    return json::value(to_iso8601(instant{microseconds{whole(seconds * 1e6)}}));
}

/// Both readings, and the facts.
class writer {
public:
    writer(const exposition& now, const exposition& before, const overview_facts& facts)
        : now_{now}, before_{before}, facts_{facts} {}

    [[nodiscard]] json::object write() const;

private:
    [[nodiscard]] std::int64_t total(std::string_view name, labels with = {}) const {
        return whole(now_.sum(name, with));
    }
    [[nodiscard]] double per_second(std::string_view name, labels with = {}) const {
        const auto came = now_.sum(name, with) - before_.sum(name, with);
        return facts_.window.count() > 0 ? std::max(came, 0.0) / facts_.window.count() : 0;
    }
    /// How many values a histogram has, and gets.
    [[nodiscard]] std::int64_t observed(std::string_view name, labels with) const {
        return total(std::string{name} + "_count", with);
    }
    [[nodiscard]] double observed_per_second(std::string_view name, labels with) const {
        return per_second(std::string{name} + "_count", with);
    }
    [[nodiscard]] histogram_reading lately(std::string_view name, labels with = {}) const {
        return now_.histogram(name, with).since(before_.histogram(name, with));
    }
    void add_times(json::object& to, std::string_view name, labels with) const {
        const auto times = lately(name, with);
        to["p50_ms"] = milliseconds(times.quantile(0.5));
        to["p99_ms"] = milliseconds(times.quantile(0.99));
    }
    /// {value of the label: total}
    [[nodiscard]] json::object totals_by(std::string_view name, const std::string& label) const {
        json::object totals;
        for (const auto& value : now_.values(name, {label}))
            totals[value[0]] = total(name, {{label, value[0]}});
        return totals;
    }

    [[nodiscard]] json::object process() const;
    [[nodiscard]] json::array health() const;
    [[nodiscard]] json::object http() const;
    [[nodiscard]] json::array actors() const;
    [[nodiscard]] json::object writers() const;
    [[nodiscard]] json::object generations() const;
    [[nodiscard]] json::array webhooks() const;
    [[nodiscard]] json::object deliveries() const;
    [[nodiscard]] json::value today() const;
    [[nodiscard]] json::array restarts() const;

    const exposition& now_;
    const exposition& before_;
    const overview_facts& facts_;
};

json::object writer::process() const {
    return {{"version", version()},
            {"started_at", moment(now_.sum("process_start_time_seconds"))},
            {"processors_busy", per_second("process_cpu_seconds_total")},
            {"memory_bytes", total("process_resident_memory_bytes")},
            {"open_files", total("process_open_fds")},
            {"disk_free_bytes", total("atelier_disk_free_bytes")},
            {"disk_size_bytes", total("atelier_disk_size_bytes")}};
}

json::array writer::health() const {
    json::array parts;
    for (const auto& part : facts_.health)
        parts.push_back(json::object{{"name", part.name}, {"ok", part.ok}, {"detail", part.detail}});
    return parts;
}

json::object writer::http() const {
    std::map<std::vector<std::string>, std::int64_t> errors;
    constexpr std::string_view answers = "atelier_http_requests_total";
    for (const auto& of : now_.values(answers, {"listener", "method", "route", "status"}))
        if (of[3].starts_with('5'))
            errors[{of[0], of[1], of[2]}] +=
                total(answers, {{"route", of[2]}, {"method", of[1]}, {"status", of[3]}, {"listener", of[0]}});
    json::array routes;
    for (const auto& of : now_.values(answers, {"listener", "method", "route"})) {
        const labels with{{"route", of[2]}, {"method", of[1]}, {"listener", of[0]}}; // what tells most first
        json::object route{{"listener", of[0]}, {"method", of[1]}, {"route", of[2]}};
        route["requests"] = observed("atelier_http_request_seconds", with);
        route["per_second"] = observed_per_second("atelier_http_request_seconds", with);
        add_times(route, "atelier_http_request_seconds", with);
        const auto failed = errors.find(of);
        route["errors"] = failed == errors.end() ? 0 : failed->second;
        routes.push_back(std::move(route));
    }
    json::object answered{
        {"requests", observed("atelier_http_request_seconds", {{"listener", "public"}})},
        {"per_second", observed_per_second("atelier_http_request_seconds", {{"listener", "public"}})}};
    add_times(answered, "atelier_http_request_seconds", {{"listener", "public"}});
    answered["connections"] = total("atelier_http_connections", {{"listener", "public"}});
    answered["connections_max"] = total("atelier_http_connections_max", {{"listener", "public"}});
    answered["event_streams"] = total("atelier_event_streams");
    answered["refusals"] = totals_by("atelier_http_refusals_total", "reason");
    answered["routes"] = std::move(routes);
    return answered;
}

json::array writer::actors() const {
    json::array families;
    for (const auto& of : now_.values("atelier_actors_live", {"kind"})) {
        const labels with{{"kind", of[0]}};
        json::object family{{"kind", of[0]},
                            {"live", total("atelier_actors_live", with)},
                            {"spawned", total("atelier_actors_spawned_total", with)},
                            {"restarts", total("atelier_actor_restarts_total", with)},
                            {"mailbox", total("atelier_actor_mailbox_depth", with)},
                            {"messages", observed("atelier_actor_handling_seconds", with)},
                            {"per_second", observed_per_second("atelier_actor_handling_seconds", with)}};
        add_times(family, "atelier_actor_handling_seconds", with);
        const auto ever = now_.histogram("atelier_actor_handling_seconds", with);
        family["slowest_ms"] = milliseconds(ever.quantile(1));
        families.push_back(std::move(family));
    }
    return families;
}

json::object writer::writers() const {
    json::object all{
        {"count", facts_.writers},
        {"connected", total("atelier_writers_connected")},
        {"backlog", total("atelier_writer_backlog")},
        {"batches", total("atelier_writer_batches_total")},
        {"batches_per_second", per_second("atelier_writer_batches_total")},
        {"committed", total("atelier_writer_change_sets_total", {{"verdict", "committed"}})},
        {"rejected", total("atelier_writer_change_sets_total", {{"verdict", "rejected"}})},
        {"committed_per_second", per_second("atelier_writer_change_sets_total", {{"verdict", "committed"}})},
        {"batch_size", lately("atelier_writer_batch_size").mean()}};
    add_times(all, "atelier_writer_commit_seconds", {});
    return all;
}

json::object writer::generations() const {
    json::array engines;
    for (const auto& of : now_.values("atelier_generations_running", {"engine"})) {
        const labels with{{"engine", of[0]}};
        json::object engine{{"engine", of[0]},
                            {"queued", total("atelier_generations_queued", with)},
                            {"running", total("atelier_generations_running", with)},
                            {"left_alone", total("atelier_engine_left_alone", with) != 0}};
        for (const auto* conduct : {"good", "busy", "bad"})
            engine[conduct] =
                total("atelier_engine_attempts_total", {{"engine", of[0]}, {"conduct", conduct}});
        engines.push_back(std::move(engine));
    }
    json::value users = nullptr;
    if (facts_.users) {
        json::array loads;
        for (const auto& load : *facts_.users)
            loads.push_back(json::object{
                {"user_id", load.user.value}, {"queued", load.queued}, {"running", load.running}});
        users = std::move(loads);
    }
    const auto wait = lately("atelier_generation_wait_seconds");
    const auto run = lately("atelier_generation_run_seconds");
    return {{"engines", std::move(engines)},
            {"users", std::move(users)},
            {"states", totals_by("atelier_generations_total", "state")},
            {"wait_p50_ms", milliseconds(wait.quantile(0.5))},
            {"run_p50_ms", milliseconds(run.quantile(0.5))}};
}

json::array writer::webhooks() const {
    json::array all;
    for (const auto& of : now_.values("atelier_webhooks_total", {"type", "verdict"})) {
        const auto count = total("atelier_webhooks_total", {{"type", of[0]}, {"verdict", of[1]}});
        if (count > 0)
            all.push_back(json::object{{"type", of[0]}, {"verdict", of[1]}, {"count", count}});
    }
    return all;
}

json::object writer::deliveries() const {
    return {{"waiting", total("atelier_webhook_deliveries_waiting")},
            {"oldest_seconds", total("atelier_webhook_delivery_oldest_seconds")},
            {"results", totals_by("atelier_webhook_deliveries_total", "result")}};
}

json::value writer::today() const {
    if (!facts_.takings)
        return nullptr;
    json::object moved;
    for (const auto& tokens : facts_.takings->tokens)
        moved[tokens.operation] = tokens.amount;
    return json::object{{"since", to_iso8601(facts_.today)},
                        {"payments", facts_.takings->payments},
                        {"amount_cents", facts_.takings->amount_cents},
                        {"currency", facts_.currency},
                        {"tokens", std::move(moved)}};
}

json::array writer::restarts() const {
    json::array all;
    for (const auto& note : facts_.restarts)
        all.push_back(
            json::object{{"at", to_iso8601(note.at)}, {"kind", note.kind}, {"reason", note.reason}});
    return all;
}

json::object writer::write() const {
    return {{"at", to_iso8601(facts_.at)},
            {"window_seconds", facts_.window.count()},
            {"process", process()},
            {"health", health()},
            {"http", http()},
            {"actors", actors()},
            {"writers", writers()},
            {"generations", generations()},
            {"webhooks", webhooks()},
            {"deliveries", deliveries()},
            {"mails", json::object{{"waiting", total("atelier_mails_waiting")},
                                   {"oldest_seconds", total("atelier_mail_oldest_seconds")},
                                   {"results", totals_by("atelier_mails_total", "result")}}},
            {"today", today()},
            {"audit", json::object{{"finished_at", moment(now_.sum("atelier_audit_timestamp_seconds"))},
                                   {"violations", total("atelier_audit_violations")}}},
            {"reconciled_until", moment(now_.sum("atelier_reconciliation_timestamp_seconds"))},
            {"payment_alarms", total("atelier_payment_alarms_total")},
            {"restarts", restarts()},
            {"log", json::object{{"level", facts_.log_level}}}};
}

} // namespace

std::string overview_json(const exposition& now, const exposition& before, const overview_facts& facts) {
    return json::serialize(writer{now, before, facts}.write());
}

} // namespace atelier::http
