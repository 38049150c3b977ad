#pragma once

#include "actors/payment.hpp"
#include "actors/runtime/directory.hpp"

#include <optional>
#include <string>

namespace atelier {

/// All payments with something happening, by invoice id.
class payments_state {
public:
    static constexpr const char* name = "payments";
    using actor = actor_base<payments_actor, payments_state>;

    explicit payments_state(payments_actor::pointer) {}

    std::optional<directory<actor, std::string, payment_actor>> family;
};

/// Behaviour of the directory. `context` must outlive it and all payments.
payments_actor::behavior_type payments_behavior(payments_state::actor* self, const payment_context* context,
                                                directory_options options);

} // namespace atelier
