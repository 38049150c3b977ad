#include "actors/auditor.hpp"
#include "http/commands/command.hpp"
#include "http/commands/progress_teller.hpp"
#include "persistence/audit_note.hpp"
#include "persistence/blobs/open_store.hpp"
#include "persistence/migrate.hpp"
#include "persistence/queries/back_office.hpp"

#include <cinttypes>
#include <cstdio>

namespace atelier::commands {
namespace {

void print(const std::vector<audit_finding>& findings) {
    std::size_t width = 0;
    for (const auto& finding : findings)
        width = std::max(width, finding.invariant.size());
    std::printf("%-*s %10s %10s\n", static_cast<int>(width), "invariant", "checked", "violations");
    for (const auto& finding : findings) {
        std::printf("%-*s %10" PRId64 " %10" PRId64 "\n", static_cast<int>(width), finding.invariant.c_str(),
                    finding.checked, finding.violations);
        for (const auto& example : finding.examples)
            std::printf("    %s\n", example.c_str());
    }
}

bool tell_progress(std::size_t step, std::size_t steps, std::string_view invariant) {
    tell_step(step, steps, invariant);
    return true;
}

} // namespace

int audit(const arguments& args) {
    int exit_status = success;
    const auto call =
        begin(args,
              "Usage: atelier audit\n\nChecks every invariant of the books against the database and the "
              "image files. Exits with 0 only if all hold.\n",
              exit_status);
    if (!call)
        return exit_status;
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto ready = database ? check_schema(*database) : status{database.error()};
    const system_clock time;
    const auto files = open_blob_store(call->config, time);
    if (ready && !files)
        ready = files.error();
    const auto file_ok = [&files](std::string_view key, std::string_view checksum, std::int64_t size) {
        return (*files)->compare(key, checksum, size);
    };
    const auto started_at = time.now();
    auto findings = ready ? atelier::audit(*database, file_ok, tell_progress)
                          : outcome<std::vector<audit_finding>>{ready.error()};
    if (!findings) {
        complain(findings.error().detail);
        return failed;
    }
    print(*findings);
    const auto violations = violations_of(*findings);
    const bool clean = violations == 0;
    const auto now = time.now();
    if (const auto kept = queries::store_audit(*database, audit_json(*findings, started_at, now), now); !kept)
        complain("the report could not be kept: " + kept.error().detail);
    if (const auto noted = write_audit_note(place->var.root(), {now, violations}); !noted)
        complain(noted.error().detail);
    std::printf("%s\n", clean ? "all invariants hold" : "INVARIANTS ARE VIOLATED");
    return clean ? success : failed;
}

} // namespace atelier::commands
