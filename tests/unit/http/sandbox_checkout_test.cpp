#define CAF_SUITE sandbox_checkout

#include "tests/support/test.hpp"
#include "tests/unit/http/sandbox_site.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

std::string text(const boost::json::object& in, const char* name) {
    const auto& value = in.at(name).as_string();
    return {value.data(), value.size()};
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST(the page and its files come with a policy that allows nothing inline) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    for (const auto& [path, type] : std::initializer_list<std::pair<const char*, const char*>>{
             {"/checkout", "text/html; charset=utf-8"},
             {"/checkout.js", "text/javascript; charset=utf-8"},
             {"/checkout.css", "text/css; charset=utf-8"},
             {"/bundles/cloudpayments.js", "text/javascript; charset=utf-8"}}) {
        CAF_MESSAGE(path);
        const auto reply = sandbox.ask(get(path));
        CAF_CHECK_EQUAL(reply.status, 200u);
        CAF_CHECK_EQUAL(reply.header("content-type"), type);
        CAF_CHECK(
            reply.header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        CAF_CHECK(!contains(reply.header("content-security-policy"), "unsafe"));
    }
    const auto page = sandbox.ask(get("/checkout")).body;
    CAF_CHECK(contains(page, "4000 0566 5566 5556"));
    CAF_CHECK(contains(page, "name=\"viewport\""));
    CAF_CHECK(!contains(page, "<script>"));
    CAF_CHECK(!contains(page, " style="));
    CAF_CHECK(!contains(page, " onclick="));
}

CAF_TEST(an intent of the widget travels to the notifications) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    sandbox.pay("4000 0000 0000 3055", R"(,"metadata":{"package_id":3},"culture":"ru-RU")");
    CAF_CHECK((service.seen() == std::vector<std::string>{"check", "pay"}));
    for (const auto& body : service.bodies()) {
        CAF_CHECK(contains(body, "&Amount=990.05&Currency=RUB&"));
        CAF_CHECK(contains(body, "&InvoiceId=inv_1&AccountId=42&"));
        CAF_CHECK(contains(body, "&Email=a%40example.com&"));
        CAF_CHECK(contains(body, "&Data=%7b%22package_id%22%3a3%7d"));
    }
}

CAF_TEST(a subscription begins with the recurrent block) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto paid =
        sandbox.pay("4000000000003055", R"(,"recurrent":{"interval":"Month","period":1,"amount":5})");
    CAF_CHECK(text(paid, "subscription_id").starts_with("sc_"));
    CAF_CHECK_EQUAL(service.seen().at(1), "pay");
    CAF_CHECK(contains(service.bodies().at(1), "&SubscriptionId=" + text(paid, "subscription_id") + "&"));
}

CAF_TEST(3-D Secure is confirmed unless it is rejected or asked for) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    CAF_CHECK_EQUAL(text(sandbox.pay("4242424242424242"), "status"), "Completed");
    const auto rejected = sandbox.pay("4242424242424242", R"(,"three_d_secure":"reject")");
    CAF_CHECK_EQUAL(text(rejected, "reason"), "AuthenticationFailed");
    CAF_CHECK(rejected.at("token").is_null());
    const auto waiting = sandbox.pay("4242424242424242", R"(,"three_d_secure":"ask")");
    CAF_CHECK_EQUAL(text(waiting, "status"), "AwaitingAuthentication");
    const auto body = R"({"transaction_id":)" + std::to_string(waiting.at("transaction_id").as_int64()) +
                      R"(,"confirmed":true})";
    const auto confirmed = sandbox.post_json("/pay/authentication", body);
    CAF_CHECK_EQUAL(confirmed.status, 200u);
    CAF_CHECK(contains(confirmed.body, R"("status":"Completed")"));
    CAF_CHECK_EQUAL(sandbox.post_json("/pay/authentication", body).status, 409u);
    CAF_CHECK_EQUAL(sandbox.post_json("/pay/authentication", R"({"transaction_id":1})").status, 404u);
}

CAF_TEST(what the shop says no to is declined with a text for the payer) {
    shop service;
    service.answer_with(R"({"code":20})");
    const sandbox_fixture sandbox{service.url()};
    const auto refused = sandbox.pay("4242424242424242");
    CAF_CHECK_EQUAL(text(refused, "status"), "Declined");
    CAF_CHECK_EQUAL(text(refused, "reason"), "OutOfDate");
    CAF_CHECK(contains(text(refused, "message"), "time"));
    CAF_CHECK(service.seen() == std::vector<std::string>{"check"});
}

CAF_TEST(an intent that cannot be is refused with its fields) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto blamed = [&](std::string_view body) {
        const auto reply = sandbox.post_json("/pay", body);
        CAF_CHECK_EQUAL(reply.status, 422u);
        const auto problem = boost::json::parse(reply.body);
        return text(problem.at("errors").as_array().at(0).as_object(), "field");
    };
    CAF_CHECK_EQUAL(blamed(R"({"card":"4242424242424242","currency":"RUB","publicId":"pk_test"})"), "amount");
    CAF_CHECK_EQUAL(blamed(R"({"amount":1.005,"currency":"RUB","publicId":"pk_test"})"), "amount");
    CAF_CHECK_EQUAL(blamed(R"({"amount":-1,"currency":"RUB","publicId":"pk_test"})"), "amount");
    CAF_CHECK_EQUAL(blamed(R"({"amount":1,"publicId":"pk_test"})"), "currency");
    CAF_CHECK_EQUAL(blamed(R"({"amount":1,"currency":"RUB","publicId":"pk_other"})"), "publicTerminalId");
    CAF_CHECK_EQUAL(blamed(R"({"amount":1,"currency":"RUB","publicId":"pk_test"})"), "card");
    CAF_CHECK_EQUAL(blamed(sandbox_fixture::intent("4242424242424242", R"(,"paymentSchema":"Triple")")),
                    "paymentSchema");
    CAF_CHECK_EQUAL(blamed(sandbox_fixture::intent("4242424242424242", R"(,"three_d_secure":"maybe")")),
                    "three_d_secure");
    CAF_CHECK_EQUAL(
        blamed(sandbox_fixture::intent("4242424242424242", R"(,"recurrent":{"interval":"Year"})")),
        "recurrent.interval");
    CAF_CHECK_EQUAL(sandbox.post_json("/pay", "[]").status, 422u);
    CAF_CHECK_EQUAL(sandbox.ask(post("/pay", "a=b")).status, 415u);
    CAF_CHECK(service.seen().empty());
}

CAF_TEST(time is advanced by what is understood) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    for (const auto* span : {"90s", "5m", "36h", "30d"})
        CAF_CHECK_EQUAL(
            sandbox.post_json("/sandbox/clock", R"({"advance":")" + std::string{span} + "\"}").status, 200u);
    for (const auto* span : {"1", "d", "-1d", "1.5h", "1w", "0s", "4000d", "99999999999999999999d"})
        CAF_CHECK_EQUAL(
            sandbox.post_json("/sandbox/clock", R"({"advance":")" + std::string{span} + "\"}").status, 422u);
    const auto state = sandbox.ask(get("/sandbox"));
    CAF_CHECK_EQUAL(state.body, R"({"now":"2026-12-24T22:06:30Z","notifications":)"
                                R"({"waiting":0,"accepted":0,"repeated":0,"refused":0}})");
}
