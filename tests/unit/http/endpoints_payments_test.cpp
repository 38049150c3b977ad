#define CAF_SUITE endpoints_payments
#include "actors/domain/signature.hpp"
#include "http/cursor.hpp"
#include "http/webhook_reader.hpp"
#include "tests/support/cloudpayments/samples.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

stored_answer created(bool replayed = false) {
    stored_answer stored;
    stored.status = 201;
    stored.body = R"({"id":61})";
    stored.location = "/v1/payments/61";
    stored.replayed = replayed;
    return stored;
}

request notification(std::string kind, std::string body) {
    auto r = post("/webhooks/cloudpayments/" + std::move(kind), std::move(body),
                  "application/x-www-form-urlencoded");
    r = with(std::move(r), "content-hmac", "c-hmac");
    return with(std::move(r), "x-content-hmac", "x-hmac");
}

webhook_rules rules_with(std::string secret) {
    webhook_rules rules;
    rules.secret = std::move(secret);
    return rules;
}

} // namespace

CAF_TEST(an order is answered as it was stored) {
    front_end front;
    front.backend.stored = created();
    const auto r = front.send(by_ann(post("/v1/payments", R"({"token_package_id":2})")));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(text(r), R"({"id":61})");
    CAF_CHECK_EQUAL(header(r, "Location"), "/v1/payments/61");
    CAF_CHECK_EQUAL(header(r, "Idempotency-Replayed"), "");
    CAF_CHECK_EQUAL(front.calls().back(), "order 7 2");
    CAF_CHECK(!front.backend.last_key);
}

CAF_TEST(a repeated order is marked) {
    front_end front;
    front.backend.stored = created(true);
    const auto r =
        front.send(with(by_ann(post("/v1/payments", R"({"token_package_id":2})")), "idempotency-key", "k-1"));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(header(r, "Idempotency-Replayed"), "true");
    CAF_REQUIRE(front.backend.last_key.has_value());
    CAF_CHECK_EQUAL(front.backend.last_key->key, "k-1");
    CAF_CHECK_EQUAL(front.backend.last_key->fingerprint.size(), 64u);
}

CAF_TEST(an order that makes no sense does not reach the service) {
    front_end front;
    for (const auto& [body, code] :
         std::vector<std::pair<std::string, std::string>>{{"{}", "required"},
                                                          {R"({"token_package_id":null})", "required"},
                                                          {R"({"token_package_id":"2"})", "wrong_type"},
                                                          {R"({"token_package_id":2.0})", "wrong_type"},
                                                          {R"({"token_package_id":0})", "out_of_range"}})
        CAF_CHECK(blames(front.send(by_ann(post("/v1/payments", body))), {{"token_package_id", code}}));
    CAF_CHECK(is_problem(
        front.send(with(by_ann(post("/v1/payments", R"({"token_package_id":2})")), "idempotency-key", "")),
        errc::idempotency_key_invalid));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(an order fails as the service says) {
    front_end front;
    for (const auto code : {errc::not_found, errc::idempotency_key_reused, errc::idempotency_in_progress,
                            errc::overloaded, errc::gateway_unavailable}) {
        front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(front.send(by_ann(post("/v1/payments", R"({"token_package_id":2})"))), code));
    }
}

CAF_TEST(payments are shown and listed) {
    front_end front;
    const auto one = front.send(by_ann(get("/v1/payments/61")));
    CAF_CHECK_EQUAL(one.status, 200u);
    CAF_CHECK(contains(text(one), R"({"id":61,"status":"pending",)"));
    CAF_CHECK_EQUAL(front.calls().back(), "payment 7 61");

    front.backend.all_payments.data = {sample_payment()};
    front.backend.all_payments.next = 61;
    const auto list = front.send(by_ann(get("/v1/payments?limit=1")));
    CAF_CHECK_EQUAL(front.calls().back(), "payments 7 0 1");
    CAF_CHECK(contains(text(list), R"({"data":[{"id":61,)"));
    CAF_CHECK(contains(text(list), R"("next_cursor":")" + encode_cursor(cursor_kind::payments, 61)));
}

CAF_TEST(payments of others are not found) {
    front_end front;
    front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/payments/61"))), errc::not_found));
}

CAF_TEST(a notification reaches the service byte for byte) {
    front_end front;
    const auto r = front.send(notification("pay", "TransactionId=1&Data=%7B%22a%22%3A1%7D+x"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), R"({"code":0})");
    const auto& hook = front.backend.last_hook;
    CAF_CHECK_EQUAL(hook.kind, "pay");
    CAF_CHECK_EQUAL(hook.body, "TransactionId=1&Data=%7B%22a%22%3A1%7D+x");
    CAF_CHECK_EQUAL(hook.content_type, "application/x-www-form-urlencoded");
    CAF_CHECK_EQUAL(hook.content_hmac.value(), "c-hmac");
    CAF_CHECK_EQUAL(hook.x_content_hmac.value(), "x-hmac");
}

CAF_TEST(a notification by GET is its raw query) {
    front_end front;
    CAF_CHECK_EQUAL(front.send(get("/webhooks/cloudpayments/check?Amount=10.00&Name=%D0%96+x")).status, 200u);
    CAF_CHECK_EQUAL(front.backend.last_hook.kind, "check");
    CAF_CHECK_EQUAL(front.backend.last_hook.body, "Amount=10.00&Name=%D0%96+x");
    CAF_CHECK(!front.backend.last_hook.content_hmac);
    front.send(get("/webhooks/cloudpayments/check"));
    CAF_CHECK_EQUAL(front.backend.last_hook.body, "");
}

CAF_TEST(every sample in a form may come by GET as well) {
    for (const auto& sample : test::read_samples()) {
        if (sample.json() || sample.body.empty())
            continue;
        CAF_MESSAGE(sample.name);
        front_end front;
        auto r = with(get("/webhooks/cloudpayments/" + sample.kind + "?" + sample.body), "content-type",
                      "application/json"); // of a body that is not there
        if (sample.content_hmac)
            r = with(std::move(r), "content-hmac", *sample.content_hmac);
        if (sample.x_content_hmac)
            r = with(std::move(r), "x-content-hmac", *sample.x_content_hmac);
        CAF_CHECK_EQUAL(front.send(std::move(r)).status, 200u);
        const auto content = webhook_reader{rules_with(sample.secret)}.read(front.backend.last_hook);
        CAF_CHECK_EQUAL(content.has_value(), sample.is_signed);
        if (content && sample.expected.contains("business_key"))
            CAF_CHECK_EQUAL(content->what.business_key, sample.expected.at("business_key"));
        if (content && !sample.refused.empty())
            CAF_CHECK(!content->problem.empty());
    }
}

CAF_TEST(a notification by GET may be in another encoding than UTF - 8) {
    front_end front;
    CAF_CHECK_EQUAL(front.send(get("/webhooks/cloudpayments/pay?TransactionId=1&CardType=%cc%c8%d0")).status,
                    200u);
    auto hook = front.backend.last_hook;
    hook.content_hmac = hmac_sha256_base64(hook.body, "secret");
    auto rules = rules_with("secret");
    rules.windows_1251 = true;
    const auto content = webhook_reader{rules}.read(hook);
    CAF_REQUIRE(content.has_value());
    CAF_CHECK_EQUAL(content->what.card_type, "МИР");
}

CAF_TEST(the service hears where a notification came from) {
    front_end front;
    auto r = notification("pay", "x=1");
    r.remote_address = "10.0.0.1";
    front.send(std::move(r));
    CAF_CHECK_EQUAL(front.backend.last_hook.sender, "10.0.0.1");
    front.backend.refusal = failure{errc::forbidden_address};
    CAF_CHECK_EQUAL(front.send(notification("pay", "x=1")).status, 403u);
}

CAF_TEST(the gateway is told the code of the service) {
    front_end front;
    for (const auto code : {10, 11, 12, 13, 20}) {
        front.backend.webhook_code = code;
        CAF_CHECK_EQUAL(text(front.send(notification("check", "x=1"))),
                        "{\"code\":" + std::to_string(code) + "}");
    }
}

CAF_TEST(a notification that failed is never answered with a code) {
    front_end front;
    for (const auto& [code, status] : std::vector<std::pair<errc, unsigned>>{{errc::invalid_signature, 401},
                                                                             {errc::unavailable, 503},
                                                                             {errc::overloaded, 503},
                                                                             {errc::deadline_exceeded, 503},
                                                                             {errc::malformed_request, 400},
                                                                             {errc::not_found, 404},
                                                                             {errc::internal, 500}}) {
        front.backend.refusal = failure{code};
        const auto r = front.send(notification("pay", "x=1"));
        CAF_CHECK(is_problem(r, code));
        CAF_CHECK_EQUAL(r.status, status);
        CAF_CHECK(!contains(text(r), R"("code":0)"));
    }
}
