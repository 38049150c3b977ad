#include "persistence/migrate.hpp"

#include "persistence/backoff.hpp"
#include "persistence/queries/reading.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <thread>

namespace atelier {
namespace {

using queries::as_status;
using steady = std::chrono::steady_clock;

/// Key of the advisory lock under which one process at a time migrates; any constant of ours.
constexpr std::int64_t migration_lock = 0x6174'656c'6965'7200;

constexpr pg::statement try_lock{"migrate_lock", "SELECT pg_try_advisory_lock($1)"};
constexpr pg::statement unlock{"migrate_unlock", "SELECT pg_advisory_unlock($1)"};
constexpr pg::statement has_versions{"migrate_has_versions",
                                     "SELECT to_regclass('schema_versions') IS NOT NULL"};
constexpr pg::statement read_versions{
    "migrate_read", "SELECT version, name, checksum, "
                    "coalesce((to_jsonb(v) ->> 'oldest_program')::integer, 0) FROM schema_versions v"};
constexpr pg::statement write_version{
    "migrate_write", "INSERT INTO schema_versions (version, name, checksum, oldest_program, applied_at) "
                     "VALUES ($1, $2, $3, $4, now() AT TIME ZONE 'utc')"};
constexpr const char* create_versions =
    "CREATE TABLE IF NOT EXISTS schema_versions ("
    "version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
    "applied_at timestamp(6) without time zone NOT NULL); "
    "ALTER TABLE schema_versions ADD COLUMN IF NOT EXISTS oldest_program integer NOT NULL DEFAULT 0";

struct applied_step {
    std::string name;
    std::string checksum;
    std::int32_t oldest_program = 0;
};
using applied_steps = std::map<int, applied_step>;

std::string checksum(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < length; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += digits[digest.at(i) >> 4U];
        hex += digits[digest.at(i) & 0xFU];
    }
    return hex;
}

outcome<applied_steps> read_applied(pg::connection& database) {
    auto found = database.query(read_versions);
    if (!found)
        return std::move(found).error();
    applied_steps all;
    for (const auto row : *found) {
        std::int32_t version = 0;
        applied_step step;
        row.read(version, step.name, step.checksum, step.oldest_program);
        all.emplace(version, std::move(step));
    }
    return all;
}

const migration* find(std::span<const migration> steps, int version) {
    for (const auto& step : steps)
        if (step.version == version)
            return &step;
    return nullptr;
}

status check_applied(const applied_steps& applied, std::span<const migration> steps) {
    for (const auto& [version, was] : applied) {
        const auto label = std::to_string(version) + " (" + was.name + ")";
        const auto* step = find(steps, version);
        const auto newest = steps.empty() ? 0 : steps.back().version;
        if (step == nullptr && version > newest && was.oldest_program <= newest)
            continue; // made by a later program, and good for this one too
        if (step == nullptr)
            return failure{errc::state_conflict,
                           "the database is newer than this program: it has migration " + label +
                               ", which is for programs that know migration " +
                               std::to_string(std::max(was.oldest_program, newest + 1)) +
                               "; install a later version"};
        if (checksum(step->sql) != was.checksum)
            return failure{errc::state_conflict,
                           "migration " + label +
                               " was applied to this database with another content than this "
                               "program has; migrations must never be edited"};
    }
    return done{};
}

const migration* first_missing(const applied_steps& applied, std::span<const migration> steps) {
    for (const auto& step : steps)
        if (!applied.contains(step.version))
            return &step;
    return nullptr;
}

failure failed(const migration& step, const failure& why) {
    return {why.code, "migration " + std::to_string(step.version) + " (" + std::string{step.name} +
                          ") failed: " + why.detail};
}

status note(pg::connection& database, const migration& step) {
    return as_status(database.query(
        write_version, pg::params{step.version, step.name, checksum(step.sql), oldest_program(step)}));
}

/// All of a step, or nothing.
status run_once(pg::connection& database, const migration& step, std::chrono::milliseconds lock_timeout) {
    if (auto begun =
            database.execute("BEGIN; SET LOCAL lock_timeout = " + std::to_string(lock_timeout.count()));
        !begun)
        return begun;
    auto ran = database.execute(std::string{step.sql});
    if (ran)
        ran = note(database, step);
    if (ran)
        return database.execute("COMMIT");
    const auto why = database.last_error().kind; // before the next call forgets it
    if (auto undone = database.execute("ROLLBACK"); !undone)
        return undone;
    return why == pg::error_kind::lock_timeout || why == pg::error_kind::serialization
               ? failure{errc::overloaded, ran.error().detail}
               : ran.error();
}

/// Who waits for a table's lock has everybody else wait behind him: he gives up soon, and comes again.
status run_in_transaction(pg::connection& database, const migration& step, const migrate_options& how,
                          steady::time_point until) {
    backoff pauses{how.lock_timeout, 5 * how.lock_timeout};
    for (;;) {
        auto ran = run_once(database, step, how.lock_timeout);
        if (ran || ran.error().code != errc::overloaded)
            return ran;
        if (steady::now() > until)
            return failure{errc::unavailable,
                           "others hold its tables for too long; find their transactions in "
                           "pg_stat_activity, end them, and try again"};
        std::this_thread::sleep_for(pauses.next());
    }
}

/// Its statements lock out no writer, and cannot run within a transaction.
status run_online(pg::connection& database, const migration& step) {
    for (auto left = step.sql; !left.empty();) {
        const auto end = std::min(left.find(";\n"), left.size());
        if (auto ran = database.execute(std::string{left.substr(0, end)}); !ran)
            return ran;
        left.remove_prefix(std::min(end + 2, left.size()));
    }
    return note(database, step);
}

/// One process at a time migrates. Polled: who waited for the lock within a statement would keep a snapshot,
/// which the other's CREATE INDEX CONCURRENTLY waits for.
status lock(pg::connection& database, steady::time_point until) {
    for (;;) {
        const auto locked = database.query(try_lock, pg::params{migration_lock});
        if (!locked)
            return locked.error();
        if ((*locked)[0].at<bool>(0))
            return done{};
        if (steady::now() > until)
            return failure{errc::unavailable, "another process is migrating the database"};
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
}

outcome<std::vector<std::string>> run_missing(pg::connection& database, std::span<const migration> steps,
                                              const migrate_options& how, steady::time_point until) {
    if (auto made = database.execute(create_versions); !made)
        return std::move(made).error();
    auto applied = read_applied(database);
    if (!applied)
        return std::move(applied).error();
    if (auto same = check_applied(*applied, steps); !same)
        return std::move(same).error();
    std::vector<std::string> names;
    for (const auto& step : steps) {
        if (applied->contains(step.version))
            continue;
        const auto ran =
            is_online(step) ? run_online(database, step) : run_in_transaction(database, step, how, until);
        if (!ran)
            return failed(step, ran.error());
        names.emplace_back(step.name);
    }
    return names;
}

} // namespace

bool is_online(const migration& step) {
    return step.sql.starts_with("-- online\n");
}

int oldest_program(const migration& step) {
    constexpr std::string_view words = "-- oldest program: ";
    int version = 0;
    if (step.sql.starts_with(words))
        std::from_chars(step.sql.data() + words.size(), step.sql.data() + step.sql.size(), version);
    return version;
}

outcome<std::vector<std::string>> migrate(pg::connection& database, std::span<const migration> steps,
                                          const migrate_options& how) {
    const auto until = steady::now() + how.patience;
    if (auto locked = lock(database, until); !locked)
        return std::move(locked).error();
    auto names = run_missing(database, steps, how, until);
    if (const auto unlocked = database.query(unlock, pg::params{migration_lock}); !unlocked && names)
        return unlocked.error();
    return names;
}

status check_schema(pg::connection& database, std::span<const migration> steps) {
    auto exists = database.query(has_versions);
    if (!exists)
        return std::move(exists).error();
    applied_steps applied;
    if ((*exists)[0].at<bool>(0)) {
        auto read = read_applied(database);
        if (!read)
            return std::move(read).error();
        applied = *std::move(read);
    }
    if (auto same = check_applied(applied, steps); !same)
        return same;
    if (const auto* missing = first_missing(applied, steps))
        return failure{errc::state_conflict, "the database lacks migration " +
                                                 std::to_string(missing->version) + " (" +
                                                 std::string{missing->name} + "): run `atelier migrate`"};
    return done{};
}

} // namespace atelier
