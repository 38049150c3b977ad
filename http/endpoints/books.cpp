#include "actors/domain/views.hpp"
#include "actors/reconciliation.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/json_command.hpp"
#include "http/management.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

/// Audits of the books, and their comparison with the gateway's.
namespace atelier::http {
namespace {

namespace json = boost::json;

constexpr std::size_t day_length = 10;

json::object running_object(const progress::reading& now) {
    return {
        {"started_at", to_iso8601(now.since)}, {"step", now.step}, {"steps", now.steps}, {"name", now.name}};
}

/// Reports, and what is under way.
response reports_response(const std::vector<std::string>& reports, json::value running) {
    auto text = list_json(reports, {});
    text.back() = ',';
    return json_response(200, text + R"("running":)" + json::serialize(running) + "}");
}

} // namespace

answer start_reconciliation(service& backend, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto text = command->text("day", day_length);
    const auto day = parse_day(text);
    if (!day)
        command->refuse("day", "invalid", "Expected a day such as 2026-03-01.");
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    const auto started = co_await backend.reconcile(*day);
    if (!started)
        co_return started.error();
    co_return json_response(202, json::serialize(json::object{{"day", text}}));
}

answer list_reconciliations(service& backend, request&) {
    json::value running = nullptr;
    if (const auto now = backend.managed().reconciliation_under_way()) {
        auto object = running_object(*now);
        object["day"] = now->subject;
        running = std::move(object);
    }
    const auto reports = co_await backend.reconciliations();
    if (!reports)
        co_return reports.error();
    co_return reports_response(*reports, std::move(running));
}

answer start_audit(service& backend, request&) {
    if (const auto started = backend.managed().start_audit(); !started)
        co_return started.error();
    const auto now = backend.managed().audit_under_way();
    co_return json_response(
        202, json::serialize(json::object{{"running", now ? json::value(running_object(*now)) : nullptr}}));
}

answer list_audits(service& backend, request&) {
    const auto now = backend.managed().audit_under_way();
    const auto reports = co_await backend.managed().audits();
    if (!reports)
        co_return reports.error();
    co_return reports_response(*reports, now ? json::value(running_object(*now)) : nullptr);
}

} // namespace atelier::http
