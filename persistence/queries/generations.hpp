#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

namespace atelier::queries {

/// A generation, whoever owns it; `not_found` when there is none, or it was deleted. `spends` is filled when
/// it is not final.
[[nodiscard]] outcome<generation_record> get_generation(pg::connection& database, generation_id generation);

/// A user's generations that are not deleted, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<generation_record>> list_generations(pg::connection& database, user_id user,
                                                                generation_id before, std::int32_t limit,
                                                                const generation_filter& filter = {});

/// Everybody's likewise.
[[nodiscard]] outcome<page<generation_record>> find_generations(pg::connection& database,
                                                                std::optional<generation_status> status,
                                                                generation_id before, std::int32_t limit);

/// A user's generations that are not final, oldest first.
[[nodiscard]] outcome<page<generation_record>> list_open_generations(pg::connection& database, user_id user,
                                                                     std::int32_t limit);

/// All generations that are not final, oldest first, from above `above`; for recovery after a restart.
[[nodiscard]] outcome<page<generation_record>>
list_unfinished_generations(pg::connection& database, generation_id above, std::int32_t limit);

} // namespace atelier::queries
