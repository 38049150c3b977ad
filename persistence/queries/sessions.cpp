#include "persistence/queries/sessions.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement insert{
    "session_insert",
    "INSERT INTO sessions (digest, user_id, remember, created_at, expires_at, last_used_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr pg::statement find{
    "session_find", "SELECT digest, user_id, remember, created_at, expires_at, last_used_at FROM sessions "
                    "WHERE digest = $1 AND expires_at > $2"};
constexpr pg::statement touch{
    "session_touch", "UPDATE sessions SET last_used_at = $2 WHERE digest = $1 AND last_used_at < $2"};
constexpr pg::statement remove{"session_delete", "DELETE FROM sessions WHERE digest = $1"};
constexpr pg::statement remove_all{"sessions_delete", "DELETE FROM sessions WHERE user_id = $1"};
constexpr pg::statement purge{
    "sessions_purge", "DELETE FROM sessions WHERE digest IN ("
                      "SELECT digest FROM sessions WHERE expires_at <= $1 LIMIT $2) AND expires_at <= $1"};

} // namespace

status insert_session(pg::connection& database, const session_record& session) {
    return as_status(
        database.query(insert, pg::params{session.digest, session.user, session.remember, session.created_at,
                                          session.expires_at, session.last_used_at}));
}

outcome<std::optional<session_record>> find_session(pg::connection& database, std::string_view digest,
                                                    instant now) {
    return read_optional(database.query(find, pg::params{digest, now}), [](const pg::row& row) {
        session_record s;
        row.read(s.digest, s.user, s.remember, s.created_at, s.expires_at, s.last_used_at);
        return s;
    });
}

status touch_session(pg::connection& database, std::string_view digest, instant at) {
    return as_status(database.query(touch, pg::params{digest, at}));
}

outcome<bool> delete_session(pg::connection& database, std::string_view digest) {
    auto deleted = as_count(database.query(remove, pg::params{digest}));
    if (!deleted)
        return std::move(deleted).error();
    return *deleted > 0;
}

outcome<std::size_t> delete_sessions_of(pg::connection& database, user_id user) {
    return as_count(database.query(remove_all, pg::params{user}));
}

outcome<std::size_t> purge_sessions(pg::connection& database, instant now, std::int32_t limit) {
    return as_count(database.query(purge, pg::params{now, limit}));
}

} // namespace atelier::queries
