#pragma once

#include "actors/wallet.hpp"

#include <optional>

namespace atelier {

/// What a decision is made on.
struct wallet_situation {
    const wallet& lots;
    const wallet_context& context;
    user_id user;
};

/// Decides a command: the change set that carries it out, with the business rows that belong to the same
/// commit, and in `result` what is to be answered once it is durable. Errors: those of `wallet`.
[[nodiscard]] outcome<change_set> decide(const wallet_situation& now, const wallet_command& what,
                                         receipt& result);

/// The answer to a command whose key was used before, when `stored` is what the key's first command was
/// answered; none when nobody has used the key. Error: idempotency_key_reused.
[[nodiscard]] std::optional<outcome<receipt>> repeat(const idempotency_key& key,
                                                     std::optional<idempotency_answer> stored);

/// The client's key, of the commands that can have one.
[[nodiscard]] const std::optional<idempotency_key>& key_of(const wallet_command& what);

} // namespace atelier
