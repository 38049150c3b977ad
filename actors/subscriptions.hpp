#pragma once

#include "actors/runtime/directory.hpp"
#include "actors/subscription.hpp"

#include <optional>

namespace atelier {

/// All subscriptions with something happening, by user.
class subscriptions_state {
public:
    static constexpr const char* name = "subscriptions";
    using actor = actor_base<subscriptions_actor, subscriptions_state>;

    explicit subscriptions_state(subscriptions_actor::pointer) {}

    std::optional<directory<actor, user_id, subscription_actor>> family;
};

/// Behaviour of the directory. `context` must outlive it and all subscriptions.
subscriptions_actor::behavior_type subscriptions_behavior(subscriptions_state::actor* self,
                                                          const subscription_context* context,
                                                          directory_options options);

} // namespace atelier
