#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Where webhooks go, and what becomes of them. Pure.
namespace atelier {

/// A row of webhook_endpoints.
struct webhook_endpoint_record {
    webhook_endpoint_id id;
    user_id user;
    std::string url;
    std::vector<std::string> events; ///< types that it wants; none = all
    std::string secret;              ///< shown only when it is new
    std::optional<instant> disabled_at;
    std::string disabled_reason;          ///< "by_owner", "gone" or "failing"; "" = enabled
    std::optional<instant> failing_since; ///< of the first failure after the last success
    instant created_at;
};

/// A webhook to one endpoint: a row of outbox.
struct webhook_delivery_record {
    webhook_delivery_id id;
    std::string event_id;
    std::string event_type;
    std::int32_t attempts = 0;
    std::string last_error; ///< "" = none
    instant due_at;         ///< of the next attempt, while it waits
    std::optional<instant> delivered_at;
    std::optional<instant> failed_at; ///< it was given up
    instant created_at;
};

[[nodiscard]] std::string webhook_endpoint_json(const webhook_endpoint_record& endpoint);
/// With the secret: for whoever has just made it.
[[nodiscard]] std::string new_webhook_endpoint_json(const webhook_endpoint_record& endpoint);
[[nodiscard]] std::string webhook_delivery_json(const webhook_delivery_record& delivery);

/// How an attempt to deliver went.
struct webhook_attempt {
    long status = 0;                                 ///< of HTTP; 0 = there was no response
    std::string trouble;                             ///< why there was none, for the owner
    std::optional<std::chrono::seconds> retry_after; ///< as the endpoint asked
    bool given_up = false; ///< by us, because we stop: it says nothing of the endpoint
};

enum class webhook_outcome : std::uint8_t {
    delivered,
    postponed, ///< failed, will be tried again
    given_up,  ///< failed for the last time
    gone,      ///< the endpoint says that it does not want any more
};
[[nodiscard]] std::string_view to_string(webhook_outcome outcome);

/// What follows from an attempt.
struct webhook_verdict {
    webhook_outcome outcome{};
    std::string error;      ///< for the owner; "" when it was delivered
    microseconds pause{};   ///< until the next attempt, when postponed
    microseconds respite{}; ///< for the endpoint: nothing at all is sent to it so long; 0 = none
};

/// `attempts`: with this one. `chance`: in [0, 1), for the jitter. Attempts follow at 5 s, 5 min, 30 min, 2
/// h, 5 h, 10 h, 14 h, 20 h and 24 h after the one before, up to a tenth later, or when the endpoint has
/// asked for them, a day later at most. Source: Standard Webhooks, "Deliverability and reliability".
[[nodiscard]] webhook_verdict judge(const webhook_attempt& attempt, std::int32_t attempts, double chance);

} // namespace atelier
