#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace atelier::queries {

/// The stored answer to a user's key that has not expired by `now`.
[[nodiscard]] outcome<std::optional<idempotency_answer>>
find_idempotency_answer(pg::connection& database, user_id user, std::string_view key, instant now);

/// Deletes at most `limit` keys that expired by `now`; the number deleted.
[[nodiscard]] outcome<std::size_t> purge_idempotency_keys(pg::connection& database, instant now,
                                                          std::int32_t limit);

} // namespace atelier::queries
