#pragma once

#include "actors/domain/records.hpp"
#include "actors/domain/subscription.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What webhooks tell of, with the same JSON that the API shows. The id of an event follows from what
/// happened, so it is the same whenever, and by whomever, it is told.
namespace atelier {

/// The types of events that an endpoint can choose among.
[[nodiscard]] std::span<const std::string_view> webhook_event_types();
[[nodiscard]] bool is_webhook_event_type(std::string_view type);

/// generation.succeeded or generation.failed: a generation that has become final `at` this moment.
[[nodiscard]] webhook_event event_of(const generation_record& ended, instant at);

/// payment.paid: as it is now.
[[nodiscard]] webhook_event paid_event(const payment_record& payment, instant at);
/// payment.refunded: as it is now, after money of it was given back, all or a part.
[[nodiscard]] webhook_event refunded_event(const payment_record& payment, instant at);

/// What a change means to the subscriber: subscription.activated, renewed, upgraded, past_due, cancelled or
/// ended; nothing when it is none of these. `after`: with the change applied.
[[nodiscard]] std::optional<webhook_event> event_of(const subscription_change& change,
                                                    const subscription& after, instant at);

/// ping: somebody tries whether the endpoint works. `id` must be unique.
[[nodiscard]] webhook_event ping_event(std::string id, webhook_endpoint_id endpoint, instant at);

} // namespace atelier
