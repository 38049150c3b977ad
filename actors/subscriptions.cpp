#include "actors/subscriptions.hpp"

#include <caf/delegated.hpp>

namespace atelier {

subscriptions_actor::behavior_type subscriptions_behavior(subscriptions_state::actor* self,
                                                          const subscription_context* context,
                                                          directory_options options) {
    self->state.family.emplace(
        self, "subscription", options, [context](subscriptions_state::actor* parent, user_id user) {
            return subscription_actor{parent->spawn<caf::monitored>(subscription_behavior, context, user)};
        });
    auto& family = *self->state.family;
    self->delayed_send(self, family.sweep_interval(), tick{});
    return {
        [self, &family](deliver_notification& n) {
            const auto user = subscriber_of(n.what, n.what.invoice_id, n.what.subscription_id);
            return self->delegate(family.child(user.value_or(user_id{})), std::move(n));
        },
        [self, &family](order_subscription& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](change_plan& c) { return self->delegate(family.child(c.user), std::move(c)); },
        [self, &family](cancel_subscription& c) {
            return self->delegate(family.child(c.user), std::move(c));
        },
        [self, &family](const attend_subscription& c) { self->send(family.child(c.user), c); },
        [&family](list_children c) { return family.report(c.limit); },
        [self, &family](tick) {
            family.sweep();
            self->delayed_send(self, family.sweep_interval(), tick{});
        },
    };
}

} // namespace atelier
