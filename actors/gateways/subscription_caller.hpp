#pragma once

#include "actors/delivery.hpp"
#include "actors/domain/subscription.hpp"
#include "actors/gateways/gateway_client.hpp"

#include <functional>
#include <optional>
#include <string>

namespace atelier {

/// For whom the gateway is asked.
struct gateway_subscriber {
    user_id user;
    subscription_id subscription;
    std::int64_t revision = 0; ///< of the subscription: tells one change from the next
    std::string card_token;    ///< secret
};

/// How a call has ended.
struct gateway_call_result {
    enum class kind : std::uint8_t {
        done,     ///< it is so now, or was so already
        ended,    ///< the gateway's subscription is over: nothing was changed
        paid,     ///< the card was charged: `news` tell of it
        declined, ///< the card was not charged
    };

    kind what{};
    std::string created; ///< the gateway's subscription that a `create` has made
    gateway_standing standing{};
    std::int64_t successes = 0;
    std::optional<deliver_notification> news;

    gateway_call_result() = default;
    explicit gateway_call_result(kind k) : what{k} {}
};

/// Carries out what a subscription wants of the gateway. Looks first whether an earlier try was heard, since
/// the gateway recognises repeats for an hour only; never updates what has ended, which would revive it.
/// `then` is called once, as `gateway_client` does. Errors: those of the client, but not_found.
void carry_out(gateway_client& gateway, const gateway_call& call, const gateway_subscriber& who,
               const std::function<void(outcome<gateway_call_result>)>& then);

} // namespace atelier
