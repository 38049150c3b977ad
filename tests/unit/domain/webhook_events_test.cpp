#define CAF_SUITE webhook_events

#include "actors/domain/views.hpp"
#include "actors/domain/webhook_events.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

const instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};

generation_record generation(generation_status status) {
    generation_record g;
    g.id = generation_id{51};
    g.status = status;
    g.cost = 2;
    g.created_at = noon;
    return g;
}

payment_record payment_of(payment_status status) {
    payment_record p;
    p.id = payment_id{61};
    p.status = status;
    p.amount_cents = 1000;
    p.currency = "RUB";
    p.created_at = noon;
    return p;
}

std::string envelope(std::string_view type, const std::string& data) {
    return R"({"type":")" + std::string{type} + R"(","timestamp":"2026-03-01T12:00:00.000Z","data":)" + data +
           "}";
}

/// What a change tells; "" = nothing.
std::string told(subscription_status from, subscription_status to, std::optional<charge_kind> paid = {}) {
    subscription_book book;
    book.row.id = subscription_id{5};
    book.row.status = to;
    book.row.revision = 3;
    subscription_change change;
    change.expected_status = from;
    change.expected_revision = 2;
    change.row = book.row;
    if (paid) {
        change.charge.emplace();
        change.charge->kind = *paid;
    }
    const auto event = event_of(change, subscription{std::move(book), {}}, noon);
    return event ? event->type + " " + event->id : "";
}

} // namespace

CAF_TEST(an event is an envelope around what the API shows) {
    const auto ended = generation(generation_status::succeeded);
    const auto event = event_of(ended, noon);
    CAF_CHECK_EQUAL(event.type, "generation.succeeded");
    CAF_CHECK_EQUAL(event.id, "generation-51-succeeded");
    CAF_CHECK_EQUAL(event.payload, envelope("generation.succeeded", generation_json(ended)));
    CAF_CHECK_EQUAL(event_of(generation(generation_status::failed), noon).id, "generation-51-failed");

    const auto paid = payment_of(payment_status::paid);
    CAF_CHECK_EQUAL(paid_event(paid, noon).id, "payment-61-paid");
    CAF_CHECK_EQUAL(paid_event(paid, noon).payload, envelope("payment.paid", payment_json(paid)));
    CAF_CHECK_EQUAL(ping_event("ping-x", webhook_endpoint_id{7}, noon).payload,
                    envelope("ping", R"({"webhook_endpoint_id":7})"));
}

CAF_TEST(each refund of a payment is an event of its own) {
    auto payment = payment_of(payment_status::partially_refunded);
    payment.refunded_cents = 300;
    const auto first = refunded_event(payment, noon);
    payment.refunded_cents = 1000;
    CAF_CHECK_EQUAL(first.id, "payment-61-refunded-300");
    CAF_CHECK_EQUAL(first.type, "payment.refunded");
    CAF_CHECK(first.id != refunded_event(payment, noon).id);
}

CAF_TEST(a subscription tells what it means to the subscriber) {
    using s = subscription_status;
    CAF_CHECK_EQUAL(told(s::pending, s::active, charge_kind::first),
                    "subscription.activated subscription-5-revision-3");
    CAF_CHECK_EQUAL(told(s::active, s::active, charge_kind::renewal),
                    "subscription.renewed subscription-5-revision-3");
    CAF_CHECK(told(s::active, s::active, charge_kind::upgrade).starts_with("subscription.upgraded "));
    CAF_CHECK(told(s::active, s::past_due).starts_with("subscription.past_due "));
    CAF_CHECK(told(s::active, s::cancelled).starts_with("subscription.cancelled "));
    CAF_CHECK(told(s::past_due, s::rejected).starts_with("subscription.ended "));
    CAF_CHECK(told(s::cancelled, s::expired).starts_with("subscription.ended "));
    CAF_CHECK_EQUAL(told(s::active, s::active), "");
    CAF_CHECK_EQUAL(told(s::cancelled, s::active), "");
}

CAF_TEST(endpoints choose among the types that are told and nothing else) {
    for (const auto type : webhook_event_types())
        CAF_CHECK(is_webhook_event_type(type));
    for (const auto* type : {"", "ping", "generation", "payment.paid,", "Payment.paid"})
        CAF_CHECK(!is_webhook_event_type(type));
}
