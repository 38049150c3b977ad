#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <vector>

namespace atelier::queries {

/// What a wallet needs to know to decide.
struct wallet_record {
    user_id user;
    /// Lots that still hold tokens, or from which a generation that is not final was paid; oldest expiry
    /// first.
    std::vector<purchase_record> purchases;
    std::int64_t balance = 0;        ///< sum of tokens_remaining over all lots of the user
    transaction_id last_transaction; ///< newest journal row, 0 = none
};

/// A consistent picture of one user's wallet. An unknown user has an empty one.
[[nodiscard]] outcome<wallet_record> load_wallet(pg::connection& database, user_id user);

/// The journal of a user, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<transaction_record>> list_transactions(pg::connection& database, user_id user,
                                                                  transaction_id before, std::int32_t limit);

/// Users with lots that hold tokens and expired after `after`, up to and including `until`; in the order of
/// ids, from above `above`.
[[nodiscard]] outcome<std::vector<user_id>> list_users_with_expired_lots(pg::connection& database,
                                                                         instant after, instant until,
                                                                         user_id above, std::int32_t limit);

} // namespace atelier::queries
