#define CAF_SUITE cloudpayments_client

#include "tests/support/gateway_stand_in.hpp"
#include "tests/support/test.hpp"

#include <atomic>

using namespace atelier;
using namespace std::chrono_literals;
using test::cut;
using test::gateway_stand_in;
using test::http_answer;
using test::no_success;
using test::pending;
using test::recording_server;
using test::request;
using test::success;

namespace {

recording_server::answerer always(std::string answer) {
    return [answer = std::move(answer)](const request&) { return answer; };
}

/// One answer after the other; the last one again and again.
recording_server::answerer in_turn(std::vector<std::string> answers) {
    return [answers = std::move(answers), next = std::make_shared<std::atomic<std::size_t>>(0)](
               const request&) { return answers.at(std::min(next->fetch_add(1), answers.size() - 1)); };
}

/// Answers nothing before it is released.
class gate {
public:
    ~gate() { open(); }
    void open() {
        if (!opened_.exchange(true))
            promise_.set_value();
    }
    [[nodiscard]] recording_server::answerer before(std::string answer) {
        return [opened = released_, answer = std::move(answer)](const request&) {
            opened.wait();
            return answer;
        };
    }

private:
    std::promise<void> promise_;
    std::shared_future<void> released_ = promise_.get_future().share();
    std::atomic<bool> opened_ = false;
};

outcome<std::string> refund(gateway_stand_in& gateway, std::string request_id = "refund-1") {
    return gateway.ask<std::string>([&](gateway_client::callback<std::string> then) {
        gateway.client.refund(std::move(request_id), "900000001", 99'000, std::move(then));
    });
}

const std::string refunded = success(R"({"TransactionId":900000002})");

/// How a refund fails when the gateway answers like this.
failure failure_of(std::string answer) {
    gateway_stand_in gateway{always(std::move(answer))};
    const auto result = refund(gateway);
    CAF_REQUIRE(!result.has_value());
    return result.error();
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

CAF_TEST(a call says who we are and is a JSON object) {
    gateway_stand_in gateway{always(refunded)};
    CAF_CHECK_EQUAL(refund(gateway).value(), "900000002");
    const auto sent = gateway.server.requests(1).at(0);
    CAF_CHECK_EQUAL(sent.target, "/payments/refund");
    CAF_CHECK_EQUAL(sent.headers.at("authorization"), "Basic cGtfdGVzdDphcGlfc2VjcmV0XzlmM2M=");
    CAF_CHECK_EQUAL(sent.headers.at("content-type"), "application/json");
    CAF_CHECK_EQUAL(sent.headers.at("x-request-id"), "refund-1");
    CAF_CHECK_EQUAL(sent.body, R"({"TransactionId":900000001,"Amount":990.00})");
}

CAF_TEST(a question has no request id) {
    gateway_stand_in gateway{always(success())};
    CAF_CHECK(gateway.ask<done>([&](auto then) { gateway.client.test(std::move(then)); }).has_value());
    const auto sent = gateway.server.requests(1).at(0);
    CAF_CHECK_EQUAL(sent.target, "/test");
    CAF_CHECK_EQUAL(sent.body, "{}");
    CAF_CHECK(!sent.headers.contains("x-request-id"));
}

CAF_TEST(a refusal with status 200 is a failure with the reason of the gateway) {
    for (const auto& [answer, reason] : std::vector<std::pair<std::string, std::string>>{
             {no_success(R"("The amount is more than is left")"), "The amount is more than is left"},
             {no_success("null"), "it gives no reason"},
             {no_success("null", R"({"ReasonCode":5051,"Reason":"InsufficientFunds"})"),
              "InsufficientFunds (code 5051)"},
             {no_success("null", R"({"CardHolderMessage":"Not enough","Reason":"X","ReasonCode":0})"),
              "Not enough"},
             {http_answer("200 OK", R"({"Success":false,"ErrorCode":"Limit","Message":"No\nway"})"),
              "No way (code Limit)"}}) {
        const auto why = failure_of(answer);
        CAF_CHECK(why.code == errc::gateway_refused);
        CAF_CHECK_EQUAL(why.detail, "the gateway, asked for payments/refund: " + reason);
    }
}

CAF_TEST(what the gateway does not know is not found) {
    for (const auto* message : {R"("Not found")", R"("Transaction not found")", R"("NOT FOUND.")"})
        CAF_CHECK(failure_of(no_success(message)).code == errc::not_found);
    CAF_CHECK(failure_of(no_success(R"("Not found yet")")).code == errc::gateway_refused);
}

CAF_TEST(keys that are not accepted are named and not tried again) {
    for (const auto* status : {"401 Unauthorized", "403 Forbidden"}) {
        gateway_stand_in gateway{always(http_answer(status, "", "text/html"))};
        const auto result = refund(gateway);
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::gateway_unavailable);
        CAF_CHECK(contains(result.error().detail, "payments.api_secret"));
        CAF_CHECK_EQUAL(gateway.server.requests(1).size(), 1u);
    }
}

CAF_TEST(a reply that cannot be used is an error and not asked for again) {
    const std::string body = R"({"Success":true,"Model":{"TransactionId":1}})";
    for (const auto& answer :
         {http_answer("200 OK", "<html>", "text/html"), http_answer("200 OK", body, "text/plain"),
          http_answer("200 OK", body, "application/jsonp"), http_answer("200 OK", "not JSON"),
          http_answer("200 OK", body + "x"), http_answer("200 OK", "[]"), http_answer("200 OK", "{}"),
          http_answer("200 OK", R"({"Success":1})"), success("{}"), success("[]"), success("null"),
          success(R"({"TransactionId":""})"), success(R"({"TransactionId":"a\u0000b"})"),
          http_answer("400 Bad Request", body), http_answer("404 Not Found", body),
          http_answer("302 Found\r\nLocation: /elsewhere", body),
          http_answer("200 OK", std::string(5UL * 1024 * 1024, ' ') + body)}) {
        gateway_stand_in gateway{always(answer)};
        const auto result = refund(gateway);
        CAF_MESSAGE(answer.substr(0, 120));
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::gateway_unavailable);
        CAF_CHECK_EQUAL(gateway.server.requests(1).size(), 1u);
    }
}

CAF_TEST(the content type is read as HTTP has it) {
    gateway_stand_in gateway{always(
        http_answer("200 OK", R"({"Success":true,"Model":{"TransactionId":1}})", "Application/JSON ;x=y"))};
    CAF_CHECK(refund(gateway).has_value());
}

CAF_TEST(what may pass is tried again as the same change) {
    const auto half = http_answer("200 OK", std::string(100, ' ')).substr(0, 100) + std::string{cut};
    for (const auto& trouble :
         {http_answer("429 Too Many Requests", ""), http_answer("500 Internal Server Error", "oops"),
          http_answer("503 Service Unavailable", "", "text/html"), std::string{}, half}) {
        gateway_stand_in gateway{in_turn({trouble, trouble, refunded})};
        CAF_CHECK_EQUAL(refund(gateway, "same").value(), "900000002");
        const auto sent = gateway.server.requests(3);
        CAF_REQUIRE_EQUAL(sent.size(), 3u);
        for (const auto& each : sent) {
            CAF_CHECK_EQUAL(each.headers.at("x-request-id"), "same");
            CAF_CHECK_EQUAL(each.body, sent.front().body);
        }
    }
}

CAF_TEST(the attempts are limited) {
    for (const auto& [answer, reason] : std::vector<std::pair<std::string, std::string>>{
             {http_answer("429 Too Many Requests", ""), "HTTP status 429"},
             {http_answer("502 Bad Gateway", ""), "HTTP status 502"},
             {"", "nothing"}}) {
        gateway_stand_in gateway{always(answer)};
        const auto result = refund(gateway);
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::unavailable);
        CAF_CHECK(contains(result.error().detail, reason));
        CAF_CHECK_EQUAL(gateway.server.requests(3).size(), 3u);
    }
}

CAF_TEST(nobody there is unavailable) {
    std::string url;
    {
        const recording_server gone{always("")};
        url = gone.url();
    }
    metrics meters;
    cloudpayments_client client{test::client_settings(url), meters};
    pending<done> answer;
    client.test(answer.callback());
    CAF_CHECK(answer.get().error().code == errc::unavailable);
}

CAF_TEST(a server that does not answer is given up at the deadline) {
    gate release;
    auto settings = test::client_settings("");
    settings.connections = 1;
    settings.timeout = 300ms;
    gateway_stand_in gateway{release.before(refunded), settings};
    pending<done> first;
    pending<done> second; // whose turn comes too late
    gateway.client.test(first.callback());
    gateway.client.test(second.callback());
    CAF_CHECK(first.get().error().code == errc::unavailable);
    CAF_CHECK(second.get().error().code == errc::unavailable);
    release.open();
}

CAF_TEST(a full queue refuses at once) {
    gate release;
    auto settings = test::client_settings("");
    settings.connections = 1;
    settings.queue_limit = 1;
    gateway_stand_in gateway{release.before(success()), settings};
    pending<done> under_way;
    pending<done> waiting;
    pending<done> refused;
    gateway.client.test(under_way.callback());
    CAF_CHECK_EQUAL(gateway.server.requests(1).size(), 1u);
    gateway.client.test(waiting.callback());
    gateway.client.test(refused.callback());
    CAF_REQUIRE(refused.is_ready());
    CAF_CHECK(refused.get().error().code == errc::overloaded);
    release.open();
    CAF_CHECK(under_way.get().has_value());
    CAF_CHECK(waiting.get().has_value());
}

CAF_TEST(a stop answers everybody) {
    gate release;
    auto settings = test::client_settings("");
    settings.connections = 1;
    gateway_stand_in gateway{release.before(success()), settings};
    pending<done> under_way;
    pending<done> waiting;
    pending<done> late;
    gateway.client.test(under_way.callback());
    CAF_CHECK_EQUAL(gateway.server.requests(1).size(), 1u);
    gateway.client.test(waiting.callback());
    gateway.client.stop();
    CAF_REQUIRE(under_way.is_ready() && waiting.is_ready());
    CAF_CHECK(under_way.get().error().code == errc::unavailable);
    CAF_CHECK(waiting.get().error().code == errc::unavailable);
    gateway.client.test(late.callback());
    CAF_REQUIRE(late.is_ready());
    CAF_CHECK(late.get().error().code == errc::unavailable);
    release.open();
}

CAF_TEST(a stop ends the pauses between attempts) {
    auto settings = test::client_settings("");
    settings.first_pause = 1h;
    settings.longest_pause = 1h;
    settings.timeout = 24h;
    gateway_stand_in gateway{always(http_answer("500 Oops", "")), settings};
    pending<done> pausing;
    gateway.client.test(pausing.callback());
    CAF_CHECK_EQUAL(gateway.server.requests(1).size(), 1u);
    gateway.client.stop();
    CAF_CHECK(pausing.get().error().code == errc::unavailable);
}

CAF_TEST(there are never more calls at once than connections) {
    std::atomic<int> present = 0;
    std::atomic<int> most = 0;
    gateway_stand_in gateway{[&](const request&) {
        const int now = ++present;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::sleep_for(2ms);
        --present;
        return success();
    }};
    std::vector<pending<done>> calls(20);
    for (const auto& call : calls)
        gateway.client.test(call.callback());
    for (auto& call : calls)
        CAF_CHECK(call.get().has_value());
    CAF_CHECK_LESS_OR_EQUAL(most.load(), 2);
}

CAF_TEST(secrets never get into a failure) {
    gateway_stand_in gateway{
        always(no_success("\"no " + test::api_secret + " and no tk_of_ann, " + test::api_secret + "\""))};
    gateway_charge order;
    order.token = "tk_of_ann";
    order.account_id = "42";
    order.amount_cents = 1;
    order.currency = "RUB";
    const auto result = gateway.ask<gateway_transaction>(
        [&](auto then) { gateway.client.charge("c-1", order, std::move(then)); });
    CAF_REQUIRE(!result.has_value());
    CAF_CHECK_EQUAL(result.error().detail,
                    "the gateway, asked for payments/tokens/charge: no (hidden) and no (hidden), (hidden)");
}

CAF_TEST(a long message is cut after its secrets were hidden) {
    const std::string padding(195, 'x');
    gateway_stand_in gateway{always(no_success('"' + padding + test::api_secret + '"'))};
    const auto result = gateway.ask<gateway_transaction>(
        [&](auto then) { gateway.client.get_transaction("1", std::move(then)); });
    CAF_CHECK_EQUAL(result.error().detail, "the gateway, asked for payments/get: " + padding + "(hidd");
}

CAF_TEST(plain HTTP goes to this machine only) {
    metrics meters;
    for (const auto* url : {"http://192.0.2.1", "http://api.example.com", "http://127.0.0.1@192.0.2.1"}) {
        cloudpayments_client client{test::client_settings(url), meters};
        pending<done> answer;
        client.test(answer.callback());
        const auto result = answer.get();
        CAF_CHECK(result.error().code == errc::unavailable);
        CAF_CHECK(contains(result.error().detail, "protocol"));
    }
}

CAF_TEST(calls are counted by method and result) {
    gateway_stand_in gateway{in_turn({http_answer("500 Oops", ""), refunded, no_success("null")})};
    CAF_CHECK(refund(gateway).has_value());
    CAF_CHECK(!refund(gateway).has_value());
    const auto text = gateway.meters.expose();
    for (const auto* result : {"ok", "gateway_refused"})
        CAF_CHECK(contains(text, R"(atelier_gateway_calls_total{method="payments/refund",result=")" +
                                     std::string{result} + "\"} 1"));
}
