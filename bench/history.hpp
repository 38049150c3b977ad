#pragma once

#include "actors/domain/change_set.hpp"
#include "actors/domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atelier::bench {

/// A spend as its client saw it. Times are nanoseconds of one steady clock.
struct acknowledged_spend {
    user_id user;
    transaction_id last; ///< journal row that the reply names
    tokens balance = 0;  ///< that the reply names
    std::int64_t invoked = 0;
    std::int64_t returned = 0;
};

/// A spend as the journal has it.
struct booked_spend {
    user_id user;
    transaction_id id;
    tokens amount = 0; ///< negative
};

/// What a user had before the first spend, and what the lots hold after the last.
struct wallet_totals {
    user_id user;
    std::int64_t before = 0;
    std::int64_t after = 0;
};

/// Everything about one run that must fit together.
struct history {
    std::vector<acknowledged_spend> replies;
    std::vector<booked_spend> journal;
    std::vector<wallet_totals> wallets;
};

/// Checks that every reply stands for exactly one journal row and every row for a reply; that each wallet's
/// balances, in the order of its rows, are what its spends leave; that the lots hold the rest; and that a
/// spend which was answered before another one of the same user was sent has the earlier row. Sorts what it
/// is given. Returns the first thing that is wrong, none when all is well.
[[nodiscard]] std::optional<std::string> find_anomaly(history& h);

} // namespace atelier::bench
