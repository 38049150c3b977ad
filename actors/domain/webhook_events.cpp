#include "actors/domain/webhook_events.hpp"

#include "actors/domain/subscription_views.hpp"
#include "actors/domain/views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atelier {
namespace {

constexpr std::string_view generation_succeeded = "generation.succeeded";
constexpr std::string_view generation_failed = "generation.failed";
constexpr std::string_view payment_paid = "payment.paid";
constexpr std::string_view payment_refunded = "payment.refunded";
constexpr std::string_view subscription_activated = "subscription.activated";
constexpr std::string_view subscription_renewed = "subscription.renewed";
constexpr std::string_view subscription_upgraded = "subscription.upgraded";
constexpr std::string_view subscription_past_due = "subscription.past_due";
constexpr std::string_view subscription_cancelled = "subscription.cancelled";
constexpr std::string_view subscription_ended = "subscription.ended";

constexpr std::array types{generation_succeeded,  generation_failed,      payment_paid,
                           payment_refunded,      subscription_activated, subscription_renewed,
                           subscription_upgraded, subscription_past_due,  subscription_cancelled,
                           subscription_ended};

/// `data`: a JSON object.
webhook_event make_event(std::string id, std::string_view type, instant at, std::string_view data) {
    webhook_event event;
    event.id = std::move(id);
    event.type = type;
    event.payload = R"({"type":")" + event.type + R"(","timestamp":")" + to_iso8601(at) + R"(","data":)";
    event.payload.append(data).append("}");
    return event;
}

std::string_view type_of(charge_kind kind) {
    switch (kind) {
    case charge_kind::first:
        return subscription_activated;
    case charge_kind::renewal:
        return subscription_renewed;
    case charge_kind::upgrade:
        break;
    }
    return subscription_upgraded;
}

/// "" when there is nothing to tell of.
std::string_view type_of(const subscription_change& change) {
    if (change.charge)
        return type_of(change.charge->kind);
    if (change.expected_revision == 0 || change.expected_status == change.row.status)
        return "";
    switch (change.row.status) {
    case subscription_status::past_due:
        return subscription_past_due;
    case subscription_status::cancelled:
        return subscription_cancelled;
    case subscription_status::rejected:
    case subscription_status::expired:
        return subscription_ended;
    case subscription_status::pending:
    case subscription_status::active:
        break;
    }
    return "";
}

} // namespace

std::span<const std::string_view> webhook_event_types() {
    return types;
}

bool is_webhook_event_type(std::string_view type) {
    return std::ranges::find(types, type) != types.end();
}

webhook_event event_of(const generation_record& ended, instant at) {
    const bool succeeded = ended.status == generation_status::succeeded;
    return make_event("generation-" + std::to_string(ended.id.value) + (succeeded ? "-succeeded" : "-failed"),
                      succeeded ? generation_succeeded : generation_failed, at, generation_json(ended));
}

webhook_event paid_event(const payment_record& payment, instant at) {
    return make_event("payment-" + std::to_string(payment.id.value) + "-paid", payment_paid, at,
                      payment_json(payment));
}

webhook_event refunded_event(const payment_record& payment, instant at) {
    // Several refunds of one payment differ in what they make in all.
    return make_event("payment-" + std::to_string(payment.id.value) + "-refunded-" +
                          std::to_string(payment.refunded_cents),
                      payment_refunded, at, payment_json(payment));
}

std::optional<webhook_event> event_of(const subscription_change& change, const subscription& after,
                                      instant at) {
    const auto type = type_of(change);
    if (type.empty())
        return std::nullopt;
    return make_event("subscription-" + std::to_string(change.row.id.value) + "-revision-" +
                          std::to_string(change.row.revision),
                      type, at, subscription_json(after, at));
}

webhook_event ping_event(std::string id, webhook_endpoint_id endpoint, instant at) {
    return make_event(std::move(id), "ping", at,
                      R"({"webhook_endpoint_id":)" + std::to_string(endpoint.value) + "}");
}

} // namespace atelier
