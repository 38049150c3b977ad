#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// One step of the schema, from persistence/migrations/<version>_<name>.sql.
struct migration {
    int version = 0;
    std::string_view name;
    std::string_view sql;
};

/// All steps that this program knows, in order; the SQL is part of the program.
[[nodiscard]] std::span<const migration> embedded_migrations();

/// Whether it begins with the line "-- online": its statements run one by one outside of a transaction, as
/// CREATE INDEX CONCURRENTLY has to, and all of them again after a failure.
[[nodiscard]] bool is_online(const migration& step);

/// N, where it begins with the line "-- oldest program: N": it takes away what programs need that do not know
/// migration N. 0: it only adds, and earlier programs go on working.
[[nodiscard]] int oldest_program(const migration& step);

struct migrate_options {
    /// So long others may have to wait behind a step that waits for its tables, before it gives up and comes
    /// again later.
    std::chrono::milliseconds lock_timeout{1'000};
    std::chrono::milliseconds patience{std::chrono::minutes{10}}; ///< with all of that
};

/// Brings the database up to date: runs each step that is missing in a transaction of its own, one migrating
/// process at a time. Existing tables, columns and constraints are left as they are. Returns the names of the
/// steps that were run. `state_conflict` when an applied step differs from ours, or a later program has made
/// the database unfit for this one; `unavailable` when others held the tables all the time.
[[nodiscard]] outcome<std::vector<std::string>>
migrate(pg::connection& database, std::span<const migration> steps = embedded_migrations(),
        const migrate_options& how = {});

/// Whether the schema is one that this program works with; nothing is changed.
[[nodiscard]] status check_schema(pg::connection& database,
                                  std::span<const migration> steps = embedded_migrations());

} // namespace atelier
