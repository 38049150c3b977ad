#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>

namespace atelier::queries {

/// What the database server is busy with, for all of its clients together.
struct server_activity {
    std::int64_t connections = 0;
    std::int64_t connections_max = 0;
    microseconds oldest_transaction{}; ///< as far as the role may see: its own, or everybody's (pg_monitor)
};
[[nodiscard]] outcome<server_activity> read_server_activity(pg::connection& database);

} // namespace atelier::queries
