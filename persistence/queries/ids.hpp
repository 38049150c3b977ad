#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <vector>

namespace atelier::queries {

/// Fetches `count` fresh keys from a table's own sequence, ascending.
[[nodiscard]] outcome<std::vector<std::int64_t>> take_ids(pg::connection& database, id_sequence sequence,
                                                          std::int32_t count);

} // namespace atelier::queries
