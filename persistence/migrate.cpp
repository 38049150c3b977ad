#include "persistence/migrate.hpp"

#include <openssl/evp.h>

#include <array>
#include <map>
#include <optional>

namespace atelier {
namespace {

/// Key of the advisory lock under which one process at a time migrates; any constant of ours.
constexpr std::int64_t migration_lock = 0x6174'656c'6965'7200;

constexpr pg::statement take_lock{"migrate_lock", "SELECT pg_advisory_xact_lock($1)"};
constexpr pg::statement has_versions{"migrate_has_versions",
                                     "SELECT to_regclass('schema_versions') IS NOT NULL"};
constexpr pg::statement read_versions{"migrate_read", "SELECT version, name, checksum FROM schema_versions"};
constexpr pg::statement write_version{"migrate_write",
                                      "INSERT INTO schema_versions (version, name, checksum, applied_at) "
                                      "VALUES ($1, $2, $3, now() AT TIME ZONE 'utc')"};
constexpr const char* create_versions =
    "CREATE TABLE IF NOT EXISTS schema_versions ("
    "version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
    "applied_at timestamp(6) without time zone NOT NULL)";

struct applied_step {
    std::string name;
    std::string checksum;
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
        row.read(version, step.name, step.checksum);
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
        if (step == nullptr)
            return failure{errc::state_conflict,
                           "the database is newer than this program: it has migration " + label +
                               ", which this program does not know"};
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

status run(pg::connection& database, const migration& step) {
    if (auto ran = database.execute(std::string{step.sql}); !ran)
        return failure{ran.error().code, "migration " + std::to_string(step.version) + " (" +
                                             std::string{step.name} + ") failed: " + ran.error().detail};
    if (auto noted = database.query(write_version, pg::params{step.version, step.name, checksum(step.sql)});
        !noted)
        return std::move(noted).error();
    return done{};
}

/// Within a transaction: the next missing step, run and noted; null when none is missing.
outcome<const migration*> run_next(pg::connection& database, std::span<const migration> steps) {
    if (auto locked = database.query(take_lock, pg::params{migration_lock}); !locked)
        return std::move(locked).error();
    if (auto made = database.execute(create_versions); !made)
        return std::move(made).error();
    auto applied = read_applied(database);
    if (!applied)
        return std::move(applied).error();
    if (auto same = check_applied(*applied, steps); !same)
        return std::move(same).error();
    const auto* step = first_missing(*applied, steps);
    if (step == nullptr)
        return step;
    if (auto ran = run(database, *step); !ran)
        return std::move(ran).error();
    return step;
}

} // namespace

outcome<std::vector<std::string>> migrate(pg::connection& database, std::span<const migration> steps) {
    std::vector<std::string> names;
    for (;;) {
        if (auto begun = database.execute("BEGIN"); !begun)
            return std::move(begun).error();
        auto ran = run_next(database, steps);
        const auto ended = database.execute(ran ? "COMMIT" : "ROLLBACK");
        if (!ran)
            return std::move(ran).error();
        if (!ended)
            return ended.error();
        if (*ran == nullptr)
            return names;
        names.emplace_back((*ran)->name);
    }
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
