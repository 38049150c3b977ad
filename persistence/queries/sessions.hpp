#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::queries {

struct session_record {
    std::string digest; ///< hex digest of the bearer token; the token itself is stored nowhere
    user_id user;
    bool remember = false;
    instant created_at;
    instant expires_at;
    instant last_used_at;
};

[[nodiscard]] status insert_session(pg::connection& database, const session_record& session);

/// The session, unless it expired by `now`.
[[nodiscard]] outcome<std::optional<session_record>> find_session(pg::connection& database,
                                                                  std::string_view digest, instant now);

/// Notes that it was used at `at` (never moves backwards). An unknown digest is no error.
[[nodiscard]] status touch_session(pg::connection& database, std::string_view digest, instant at);

/// Whether there was such a session.
[[nodiscard]] outcome<bool> delete_session(pg::connection& database, std::string_view digest);
/// Ends all sessions of a user; the number ended.
[[nodiscard]] outcome<std::size_t> delete_sessions_of(pg::connection& database, user_id user);
/// Deletes at most `limit` sessions that expired by `now`; the number deleted.
[[nodiscard]] outcome<std::size_t> purge_sessions(pg::connection& database, instant now, std::int32_t limit);

} // namespace atelier::queries
