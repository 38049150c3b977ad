#include "persistence/queries/api_keys.hpp"

#include "persistence/queries/reading.hpp"

#include <array>

namespace atelier::queries {
namespace {

// Of the table, or of what a statement has made of it under the same name.
constexpr const char* select_key =
    "SELECT id, user_id, digest, name, scopes, expires_at, last_used_at, created_at FROM api_keys ";

constexpr pg::statement begin{"api_key_begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr pg::statement commit{"api_key_commit", "COMMIT"};
/// Whoever adds a key of the same user waits, and then sees this one.
constexpr pg::statement lock_owner{"api_key_owner", "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE"};
constexpr pg::statement insert{"api_key_insert", R"(
    WITH api_keys AS (
        INSERT INTO api_keys (user_id, digest, name, scopes, expires_at, created_at)
        SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM api_keys WHERE user_id = $1) < $7
        RETURNING *) )",
                               select_key};
constexpr pg::statement find{
    "api_key_find", select_key,
    "WHERE digest = $1 AND (expires_at IS NULL OR expires_at > $2) "
    "AND NOT EXISTS (SELECT FROM blocked_users b WHERE b.user_id = api_keys.user_id)"};
constexpr pg::statement touch{"api_key_touch", "UPDATE api_keys SET last_used_at = $2 WHERE digest = $1 "
                                               "AND (last_used_at IS NULL OR last_used_at < $2)"};
constexpr pg::statement list{"api_keys_list", select_key, "WHERE user_id = $1 ORDER BY id"};
constexpr pg::statement remove{"api_key_delete",
                               "DELETE FROM api_keys WHERE user_id = $1 AND id = $2 RETURNING digest"};

api_key_record to_key(const pg::row& row) {
    api_key_record key;
    std::string names;
    row.read(key.id, key.user, key.digest, key.name, names, key.expires_at, key.last_used_at, key.created_at);
    key.may = scopes::of_key(names).value_or(scopes{});
    return key;
}

} // namespace

outcome<api_key_record> insert_api_key(pg::connection& database, const api_key_record& key,
                                       std::int32_t limit) {
    const pg::params owner{key.user};
    const pg::params row{key.user,       key.digest,     key.name, key.may.text(),
                         key.expires_at, key.created_at, limit};
    const std::array<pg::command, 4> steps{
        {{&begin, nullptr}, {&lock_owner, &owner}, {&insert, &row}, {&commit, nullptr}}};
    auto answer = database.run(steps);
    if (answer.failed) {
        static_cast<void>(database.execute("ROLLBACK"));
        return pg::to_failure(*answer.failed);
    }
    const auto& inserted = answer.results[2];
    if (inserted.empty())
        return failure{errc::state_conflict, "A user can have " + std::to_string(limit) + " API keys."};
    return to_key(inserted[0]);
}

outcome<std::optional<api_key_record>> find_api_key(pg::connection& database, std::string_view digest,
                                                    instant now) {
    return read_optional(database.query(find, pg::params{digest, now}), to_key);
}

status touch_api_key(pg::connection& database, std::string_view digest, instant at) {
    return as_status(database.query(touch, pg::params{digest, at}));
}

outcome<std::vector<api_key_record>> list_api_keys(pg::connection& database, user_id user) {
    return read_all(database.query(list, pg::params{user}), to_key);
}

outcome<std::optional<std::string>> delete_api_key(pg::connection& database, user_id user, api_key_id key) {
    return read_optional(database.query(remove, pg::params{user, key}),
                         [](const pg::row& row) { return row.at<std::string>(0); });
}

} // namespace atelier::queries
