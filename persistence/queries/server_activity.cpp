#include "persistence/queries/server_activity.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement activity{"server_activity", R"(
    SELECT count(*), current_setting('max_connections')::bigint,
        coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)) * 1000000, 0)::bigint
    FROM pg_stat_activity WHERE backend_type = 'client backend')"};

} // namespace

outcome<server_activity> read_server_activity(pg::connection& database) {
    return read_one(database.query(activity), [](const pg::row& row) {
        server_activity a;
        std::int64_t oldest = 0;
        row.read(a.connections, a.connections_max, oldest);
        a.oldest_transaction = microseconds{oldest};
        return a;
    });
}

} // namespace atelier::queries
