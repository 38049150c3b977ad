#include "persistence/queries/outbox.hpp"

#include "persistence/queries/reading.hpp"

#include <algorithm>

namespace atelier::queries {
namespace {

constexpr pg::statement insert{"outbox_insert",
                               "INSERT INTO outbox (kind, payload, due_at, created_at, updated_at) "
                               "VALUES ($1, $2::json, $3, $3, $3)"};

/// MATERIALIZED: the rows are chosen and locked once, whatever the plan.
constexpr pg::statement take{"outbox_take", R"(
    WITH due AS MATERIALIZED (
        SELECT id FROM outbox
        WHERE kind = $1 AND due_at <= $2 AND delivered_at IS NULL AND failed_at IS NULL
        ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET attempts = attempts + 1, due_at = $3, updated_at = $2 FROM due WHERE outbox.id = due.id
    RETURNING outbox.id, kind, payload::text, attempts, created_at)"};

constexpr pg::statement delivered{
    "outbox_delivered",
    "UPDATE outbox SET delivered_at = $2, updated_at = $2, last_error = NULL WHERE id = $1"};
constexpr pg::statement failed{
    "outbox_failed", "UPDATE outbox SET last_error = $2, due_at = coalesce($3, due_at), updated_at = $4, "
                     "failed_at = CASE WHEN $3 IS NULL THEN $4 END WHERE id = $1 AND delivered_at IS NULL"};
constexpr pg::statement backlog{"outbox_backlog",
                                "SELECT count(*), min(created_at) FROM outbox "
                                "WHERE kind = $1 AND delivered_at IS NULL AND failed_at IS NULL"};

} // namespace

status insert_outbox_message(pg::connection& database, const outbox_message& message, instant at) {
    return as_status(database.query(insert, pg::params{message.kind, message.payload, at}));
}

outcome<std::vector<outbox_item>> take_outbox(pg::connection& database, std::string_view kind, instant now,
                                              std::chrono::seconds lease, std::int32_t limit) {
    const instant until = now + lease;
    auto taken = read_all(database.query(take, pg::params{kind, now, until, limit}), [](const pg::row& row) {
        outbox_item i;
        row.read(i.id, i.kind, i.payload, i.attempts, i.created_at);
        return i;
    });
    if (taken)
        std::ranges::sort(*taken, {}, &outbox_item::id);
    return taken;
}

status mark_outbox_delivered(pg::connection& database, std::int64_t message, instant at) {
    return as_status(database.query(delivered, pg::params{message, at}));
}

status mark_outbox_failed(pg::connection& database, std::int64_t message, std::string_view error,
                          std::optional<instant> retry_at, instant at) {
    return as_status(database.query(failed, pg::params{message, error, retry_at, at}));
}

outcome<outbox_backlog> read_outbox_backlog(pg::connection& database, std::string_view kind) {
    return read_one(database.query(backlog, pg::params{kind}), [](const pg::row& row) {
        outbox_backlog b;
        row.read(b.waiting, b.oldest);
        return b;
    });
}

} // namespace atelier::queries
