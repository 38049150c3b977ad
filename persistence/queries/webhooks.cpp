#include "persistence/queries/webhooks.hpp"

#include "persistence/queries/reading.hpp"

#include <array>
#include <utility>

namespace atelier::queries {
namespace {

// Of the table, or of what a statement has made of it under the same name.
constexpr const char* select_endpoint =
    "SELECT id, user_id, url, array_to_string(events, ','), disabled_at, disabled_reason, failing_since, "
    "created_at FROM webhook_endpoints ";
constexpr const char* select_delivery = "SELECT id, event_id, event_type, attempts, last_error, due_at, "
                                        "delivered_at, failed_at, created_at FROM outbox ";

constexpr pg::statement begin{"webhook_begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr pg::statement commit{"webhook_commit", "COMMIT"};

/// Whoever adds an endpoint of the same user waits, and then sees this one.
constexpr pg::statement lock_owner{"webhook_owner", "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE"};
constexpr pg::statement insert{"webhook_endpoint_insert", R"(
    WITH webhook_endpoints AS (
        INSERT INTO webhook_endpoints (user_id, url, events, secret, created_at, updated_at)
        SELECT $1, $2, $3, $4, $5, $5 WHERE (SELECT count(*) FROM webhook_endpoints WHERE user_id = $1) < $6
        RETURNING *) )",
                               select_endpoint};
constexpr pg::statement list{"webhook_endpoint_list", select_endpoint, "WHERE user_id = $1 ORDER BY id"};
constexpr pg::statement get{"webhook_endpoint_get", select_endpoint, "WHERE user_id = $1 AND id = $2"};
constexpr pg::statement change{"webhook_endpoint_change", R"(
    WITH webhook_endpoints AS (
        UPDATE webhook_endpoints
        SET url = coalesce($3, url), events = coalesce($4, events), updated_at = $6,
            disabled_at = CASE WHEN $5 THEN NULL WHEN NOT $5 THEN coalesce(disabled_at, $6) ELSE disabled_at END,
            disabled_reason = CASE WHEN $5 THEN NULL WHEN NOT $5 THEN coalesce(disabled_reason, 'by_owner')
                ELSE disabled_reason END,
            failing_since = CASE WHEN $5 THEN NULL ELSE failing_since END,
            resume_at = CASE WHEN $5 THEN NULL ELSE resume_at END
        WHERE user_id = $1 AND id = $2 RETURNING *),
    ended AS (
        UPDATE outbox SET failed_at = $6, last_error = coalesce(last_error, 'the endpoint was disabled'), updated_at = $6
        WHERE webhook_endpoint_id IN (SELECT id FROM webhook_endpoints WHERE disabled_at IS NOT NULL)
            AND delivered_at IS NULL AND failed_at IS NULL) )",
                               select_endpoint};
constexpr pg::statement remove{"webhook_endpoint_delete",
                               "DELETE FROM webhook_endpoints WHERE user_id = $1 AND id = $2"};
constexpr pg::statement replace_secret{"webhook_endpoint_secret", R"(
    WITH webhook_endpoints AS (
        UPDATE webhook_endpoints SET old_secret = secret, old_secret_until = $4, secret = $3, updated_at = $5
        WHERE user_id = $1 AND id = $2 RETURNING *) )",
                                       select_endpoint};

constexpr pg::statement insert_delivery{"webhook_insert", R"(
    WITH outbox AS (
        INSERT INTO outbox (kind, payload, due_at, webhook_endpoint_id, event_id, event_type, created_at, updated_at)
        SELECT 'webhook', $3::json, $6, id, $4, $5, $6, $6 FROM webhook_endpoints
        WHERE user_id = $1 AND id = $2 AND disabled_at IS NULL RETURNING *) )",
                                        select_delivery};
constexpr pg::statement list_deliveries{
    "webhook_list", select_delivery, "WHERE webhook_endpoint_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};

/// MATERIALIZED: the row is chosen and locked once, whatever the plan.
constexpr pg::statement take{"webhook_take", R"(
    WITH due AS MATERIALIZED (
        SELECT o.id, e.id AS endpoint_id, e.url, e.secret,
            CASE WHEN e.old_secret_until > $1 THEN e.old_secret END AS old_secret
        FROM outbox o JOIN webhook_endpoints e ON e.id = o.webhook_endpoint_id
        WHERE o.kind = 'webhook' AND o.due_at <= $1 AND o.delivered_at IS NULL AND o.failed_at IS NULL
            AND e.disabled_at IS NULL AND (e.resume_at IS NULL OR e.resume_at <= $1) AND e.id <> ALL ($3::bigint[])
        ORDER BY o.due_at LIMIT 1 FOR UPDATE OF o SKIP LOCKED)
    UPDATE outbox SET attempts = attempts + 1, due_at = $2, updated_at = $1 FROM due WHERE outbox.id = due.id
    RETURNING outbox.id, endpoint_id, url, secret, old_secret, event_id, payload::text, attempts)"};
constexpr pg::statement give_back{"webhook_return", R"(
    UPDATE outbox SET attempts = attempts - 1, due_at = $2, updated_at = $2
    WHERE id = $1 AND delivered_at IS NULL AND failed_at IS NULL)"};
constexpr pg::statement delivered{"webhook_delivered", R"(
    WITH noted AS (
        UPDATE outbox SET delivered_at = $3, failed_at = NULL, last_error = NULL, updated_at = $3 WHERE id = $1)
    UPDATE webhook_endpoints SET failing_since = NULL, resume_at = NULL, updated_at = $3
    WHERE id = $2 AND (failing_since IS NOT NULL OR resume_at IS NOT NULL))"};
constexpr pg::statement failed{"webhook_failed", R"(
    WITH noted AS (
        UPDATE outbox SET last_error = $3, due_at = coalesce($4, due_at), updated_at = $6,
            failed_at = CASE WHEN $4 IS NULL THEN $6 END
        WHERE id = $1 AND delivered_at IS NULL AND failed_at IS NULL)
    UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, $6), resume_at = $5, updated_at = $6
    WHERE id = $2 RETURNING failing_since)"};
constexpr pg::statement disable{"webhook_endpoint_disable", R"(
    WITH disabled AS (
        UPDATE webhook_endpoints SET disabled_at = $3, disabled_reason = $2, updated_at = $3
        WHERE id = $1 AND disabled_at IS NULL RETURNING id),
    ended AS (
        UPDATE outbox SET failed_at = $3, last_error = coalesce(last_error, 'the endpoint was disabled'), updated_at = $3
        WHERE webhook_endpoint_id = $1 AND delivered_at IS NULL AND failed_at IS NULL)
    SELECT id FROM disabled)"};
constexpr pg::statement purge{"webhook_purge", R"(
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE webhook_endpoint_id IS NOT NULL AND created_at < $1 LIMIT $2))"};

/// Types hold no commas.
std::vector<std::string> split(std::string_view types) {
    std::vector<std::string> all;
    while (!types.empty()) {
        const auto comma = types.find(',');
        all.emplace_back(types.substr(0, comma));
        types = comma == std::string_view::npos ? "" : types.substr(comma + 1);
    }
    return all;
}

webhook_endpoint_record to_endpoint(const pg::row& row) {
    webhook_endpoint_record e;
    std::string types;
    row.read(e.id, e.user, e.url, types, e.disabled_at, e.disabled_reason, e.failing_since, e.created_at);
    e.events = split(types);
    return e;
}

webhook_delivery_record to_delivery(const pg::row& row) {
    webhook_delivery_record d;
    row.read(d.id, d.event_id, d.event_type, d.attempts, d.last_error, d.due_at, d.delivered_at, d.failed_at,
             d.created_at);
    return d;
}

} // namespace

outcome<webhook_endpoint_record>
insert_webhook_endpoint(pg::connection& database, const new_webhook_endpoint& endpoint, std::int32_t limit) {
    const pg::params owner{endpoint.user};
    const pg::params row{endpoint.user, endpoint.url, endpoint.events, endpoint.secret, endpoint.at, limit};
    const std::array<pg::command, 4> steps{
        {{&begin, nullptr}, {&lock_owner, &owner}, {&insert, &row}, {&commit, nullptr}}};
    auto answer = database.run(steps);
    if (answer.failed) {
        static_cast<void>(database.execute("ROLLBACK"));
        return pg::to_failure(*answer.failed);
    }
    const auto& inserted = answer.results[2];
    if (inserted.empty())
        return failure{errc::state_conflict,
                       "A user can have " + std::to_string(limit) + " webhook endpoints."};
    auto made = to_endpoint(inserted[0]);
    made.secret = endpoint.secret;
    return made;
}

outcome<std::vector<webhook_endpoint_record>> list_webhook_endpoints(pg::connection& database, user_id user) {
    return read_all(database.query(list, pg::params{user}), to_endpoint);
}

outcome<webhook_endpoint_record> get_webhook_endpoint(pg::connection& database, user_id user,
                                                      webhook_endpoint_id endpoint) {
    return read_one(database.query(get, pg::params{user, endpoint}), to_endpoint);
}

outcome<webhook_endpoint_record> change_webhook_endpoint(pg::connection& database, user_id user,
                                                         webhook_endpoint_id endpoint,
                                                         const webhook_endpoint_change& wanted, instant at) {
    return read_one(
        database.query(change, pg::params{user, endpoint, wanted.url, wanted.events, wanted.enabled, at}),
        to_endpoint);
}

status delete_webhook_endpoint(pg::connection& database, user_id user, webhook_endpoint_id endpoint) {
    const auto deleted = as_count(database.query(remove, pg::params{user, endpoint}));
    if (!deleted)
        return deleted.error();
    if (*deleted == 0)
        return errc::not_found;
    return done{};
}

outcome<webhook_endpoint_record> replace_webhook_secret(pg::connection& database, user_id user,
                                                        webhook_endpoint_id endpoint, std::string_view secret,
                                                        instant old_until, instant at) {
    auto changed = read_one(database.query(replace_secret, pg::params{user, endpoint, secret, old_until, at}),
                            to_endpoint);
    if (changed)
        changed->secret = secret;
    return changed;
}

outcome<webhook_delivery_record> insert_webhook_delivery(pg::connection& database, user_id user,
                                                         webhook_endpoint_id endpoint,
                                                         const webhook_event& event, instant at) {
    const auto known = get_webhook_endpoint(database, user, endpoint);
    if (!known)
        return known.error();
    auto queued = read_one(
        database.query(insert_delivery, pg::params{user, endpoint, event.payload, event.id, event.type, at}),
        to_delivery);
    if (!queued && queued.error().code == errc::not_found)
        return failure{errc::state_conflict, "The webhook endpoint is disabled."};
    return queued;
}

outcome<page<webhook_delivery_record>> list_webhook_deliveries(pg::connection& database, user_id user,
                                                               webhook_endpoint_id endpoint,
                                                               webhook_delivery_id before,
                                                               std::int32_t limit) {
    const auto known = get_webhook_endpoint(database, user, endpoint);
    if (!known)
        return known.error();
    return read_page(database.query(list_deliveries, pg::params{endpoint, below(before), limit + 1}), limit,
                     to_delivery);
}

outcome<std::optional<due_webhook>> take_webhook(pg::connection& database, instant now,
                                                 std::chrono::seconds lease,
                                                 const std::vector<webhook_endpoint_id>& busy) {
    const instant until = now + lease;
    return read_optional(database.query(take, pg::params{now, until, busy}), [](const pg::row& row) {
        due_webhook w;
        std::string secret;
        std::string old_secret;
        row.read(w.id, w.endpoint, w.url, secret, old_secret, w.event_id, w.payload, w.attempts);
        w.secrets.push_back(std::move(secret));
        if (!old_secret.empty())
            w.secrets.push_back(std::move(old_secret));
        return w;
    });
}

status return_webhook(pg::connection& database, const due_webhook& taken, instant now) {
    return as_status(database.query(give_back, pg::params{taken.id, now}));
}

status mark_webhook_delivered(pg::connection& database, const due_webhook& taken, instant at) {
    return as_status(database.query(delivered, pg::params{taken.id, taken.endpoint, at}));
}

outcome<instant> mark_webhook_failed(pg::connection& database, const due_webhook& taken,
                                     std::string_view error, std::optional<instant> retry_at,
                                     instant resume_at, instant at) {
    auto since = read_optional(
        database.query(failed, pg::params{taken.id, taken.endpoint, error, retry_at, resume_at, at}),
        [](const pg::row& row) { return row.at<instant>(0); });
    if (!since)
        return std::move(since).error();
    return since->value_or(at); // nothing: the endpoint was deleted meanwhile
}

outcome<bool> disable_webhook_endpoint(pg::connection& database, webhook_endpoint_id endpoint,
                                       std::string_view reason, instant at) {
    const auto disabled = database.query(disable, pg::params{endpoint, reason, at});
    if (!disabled)
        return disabled.error();
    return !disabled->empty();
}

outcome<std::size_t> purge_webhooks(pg::connection& database, instant before, std::int32_t limit) {
    return as_count(database.query(purge, pg::params{before, limit}));
}

} // namespace atelier::queries
