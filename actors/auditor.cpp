#include "actors/auditor.hpp"

#include "actors/domain/views.hpp"
#include "persistence/audit_note.hpp"
#include "persistence/queries/back_office.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace atelier {
namespace {

namespace json = boost::json;

constexpr pg::statement cancel{"audit_cancel", "SELECT pg_cancel_backend($1)"};

json::object finding_object(const audit_finding& finding) {
    json::array examples;
    for (const auto& example : finding.examples)
        examples.emplace_back(example);
    return {{"invariant", finding.invariant},
            {"checked", finding.checked},
            {"violations", finding.violations},
            {"examples", std::move(examples)}};
}

} // namespace

std::int64_t violations_of(const std::vector<audit_finding>& findings) {
    std::int64_t all = 0;
    for (const auto& finding : findings)
        all += finding.violations;
    return all;
}

std::string audit_json(const std::vector<audit_finding>& findings, instant started_at, instant finished_at) {
    json::array all;
    for (const auto& finding : findings)
        all.push_back(finding_object(finding));
    return json::serialize(json::object{{"started_at", to_iso8601(started_at)},
                                        {"finished_at", to_iso8601(finished_at)},
                                        {"violations", violations_of(findings)},
                                        {"findings", std::move(all)}});
}

auditor::auditor(auditor_context context) : context_{std::move(context)} {}

auditor::~auditor() {
    stop();
}

status auditor::start() {
    const auto now = context_.time.now();
    if (stopping_)
        return errc::unavailable;
    if (!progress_.begin("", now))
        return failure{errc::state_conflict, "An audit is under way."};
    const bool accepted = thread_.submit([this, now] {
        run(now);
        progress_.end();
    });
    if (accepted)
        return done{};
    progress_.end();
    return errc::overloaded;
}

void auditor::stop() {
    stopping_ = true;
    if (const std::int32_t process = server_process_; process != 0)
        if (auto database = pg::connection::open(context_.database)) // otherwise it lasts as long as it takes
            static_cast<void>(database->query(cancel, pg::params{process}));
    thread_.stop();
}

void auditor::run(instant started_at) {
    auto database = pg::connection::open(pg::without_limits(context_.database));
    auto ended = database ? status{done{}} : status{database.error()};
    if (database) {
        server_process_ = database->backend_pid();
        ended = run_on(*database, started_at);
        server_process_ = 0;
    }
    if (!ended && !stopping_)
        spdlog::error("audit: it could not be finished: {}", ended.error().detail);
}

status auditor::run_on(pg::connection& database, instant started_at) {
    const auto file_ok = [this](std::string_view key, std::string_view checksum,
                                std::int64_t size) -> outcome<bool> {
        if (stopping_)
            return errc::unavailable;
        return context_.blobs.compare(key, checksum, size);
    };
    const auto told = [this](std::size_t step, std::size_t steps, std::string_view name) {
        progress_.step(step, steps, name);
        return !stopping_;
    };
    const auto findings = audit(database, file_ok, told);
    if (!findings)
        return findings.error();
    const auto now = context_.time.now();
    if (const auto stored = queries::store_audit(database, audit_json(*findings, started_at, now), now);
        !stored)
        return stored.error();
    return write_audit_note(context_.var, {now, violations_of(*findings)});
}

} // namespace atelier
