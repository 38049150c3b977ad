#include "actors/wallets.hpp"

#include <caf/delegated.hpp>

namespace atelier {
wallets_actor::behavior_type wallets_behavior(wallets_state::actor* self, const wallet_context* context,
                                              directory_options options, bool after_crash) {
    self->state.family.emplace(
        self, "wallet", options, [context, after_crash](wallets_state::actor* parent, user_id user) {
            const bool crashed = parent->state.crashed.erase(user) > 0;
            return wallet_actor{
                parent->spawn<caf::monitored>(wallet_behavior, context, user, after_crash || crashed)};
        });
    auto& family = *self->state.family;
    family.on_crash = [self](user_id user) { self->state.crashed.insert(user); };
    self->delayed_send(self, family.sweep_interval(), tick{});
    return {
        [self, &family](spend_tokens& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](order_package& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](grant_tokens& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](credit_payment& c) {
            return self->delegate(family.child(c.payment.user), std::move(c));
        },
        [self, &family](refund_generation& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](credit_charge& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](claw_back& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](expire_lots c) { return self->delegate(family.child(c.user), c); },
        [self, &family](read_wallet c) { return self->delegate(family.child(c.user), c); },
        [&family](list_children c) { return family.report(c.limit); },
        [self, &family](tick) {
            family.sweep();
            self->delayed_send(self, family.sweep_interval(), tick{});
        },
    };
}

} // namespace atelier
