#include "persistence/queries/sessions.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr const char* select_session = "SELECT digest, user_id, remember, created_at, expires_at, "
                                       "last_used_at, ends_at, user_agent, address, id "
                                       "FROM sessions ";
constexpr pg::statement find{"session_find", select_session, "WHERE digest = $1 AND expires_at > $2"};
constexpr pg::statement list{"sessions_list", select_session,
                             "WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, id DESC"};
constexpr pg::statement touch{"session_touch",
                              "UPDATE sessions SET last_used_at = $2, expires_at = least(ends_at, $3) "
                              "WHERE digest = $1 AND last_used_at < $2"};
constexpr pg::statement remove_of{"session_delete_of",
                                  "DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING digest"};
constexpr pg::statement remove{"session_delete", "DELETE FROM sessions WHERE digest = $1"};
constexpr pg::statement remove_all{"sessions_delete", "DELETE FROM sessions WHERE user_id = $1"};
constexpr pg::statement purge{
    "sessions_purge", "DELETE FROM sessions WHERE digest IN ("
                      "SELECT digest FROM sessions WHERE expires_at <= $1 LIMIT $2) AND expires_at <= $1"};

session_record to_session(const pg::row& row) {
    session_record s;
    row.read(s.digest, s.user, s.remember, s.created_at, s.expires_at, s.last_used_at, s.ends_at,
             s.user_agent, s.address, s.id);
    return s;
}

} // namespace

outcome<std::optional<session_record>> find_session(pg::connection& database, std::string_view digest,
                                                    instant now) {
    return read_optional(database.query(find, pg::params{digest, now}), to_session);
}

outcome<std::vector<session_record>> list_sessions(pg::connection& database, user_id user, instant now) {
    return read_all(database.query(list, pg::params{user, now}), to_session);
}

status touch_session(pg::connection& database, std::string_view digest, instant at, instant expires_at) {
    return as_status(database.query(touch, pg::params{digest, at, expires_at}));
}

outcome<std::optional<std::string>> delete_session_of(pg::connection& database, user_id user,
                                                      session_id session) {
    return read_optional(database.query(remove_of, pg::params{user, session}),
                         [](const pg::row& row) { return row.at<std::string>(0); });
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
