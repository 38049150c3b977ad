#include "persistence/queries/idempotency.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement stored_answer{"idempotency_answer", R"(
    SELECT fingerprint, response_status, response_body, response_location FROM idempotency_keys
    WHERE user_id = $1 AND key = $2 AND expires_at > $3)"};

constexpr pg::statement purge{"idempotency_purge", R"(
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE expires_at <= $1 LIMIT $2) AND expires_at <= $1)"};

} // namespace

outcome<std::optional<idempotency_answer>> find_idempotency_answer(pg::connection& database, user_id user,
                                                                   std::string_view key, instant now) {
    return read_optional(database.query(stored_answer, pg::params{user, key, now}), [](const pg::row& row) {
        idempotency_answer a;
        row.read(a.fingerprint, a.response_status, a.response_body, a.response_location);
        return a;
    });
}

outcome<std::size_t> purge_idempotency_keys(pg::connection& database, instant now, std::int32_t limit) {
    return as_count(database.query(purge, pg::params{now, limit}));
}

} // namespace atelier::queries
