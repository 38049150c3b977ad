#define CAF_SUITE webhook_delivery

#include "actors/domain/webhook_delivery.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

webhook_attempt answered(long status, std::optional<std::chrono::seconds> retry_after = {}) {
    webhook_attempt attempt;
    attempt.status = status;
    attempt.retry_after = retry_after;
    return attempt;
}

} // namespace

CAF_TEST(every 2xx is a success and nothing else is) {
    for (const long status : {200L, 201L, 204L, 299L})
        CAF_CHECK(judge(answered(status), 1, 0).outcome == webhook_outcome::delivered);
    for (const long status : {100L, 199L, 301L, 302L, 400L, 404L, 429L, 500L, 503L}) {
        const auto verdict = judge(answered(status), 1, 0);
        CAF_CHECK(verdict.outcome == webhook_outcome::postponed);
        CAF_CHECK_EQUAL(verdict.error, "answered with status " + std::to_string(status));
    }
    CAF_CHECK(judge(answered(410), 1, 0).outcome == webhook_outcome::gone);
    webhook_attempt broken;
    broken.trouble = "Timeout was reached";
    CAF_CHECK_EQUAL(judge(broken, 1, 0).error, "Timeout was reached");
}

CAF_TEST(attempts come later and later and end after three days) {
    const std::vector<microseconds> pauses{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    microseconds whole{};
    for (std::size_t made = 1; made <= pauses.size(); ++made) {
        const auto verdict = judge(answered(500), static_cast<std::int32_t>(made), 0);
        CAF_CHECK(verdict.outcome == webhook_outcome::postponed);
        CAF_CHECK(verdict.pause == pauses[made - 1]);
        const auto late = judge(answered(500), static_cast<std::int32_t>(made), 0.999);
        CAF_CHECK(late.pause > pauses[made - 1] && late.pause < pauses[made - 1] * 11 / 10);
        whole += verdict.pause;
    }
    CAF_CHECK(judge(answered(500), 10, 0).outcome == webhook_outcome::given_up);
    CAF_CHECK(whole > 3 * 24h && whole < 4 * 24h);
}

CAF_TEST(an endpoint that asks for time gets it within limits) {
    CAF_CHECK(judge(answered(429, 60s), 1, 0).pause == 60s);
    CAF_CHECK(judge(answered(503, 60s), 2, 0).pause == 5min);
    CAF_CHECK(judge(answered(503, 9999h), 1, 0).pause == 24h);
    CAF_CHECK(judge(answered(503, -5s), 1, 0).pause == 5s);
    CAF_MESSAGE("nothing else is sent to it meanwhile");
    CAF_CHECK(judge(answered(429, 1h), 1, 0).respite == 1h);
    CAF_CHECK(judge(answered(500), 1, 0).respite == 5s);
    CAF_CHECK(judge(answered(500), 9, 0).respite == 1min);
    CAF_CHECK(judge(answered(200), 1, 0).respite == 0s);
}

CAF_TEST(a secret is shown only when it is new) {
    webhook_endpoint_record endpoint;
    endpoint.id = webhook_endpoint_id{7};
    endpoint.url = "https://example.com/";
    endpoint.secret = "whsec_x";
    CAF_CHECK_EQUAL(
        webhook_endpoint_json(endpoint),
        R"({"id":7,"url":"https://example.com/","events":[],"enabled":true,"disabled_at":null,)"
        R"("disabled_reason":null,"failing_since":null,"created_at":"1970-01-01T00:00:00.000Z"})");
    CAF_CHECK(new_webhook_endpoint_json(endpoint).ends_with(R"(,"secret":"whsec_x"})"));
    endpoint.events = {"payment.paid"};
    endpoint.disabled_at = instant{};
    endpoint.disabled_reason = "gone";
    const auto text = webhook_endpoint_json(endpoint);
    CAF_CHECK(text.find(R"("events":["payment.paid"],"enabled":false,)") != std::string::npos);
    CAF_CHECK(text.find(R"("disabled_reason":"gone")") != std::string::npos);
}

CAF_TEST(a delivery says what comes next) {
    webhook_delivery_record delivery;
    delivery.id = webhook_delivery_id{81};
    delivery.event_id = "payment-61-paid";
    delivery.event_type = "payment.paid";
    delivery.attempts = 1;
    delivery.last_error = "answered with status 500";
    CAF_CHECK_EQUAL(
        webhook_delivery_json(delivery),
        R"({"id":81,"webhook_id":"payment-61-paid","type":"payment.paid","status":"waiting","attempts":1,)"
        R"("last_error":"answered with status 500","next_attempt_at":"1970-01-01T00:00:00.000Z",)"
        R"("delivered_at":null,"created_at":"1970-01-01T00:00:00.000Z"})");
    delivery.failed_at = instant{};
    CAF_CHECK(webhook_delivery_json(delivery).find(R"("status":"failed")") != std::string::npos);
    CAF_CHECK(webhook_delivery_json(delivery).find(R"("next_attempt_at":null)") != std::string::npos);
    delivery.delivered_at = instant{};
    CAF_CHECK(webhook_delivery_json(delivery).find(R"("status":"delivered")") != std::string::npos);
}
