#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

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

/// Brings the database up to date: runs each step that is missing in a transaction of its own, one migrating
/// process at a time. Existing tables, columns and constraints are left as they are. Returns the names of the
/// steps that were run. `state_conflict` when an applied step differs from ours, or the database is newer
/// than this program.
[[nodiscard]] outcome<std::vector<std::string>>
migrate(pg::connection& database, std::span<const migration> steps = embedded_migrations());

/// Whether the schema is exactly the one this program works with; nothing is changed.
[[nodiscard]] status check_schema(pg::connection& database,
                                  std::span<const migration> steps = embedded_migrations());

} // namespace atelier
