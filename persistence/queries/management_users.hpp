#pragma once

#include "actors/domain/managed_user.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <string_view>

/// What operators look up of users, and who is shut out.
namespace atelier::queries {

/// Users whose address begins with `prefix`, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<managed_user>> find_users(pg::connection& database, std::string_view prefix,
                                                     user_id before, std::int32_t limit, instant now);
/// Error: not_found.
[[nodiscard]] outcome<managed_user> get_managed_user(pg::connection& database, user_id user, instant now);

/// Shuts the user out: ends the sessions and makes the API keys useless, in every process; a second block
/// changes the reason. Error: not_found.
[[nodiscard]] status block_user(pg::connection& database, user_id user, std::string_view reason, instant now);
/// The API keys work again. Nothing to do is no error.
[[nodiscard]] status unblock_user(pg::connection& database, user_id user);
[[nodiscard]] outcome<bool> is_blocked(pg::connection& database, user_id user);

} // namespace atelier::queries
