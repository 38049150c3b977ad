#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::queries {

/// The session, unless it expired by `now`.
[[nodiscard]] outcome<std::optional<session_record>> find_session(pg::connection& database,
                                                                  std::string_view digest, instant now);

/// Notes that it was used at `at` (never moves backwards), so that it lasts until `expires_at`, but not
/// beyond its end. An unknown digest is no error.
[[nodiscard]] status touch_session(pg::connection& database, std::string_view digest, instant at,
                                   instant expires_at);

/// A user's sessions that have not expired by `now`, the latest used first.
[[nodiscard]] outcome<std::vector<session_record>> list_sessions(pg::connection& database, user_id user,
                                                                 instant now);
/// Ends one of a user's sessions: its digest; none when there is no such session.
[[nodiscard]] outcome<std::optional<std::string>> delete_session_of(pg::connection& database, user_id user,
                                                                    session_id session);

/// Whether there was such a session.
[[nodiscard]] outcome<bool> delete_session(pg::connection& database, std::string_view digest);
/// Ends all sessions of a user; the number ended.
[[nodiscard]] outcome<std::size_t> delete_sessions_of(pg::connection& database, user_id user);
/// Deletes at most `limit` sessions that expired by `now`; the number deleted.
[[nodiscard]] outcome<std::size_t> purge_sessions(pg::connection& database, instant now, std::int32_t limit);

} // namespace atelier::queries
