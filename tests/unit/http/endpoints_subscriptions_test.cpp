#define CAF_SUITE endpoints_subscriptions
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

constexpr auto path = "/v1/subscription";

stored_answer answered(unsigned status) {
    stored_answer stored;
    stored.status = status;
    stored.body = R"({"subscription":{}})";
    return stored;
}

request sent(std::string_view verb, std::string body) {
    auto r = post(path, std::move(body));
    r.verb = verb == "PATCH" ? method::patch : method::post;
    return r;
}

request deletion() {
    auto r = get(path);
    r.verb = method::delete_;
    return r;
}

} // namespace

CAF_TEST(a subscription is shown to its user) {
    front_end front;
    const auto r = front.send(by_ann(get(path)));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"status":"active"})");
    CAF_CHECK_EQUAL(front.calls().back(), "subscription 7");
    front.backend.refusal = errc::not_found;
    CAF_CHECK(is_problem(front.send(by_ann(get(path))), errc::not_found));
    CAF_CHECK(is_problem(front.send(get(path)), errc::unauthenticated));
}

CAF_TEST(commands reach the service with their key and are answered as stored) {
    front_end front;
    front.backend.stored = answered(201);
    auto r =
        front.send(with(by_ann(sent("POST", R"({"subscription_plan_id":2})")), "idempotency-key", "k-1"));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(front.calls().back(), "subscribe 7 2");
    CAF_CHECK_EQUAL(front.backend.last_key->key, "k-1");

    front.backend.stored = answered(202);
    r = front.send(by_ann(sent("POST", R"({"subscription_plan_id":2,"saved_card":true})")));
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(front.calls().back(), "subscribe 7 2 by card");
    CAF_CHECK(!front.backend.last_key);

    front.backend.stored = answered(200);
    r = front.send(with(by_ann(sent("PATCH", R"({"subscription_plan_id":3})")), "idempotency-key", "k-2"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "change_subscription 7 3");
    CAF_CHECK_EQUAL(front.backend.last_key->key, "k-2");

    r = front.send(with(by_ann(deletion()), "idempotency-key", "k-3"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "unsubscribe 7");
    CAF_CHECK_EQUAL(front.backend.last_key->key, "k-3");
}

CAF_TEST(commands that make no sense do not reach the service) {
    front_end front;
    for (const auto* verb : {"POST", "PATCH"}) {
        CAF_CHECK(blames(front.send(by_ann(sent(verb, "{}"))), {{"subscription_plan_id", "required"}}));
        CAF_CHECK(blames(front.send(by_ann(sent(verb, R"({"subscription_plan_id":1,"price":1})"))),
                         {{"price", "unknown"}}));
    }
    CAF_CHECK(blames(front.send(by_ann(sent("POST", R"({"subscription_plan_id":1,"saved_card":"yes"})"))),
                     {{"saved_card", "wrong_type"}}));
    CAF_CHECK(is_problem(front.send(with(by_ann(deletion()), "idempotency-key", "")),
                         errc::idempotency_key_invalid));
    CAF_CHECK(front.calls().empty());
}
