#pragma once

#include "actors/delivery.hpp"
#include "actors/gateways/gateway_client.hpp"

#include <optional>

namespace atelier {

/// What the webhook of this transaction would have told, had it come: of a payment that was made, held or let
/// go, and of a refund. None for anything else: a declined attempt changes nothing. It has the webhook's
/// business key, so that both together have one effect.
[[nodiscard]] std::optional<deliver_notification> news_of(const gateway_transaction& transaction);

/// What a Recurrent of this subscription would tell as it stands.
[[nodiscard]] deliver_notification news_of(const gateway_subscription& subscription);

} // namespace atelier
