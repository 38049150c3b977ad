#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg/connection.hpp"

#include <vector>

namespace atelier {

/// Why a batch was refused: compares what it expected with what the database holds now and names the change
/// sets that were decided on something else. Empty when that does not explain the error (or the connection
/// was lost); then the batch has to be split. Not within a transaction.
[[nodiscard]] std::vector<rejection> pinpoint(pg::connection& database, const batch& refused,
                                              const pg::error& why);

} // namespace atelier
