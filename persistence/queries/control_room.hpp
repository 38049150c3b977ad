#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What the control room counts in the database.
namespace atelier::queries {

/// Tokens that an operation of the journal has moved.
struct moved_tokens {
    std::string operation;
    std::int64_t amount = 0; ///< less than 0: they went out

    moved_tokens() = default;
};

/// What was taken and given since some time.
struct takings {
    std::int64_t payments = 0;
    std::int64_t amount_cents = 0;
    std::vector<moved_tokens> tokens;

    takings() = default;
};
[[nodiscard]] outcome<takings> read_takings(pg::connection& database, instant since,
                                            const std::string& currency);

/// How many generations of a user are not over.
struct user_load {
    user_id user;
    std::int64_t queued = 0;
    std::int64_t running = 0;

    user_load() = default;
};
/// Those with the most first.
[[nodiscard]] outcome<std::vector<user_load>> list_busiest_users(pg::connection& database,
                                                                 std::int32_t limit);

} // namespace atelier::queries
