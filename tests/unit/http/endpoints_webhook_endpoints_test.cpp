#define CAF_SUITE endpoints_webhook_endpoints
#include "http/cursor.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

constexpr auto all = "/v1/webhook_endpoints";
constexpr auto one = "/v1/webhook_endpoints/71";

request patch(std::string body) {
    auto r = post(one, std::move(body));
    r.verb = method::patch;
    return r;
}

} // namespace

CAF_TEST(endpoints are listed and shown without their secrets) {
    front_end front;
    auto r = front.send(by_ann(get(all)));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"data":[)" + webhook_endpoint_json(sample_webhook_endpoint()) +
                                 R"(],"next_cursor":null})");
    CAF_CHECK_EQUAL(front.calls().back(), "webhook_endpoints 7");
    r = front.send(by_ann(get(one)));
    CAF_CHECK_EQUAL(text(r), webhook_endpoint_json(sample_webhook_endpoint()));
    CAF_CHECK_EQUAL(front.calls().back(), "webhook_endpoint 7 71");
    CAF_CHECK(!contains(text(r), "whsec_"));
}

CAF_TEST(a new endpoint is shown with its secret) {
    front_end front;
    auto r = front.send(by_ann(post(all, R"({"url":"https://example.com/hook","events":["payment.paid"]})")));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(header(r, "Location"), one);
    CAF_CHECK_EQUAL(text(r), new_webhook_endpoint_json(sample_webhook_endpoint()));
    CAF_CHECK_EQUAL(front.calls().back(), "add_webhook_endpoint 7");
    CAF_CHECK_EQUAL(*front.backend.last_webhook_command.url, "https://example.com/hook");
    CAF_CHECK_EQUAL(*front.backend.last_webhook_command.events, std::vector<std::string>{"payment.paid"});
    front.send(by_ann(post(all, R"({"url":"https://example.com/hook"})")));
    CAF_CHECK(!front.backend.last_webhook_command.events);
    front.backend.refusal = errc::state_conflict;
    CAF_CHECK(
        is_problem(front.send(by_ann(post(all, R"({"url":"https://example.com/"})"))), errc::state_conflict));
}

CAF_TEST(commands that make no sense are refused) {
    front_end front;
    const auto sent = [&](std::string body) { return front.send(by_ann(post(all, std::move(body)))); };
    CAF_CHECK(blames(sent("{}"), {{"url", "required"}}));
    CAF_CHECK(blames(sent(R"({"url":7,"events":"payment.paid"})"),
                     {{"url", "wrong_type"}, {"events", "wrong_type"}}));
    CAF_CHECK(blames(sent(R"({"url":"https://a.b","events":["payment.lost"]})"), {{"events", "unknown"}}));
    CAF_CHECK(blames(sent(R"({"url":"https://a.b","events":["ping"]})"), {{"events", "unknown"}}));
    CAF_CHECK(blames(sent(R"({"url":"https://a.b","enabled":true})"), {{"enabled", "unknown"}}));
    CAF_CHECK(blames(sent(R"({"url":"https://)" + std::string(2048, 'a') + R"("})"), {{"url", "too_long"}}));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(an endpoint is changed in part and deleted) {
    front_end front;
    auto r = front.send(by_ann(patch(R"({"enabled":false})")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "change_webhook_endpoint 7 71");
    CAF_CHECK(front.backend.last_webhook_command.enabled == false);
    CAF_CHECK(!front.backend.last_webhook_command.url && !front.backend.last_webhook_command.events);
    r = front.send(by_ann(patch(R"({"url":"https://a.b/","events":[]})")));
    CAF_CHECK(!front.backend.last_webhook_command.enabled);
    CAF_CHECK(front.backend.last_webhook_command.events->empty());
    CAF_CHECK(!contains(text(r), "whsec_"));

    r = front.send(by_ann(make_request(method::delete_, one)));
    CAF_CHECK_EQUAL(r.status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "remove_webhook_endpoint 7 71");
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/webhook_endpoints/x"))), errc::not_found));
}

CAF_TEST(a secret is replaced and a ping is queued) {
    front_end front;
    auto r = front.send(by_ann(post(std::string{one} + "/secret", "")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK(contains(text(r), R"("secret":"whsec_)"));
    CAF_CHECK_EQUAL(front.calls().back(), "rotate_webhook_secret 7 71");
    r = front.send(by_ann(post(std::string{one} + "/test", "{}")));
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(text(r), webhook_delivery_json(sample_webhook_delivery()));
    CAF_CHECK_EQUAL(front.calls().back(), "ping_webhook_endpoint 7 71");
    CAF_CHECK(blames(front.send(by_ann(post(std::string{one} + "/test", R"({"a":1})"))), {{"a", "unknown"}}));
}

CAF_TEST(deliveries come in pages) {
    front_end front;
    front.backend.all_webhook_deliveries.data = {sample_webhook_delivery()};
    front.backend.all_webhook_deliveries.next = 81;
    auto r = front.send(by_ann(get(std::string{one} + "/deliveries?limit=1")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "webhook_deliveries 7 71 0 1");
    const auto cursor = encode_cursor(cursor_kind::webhook_deliveries, 81);
    CAF_CHECK(contains(text(r), R"("next_cursor":")" + cursor + '"'));
    r = front.send(by_ann(get(std::string{one} + "/deliveries?cursor=" + cursor)));
    CAF_CHECK_EQUAL(front.calls().back(), "webhook_deliveries 7 71 81 20");
}
