#include "actors/payments.hpp"

#include "actors/domain/subscription.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/delegated.hpp>

namespace atelier {

payments_actor::behavior_type payments_behavior(payments_state::actor* self, const payment_context* context,
                                                directory_options options) {
    self->state.family.emplace(
        self, "payment", options, [context](payments_state::actor* parent, const std::string& invoice_id) {
            return payment_actor{parent->spawn<caf::monitored>(payment_behavior, context, invoice_id)};
        });
    auto& family = *self->state.family;
    self->delayed_send(self, family.sweep_interval(), tick{});
    return {
        [self, &family, context](deliver_notification& c) {
            if (subscriber_of(c.what, c.what.invoice_id, c.what.subscription_id))
                return self->delegate(context->actors.get<subscriptions_actor>(), std::move(c));
            // Notifications without an invoice stand alone: each is its own unknown payment.
            const auto& key = c.what.invoice_id.empty() ? c.what.business_key : c.what.invoice_id;
            const auto child = family.child(key);
            return self->delegate(child, std::move(c));
        },
        [self, &family](const settle_refunds& c) { self->send(family.child(c.invoice_id), c); },
        [self, &family](const expire_payment& c) { self->send(family.child(c.invoice_id), c); },
        [&family](list_children c) { return family.report(c.limit); },
        [self, &family](tick) {
            family.sweep();
            self->delayed_send(self, family.sweep_interval(), tick{});
        },
    };
}

} // namespace atelier
