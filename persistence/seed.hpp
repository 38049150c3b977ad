#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <cstddef>

namespace atelier {

/// How many rows were added.
struct seeded {
    std::size_t styles = 0;
    std::size_t token_packages = 0;
    std::size_t subscription_plans = 0;
};

/// Inserts the styles, token packages and subscription plans of the configuration's seeds whose names are not
/// there yet. Existing rows are never changed. One seeding process at a time.
[[nodiscard]] outcome<seeded> seed(pg::connection& database, instant now);

} // namespace atelier
