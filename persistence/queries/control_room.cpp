#include "persistence/queries/control_room.hpp"

#include "persistence/queries/reading.hpp"

#include <utility>

namespace atelier::queries {
namespace {

constexpr pg::statement payments{"control_room_payments", R"(
    SELECT count(*), coalesce(sum(amount_cents), 0)::bigint FROM (
        SELECT amount_cents FROM payments WHERE paid_at >= $1 AND currency = $2
        UNION ALL
        SELECT amount_cents FROM subscription_charges WHERE paid_at >= $1 AND currency = $2) taken)"};

constexpr pg::statement tokens_moved{"control_room_tokens", R"(
    SELECT operation::text, sum(amount)::bigint FROM token_transactions
    WHERE created_at >= $1 GROUP BY operation ORDER BY operation)"};

constexpr pg::statement busiest{"control_room_users", R"(
    SELECT user_id, count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'running')
    FROM generations WHERE status IN ('queued', 'running')
    GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT $1)"};

} // namespace

outcome<takings> read_takings(pg::connection& database, instant since, const std::string& currency) {
    auto taken = read_one(database.query(payments, pg::params{since, currency}), [](const pg::row& row) {
        takings t;
        row.read(t.payments, t.amount_cents);
        return t;
    });
    if (!taken)
        return taken;
    auto moved = read_all(database.query(tokens_moved, pg::params{since}), [](const pg::row& row) {
        moved_tokens m;
        row.read(m.operation, m.amount);
        return m;
    });
    if (!moved)
        return moved.error();
    taken->tokens = *std::move(moved);
    return taken;
}

outcome<std::vector<user_load>> list_busiest_users(pg::connection& database, std::int32_t limit) {
    return read_all(database.query(busiest, pg::params{limit}), [](const pg::row& row) {
        user_load u;
        row.read(u.user, u.queued, u.running);
        return u;
    });
}

} // namespace atelier::queries
