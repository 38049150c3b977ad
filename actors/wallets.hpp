#pragma once

#include "actors/runtime/directory.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/wallet.hpp"

#include <optional>
#include <unordered_set>

namespace atelier {

/// All wallets: the directory that starts each user's wallet on demand and lets idle ones leave memory.
class wallets_state {
public:
    static constexpr const char* name = "wallets";
    using actor = actor_base<wallets_actor, wallets_state>;

    explicit wallets_state(wallets_actor::pointer) {}

    std::optional<directory<actor, user_id, wallet_actor>> family;
    std::unordered_set<user_id> crashed; ///< whose next wallet has to wait for the writer first
};

/// Behaviour of the directory. `context` must outlive it and all wallets. `after_crash`: it takes the place
/// of one that crashed, and with it all its wallets.
wallets_actor::behavior_type wallets_behavior(wallets_state::actor* self, const wallet_context* context,
                                              directory_options options, bool after_crash);

} // namespace atelier
