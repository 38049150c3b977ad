#include "actors/domain/webhook_delivery.hpp"

#include "actors/domain/json_values.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace atelier {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::array<std::chrono::seconds, 9> pauses{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
constexpr std::chrono::seconds longest_wait = 24h;     ///< that an endpoint may ask for
constexpr std::chrono::seconds longest_respite = 1min; ///< that one gets without asking
constexpr double jitter = 0.1;

json::object endpoint_object(const webhook_endpoint_record& endpoint) {
    return {{"id", endpoint.id.value},
            {"url", endpoint.url},
            {"events", json::array(endpoint.events.begin(), endpoint.events.end())},
            {"enabled", !endpoint.disabled_at},
            {"disabled_at", time_or_null(endpoint.disabled_at)},
            {"disabled_reason", text_or_null(endpoint.disabled_reason)},
            {"failing_since", time_or_null(endpoint.failing_since)},
            {"created_at", to_iso8601(endpoint.created_at)}};
}

std::string_view status_of(const webhook_delivery_record& delivery) {
    if (delivery.delivered_at)
        return "delivered";
    return delivery.failed_at ? "failed" : "waiting";
}

} // namespace

std::string webhook_endpoint_json(const webhook_endpoint_record& endpoint) {
    return json::serialize(endpoint_object(endpoint));
}

std::string new_webhook_endpoint_json(const webhook_endpoint_record& endpoint) {
    auto object = endpoint_object(endpoint);
    object["secret"] = endpoint.secret;
    return json::serialize(object);
}

std::string webhook_delivery_json(const webhook_delivery_record& delivery) {
    const bool waits = !delivery.delivered_at && !delivery.failed_at;
    return json::serialize(
        json::object{{"id", delivery.id.value},
                     {"webhook_id", delivery.event_id},
                     {"type", delivery.event_type},
                     {"status", status_of(delivery)},
                     {"attempts", delivery.attempts},
                     {"last_error", text_or_null(delivery.last_error)},
                     {"next_attempt_at", time_or_null(waits ? std::optional{delivery.due_at} : std::nullopt)},
                     {"delivered_at", time_or_null(delivery.delivered_at)},
                     {"created_at", to_iso8601(delivery.created_at)}});
}

std::string_view to_string(webhook_outcome outcome) {
    switch (outcome) {
    case webhook_outcome::delivered:
        return "delivered";
    case webhook_outcome::postponed:
        return "postponed";
    case webhook_outcome::given_up:
        return "given_up";
    case webhook_outcome::gone:
        break;
    }
    return "gone";
}

webhook_verdict judge(const webhook_attempt& attempt, std::int32_t attempts, double chance) {
    constexpr long gone = 410;
    webhook_verdict verdict;
    if (attempt.status >= 200 && attempt.status < 300)
        return verdict;
    verdict.error =
        attempt.status == 0 ? attempt.trouble : "answered with status " + std::to_string(attempt.status);
    if (attempt.status == gone) {
        verdict.outcome = webhook_outcome::gone;
        return verdict;
    }
    const auto made = static_cast<std::size_t>(std::max(attempts, 1));
    const auto asked = std::clamp(attempt.retry_after.value_or(0s), 0s, longest_wait);
    const auto planned = pauses.at(std::min(made, pauses.size()) - 1);
    verdict.respite = std::max(asked, std::min(planned, longest_respite));
    if (made > pauses.size()) {
        verdict.outcome = webhook_outcome::given_up;
        return verdict;
    }
    verdict.outcome = webhook_outcome::postponed;
    const std::chrono::duration<double, std::micro> later = microseconds{planned} * (jitter * chance);
    verdict.pause = std::max<microseconds>(planned + std::chrono::duration_cast<microseconds>(later), asked);
    return verdict;
}

} // namespace atelier
