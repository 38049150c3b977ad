#pragma once

#include "actors/domain/outcome.hpp"
#include "bench/history.hpp"
#include "persistence/pg/connection.hpp"

namespace atelier::bench {

/// Adds to `h` what the database says: the spends in the journal, and every wallet's totals.
[[nodiscard]] status read_journal(pg::connection& database, history& h);

} // namespace atelier::bench
