#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The table `api_keys`.
namespace atelier::queries {

/// Adds a key; its `id` and `last_used_at` do not count. `state_conflict` when the user has `limit` keys.
[[nodiscard]] outcome<api_key_record> insert_api_key(pg::connection& database, const api_key_record& key,
                                                     std::int32_t limit);

/// The key, unless it expired by `now`.
[[nodiscard]] outcome<std::optional<api_key_record>> find_api_key(pg::connection& database,
                                                                  std::string_view digest, instant now);

/// Notes that it was used at `at`.
[[nodiscard]] status touch_api_key(pg::connection& database, std::string_view digest, instant at);

/// All keys of a user, also expired ones, the oldest first.
[[nodiscard]] outcome<std::vector<api_key_record>> list_api_keys(pg::connection& database, user_id user);

/// Ends one of a user's keys: its digest; none when there is no such key.
[[nodiscard]] outcome<std::optional<std::string>> delete_api_key(pg::connection& database, user_id user,
                                                                 api_key_id key);

} // namespace atelier::queries
