#define CAF_SUITE sandbox

#include "actors/domain/signature.hpp"
#include "actors/gateways/sandbox.hpp"
#include "tests/support/recording_server.hpp"
#include "tests/support/test.hpp"

#include <future>
#include <set>

using namespace atelier;
using namespace std::chrono_literals;
using test::patience;
using test::recording_server;
using test::request;

namespace {

constexpr std::string_view secret = "cp_test_secret_0001";

std::string http_answer(std::string_view status, std::string_view body) {
    return "HTTP/1.1 " + std::string{status} +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string{body};
}
const std::string accept = http_answer("200 OK", R"({"code":0})");

class fixed_clock final : public clock {
public:
    [[nodiscard]] instant now() const override {
        return std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 9h + 15min + 30s;
    }
};
const fixed_clock noon;
const system_clock real_clock;

sandbox_settings settings_for(const std::string& url) {
    sandbox_settings settings;
    settings.base_url = url;
    settings.secret = secret;
    settings.minute = 0ms;
    return settings;
}

/// Answers nothing before `release` is fulfilled.
recording_server::answerer accept_after(std::promise<void>& release) {
    return [released = release.get_future().share()](const request&) {
        released.wait();
        return accept;
    };
}

sandbox_order order_of(std::string invoice) {
    sandbox_order order;
    order.invoice_id = std::move(invoice);
    order.amount_cents = 99'005;
    order.currency = "RUB";
    order.account_id = "42";
    order.email = "payer@example.com";
    order.description = "Пакет (50) & more";
    return order;
}

using ending = std::future<outcome<sandbox_result>>;

ending start(sandbox& gateway, std::string_view card, std::string invoice = "inv_7") {
    auto promise = std::make_shared<std::promise<outcome<sandbox_result>>>();
    auto result = promise->get_future();
    const auto accepted =
        gateway.pay(order_of(std::move(invoice)), card,
                    [promise](outcome<sandbox_result> ended) { promise->set_value(std::move(ended)); });
    CAF_REQUIRE(accepted.has_value());
    return result;
}

outcome<sandbox_result> wait(ending& result) {
    CAF_REQUIRE(result.wait_for(patience) == std::future_status::ready);
    return result.get();
}

sandbox_result pay(sandbox& gateway, std::string_view card) {
    auto result = start(gateway, card);
    return wait(result).value();
}

/// The bytes of a form parameter as they were sent.
std::string raw(const request& sent, const std::string& name) {
    const auto text = "&" + sent.body + "&";
    const auto start = text.find("&" + name + "=");
    CAF_REQUIRE(start != std::string::npos);
    const auto value = start + name.size() + 2;
    return text.substr(value, text.find('&', value) - value);
}

std::vector<std::string> names_of(const request& sent) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < sent.body.size();
         at = std::min(sent.body.find('&', at), sent.body.size() - 1) + 1)
        names.push_back(sent.body.substr(at, sent.body.find('=', at) - at));
    return names;
}

} // namespace

CAF_TEST(a good card is asked for with check and told by pay) {
    recording_server service{[](const request&) { return accept; }};
    sandbox gateway{settings_for(service.url()), noon};
    const auto result = pay(gateway, "4111 1111 1111 1111");
    CAF_CHECK_EQUAL(result.status, "Completed");
    CAF_CHECK_EQUAL(result.reason, "Approved");
    CAF_CHECK_EQUAL(result.reason_code, 0);

    const auto sent = service.requests(2);
    CAF_REQUIRE(sent.size() == 2);
    CAF_CHECK_EQUAL(sent[0].target, "/webhooks/cloudpayments/check");
    CAF_CHECK_EQUAL(sent[1].target, "/webhooks/cloudpayments/pay");
    for (const auto& notification : sent) {
        CAF_CHECK_EQUAL(notification.headers.at("content-type"), "application/x-www-form-urlencoded");
        CAF_CHECK_EQUAL(raw(notification, "TransactionId"), result.transaction_id);
        CAF_CHECK_EQUAL(raw(notification, "Amount"), "990.05");
        CAF_CHECK_EQUAL(raw(notification, "PaymentAmount"), "990.05");
        CAF_CHECK_EQUAL(raw(notification, "TestMode"), "1");
        CAF_CHECK_EQUAL(raw(notification, "Status"), "Completed");
        CAF_CHECK_EQUAL(raw(notification, "CardType"), "Visa");
        CAF_CHECK(notification.body.find("11111111") == std::string::npos); // never the whole card number
    }
}

CAF_TEST(notifications are written byte for byte in the habit of the real gateway) {
    recording_server service{[](const request&) { return accept; }};
    sandbox gateway{settings_for(service.url()), noon};
    const auto id = pay(gateway, "4242424242424242").transaction_id;
    const auto sent = service.requests(2);
    const auto card_id = raw(sent[0], "CardId");
    CAF_CHECK_EQUAL(
        sent[0].body,
        "TransactionId=" + id +
            "&Amount=990.05&Currency=RUB&PaymentAmount=990.05&PaymentCurrency=RUB&OperationType=Payment"
            "&InvoiceId=inv_7&AccountId=42&SubscriptionId=&Name=&Email=payer%40example.com"
            "&DateTime=2026-03-01+09%3a15%3a30&IpAddress=127.0.0.1&IpCountry=&IpCity=&IpRegion=&IpDistrict="
            "&IpLatitude=&IpLongitude=&CardId=" +
            card_id +
            "&CardFirstSix=424242&CardLastFour=4242&CardType=Visa&CardExpDate=12%2f39&Issuer="
            "&IssuerBankCountry=&Description=%d0%9f%d0%b0%d0%ba%d0%b5%d1%82+(50)+%26+more&TestMode=1"
            "&Status=Completed&Data=");
    const std::vector<std::string> only_in_pay{"AuthCode",    "Token",           "GatewayName",
                                               "TotalFee",    "CardProduct",     "PaymentMethod",
                                               "Rrn",         "InstallmentTerm", "InstallmentMonthlyPayment",
                                               "CustomFields"};
    auto names = names_of(sent[1]);
    std::erase_if(names, [&](const auto& name) { return std::ranges::count(only_in_pay, name) > 0; });
    CAF_CHECK(names == names_of(sent[0]));
    CAF_CHECK_EQUAL(names_of(sent[1]).size(), names.size() + only_in_pay.size());
    CAF_CHECK_EQUAL(raw(sent[1], "CardId"), card_id);
    CAF_CHECK_EQUAL(raw(sent[1], "Token").substr(0, 3), "tk_");
    CAF_CHECK_EQUAL(raw(sent[1], "Token").size(), 32u);
    CAF_CHECK_EQUAL(raw(sent[1], "Rrn").size(), 12u);
    CAF_CHECK_EQUAL(raw(sent[1], "AuthCode").size(), 6u);
}

CAF_TEST(both signatures of every notification hold) {
    recording_server service{[](const request&) { return accept; }};
    sandbox gateway{settings_for(service.url()), noon};
    pay(gateway, "4242424242424242");
    pay(gateway, "4000056655665556");
    for (const auto& sent : service.requests(4)) {
        CAF_MESSAGE(sent.target);
        const auto& content = sent.headers.at("content-hmac");
        const auto& x_content = sent.headers.at("x-content-hmac");
        CAF_CHECK_NOT_EQUAL(content, x_content);
        CAF_CHECK(verify_signature(content, std::nullopt, sent.body, parameter_encoding::form, secret));
        CAF_CHECK(verify_signature(std::nullopt, x_content, sent.body, parameter_encoding::form, secret));
    }
}

CAF_TEST(a card without money is told by fail) {
    recording_server service{[](const request&) { return accept; }};
    sandbox gateway{settings_for(service.url()), noon};
    const auto result = pay(gateway, "4000 0566 5566 5556");
    CAF_CHECK_EQUAL(result.status, "Declined");
    CAF_CHECK_EQUAL(result.reason, "InsufficientFunds");
    CAF_CHECK_EQUAL(result.reason_code, 5051);
    const auto sent = service.requests(2);
    CAF_CHECK_EQUAL(sent[0].kind(), "check");
    CAF_CHECK_EQUAL(sent[1].kind(), "fail");
    CAF_CHECK_EQUAL(raw(sent[1], "TransactionId"), result.transaction_id);
    CAF_CHECK_EQUAL(raw(sent[1], "Status"), "Declined");
    CAF_CHECK_EQUAL(raw(sent[1], "StatusCode"), "5");
    CAF_CHECK_EQUAL(raw(sent[1], "Reason"), "InsufficientFunds");
    CAF_CHECK_EQUAL(raw(sent[1], "ReasonCode"), "5051");
}

CAF_TEST(what is no card number is refused at once) {
    recording_server service{[](const request&) { return accept; }};
    sandbox gateway{settings_for(service.url()), noon};
    for (const std::string_view number :
         {"", "42424242424", "42424242424242424242", "4242-4242-4242-4242", "4242 4242 4242 424x"}) {
        const auto refused = gateway.pay(order_of("inv_7"), number, [](auto) { CAF_FAIL("was started"); });
        CAF_REQUIRE(!refused.has_value());
        CAF_CHECK(refused.error().code == errc::validation_failed);
        CAF_CHECK_EQUAL(refused.error().fields.at(0).field, "card");
        CAF_CHECK(number.empty() || refused.error().detail.find(number) == std::string::npos);
    }
}

CAF_TEST(a refused check declines the payment and nothing follows) {
    struct row {
        std::string answer;
        std::string_view reason;
        std::int32_t reason_code;
    };
    for (const auto& expected : {
             row{http_answer("200 OK", R"({"code":10})"), "InvalidInvoiceId", 3001},
             row{http_answer("200 OK", R"({"code":11})"), "InvalidAccountId", 3002},
             row{http_answer("200 OK", R"({"code":12})"), "InvalidAmount", 3003},
             row{http_answer("200 OK", R"({"code":13})"), "NotAccepted", 3008},
             row{http_answer("200 OK", R"({"code":20})"), "OutOfDate", 3004},
             row{http_answer("200 OK", R"({"code":7})"), "FormatError", 3005},
             row{http_answer("200 OK", R"({"code":"0"})"), "FormatError", 3005},
             row{http_answer("200 OK", R"([{"code":0}])"), "FormatError", 3005},
             row{http_answer("200 OK", "OK"), "FormatError", 3005},
             row{http_answer("200 OK", ""), "FormatError", 3005},
             row{http_answer("503 Service Unavailable", R"({"code":0})"), "Unavailable", 3006},
             row{http_answer("404 Not Found", R"({"code":0})"), "UnableToConnect", 3007},
             row{http_answer("302 Found", R"({"code":0})"), "UnableToConnect", 3007},
             row{"", "UnableToConnect", 3007},
         }) {
        CAF_MESSAGE(expected.reason << " for " << expected.answer);
        recording_server service{[&expected](const request&) { return expected.answer; }};
        sandbox gateway{settings_for(service.url()), noon};
        const auto result = pay(gateway, "4242424242424242");
        CAF_CHECK_EQUAL(result.status, "Declined");
        CAF_CHECK_EQUAL(result.reason, expected.reason);
        CAF_CHECK_EQUAL(result.reason_code, expected.reason_code);
        gateway.stop();
        for (const auto& sent : service.requests(1))
            CAF_CHECK_EQUAL(sent.kind(), "check");
    }
}

CAF_TEST(a service that cannot be reached declines the payment) {
    sandbox gateway{settings_for("http://127.0.0.1:1"), noon};
    CAF_CHECK_EQUAL(pay(gateway, "4242424242424242").reason, "UnableToConnect");
}

CAF_TEST(a check that is not answered in time declines the payment) {
    std::promise<void> release;
    recording_server service{accept_after(release)};
    auto settings = settings_for(service.url());
    settings.timeout = 50ms;
    sandbox gateway{settings, noon};
    CAF_CHECK_EQUAL(pay(gateway, "4242424242424242").reason, "UnableToConnect");
    release.set_value();
}

CAF_TEST(pay is repeated unchanged until it is accepted) {
    std::atomic<int> pays = 0;
    recording_server service{[&](const request& sent) {
        if (sent.kind() == "check")
            return accept;
        switch (++pays) {
        case 1:
            return http_answer("200 OK", R"({"code":13})");
        case 2:
            return http_answer("500 Internal Server Error", R"({"code":0})");
        case 3:
            return http_answer("200 OK", "not JSON");
        case 4:
            return std::string{};
        default:
            return accept;
        }
    }};
    sandbox gateway{settings_for(service.url()), noon};
    CAF_CHECK_EQUAL(pay(gateway, "4242424242424242").status, "Completed");
    const auto sent = service.requests(6);
    gateway.stop();
    CAF_CHECK_EQUAL(service.requests(6).size(), 6u);
    for (std::size_t i = 2; i < 6; ++i) {
        CAF_CHECK_EQUAL(sent[i].kind(), "pay");
        CAF_CHECK_EQUAL(sent[i].body, sent[1].body);
        CAF_CHECK_EQUAL(sent[i].headers.at("content-hmac"), sent[1].headers.at("content-hmac"));
    }
}

CAF_TEST(a notification that is never accepted is given up and frees its place) {
    recording_server service{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("503 Service Unavailable", "");
    }};
    auto settings = settings_for(service.url());
    settings.tries = 7;
    settings.capacity = 1;
    sandbox gateway{settings, noon};
    pay(gateway, "4000056655665556");
    CAF_CHECK_EQUAL(service.requests(8).size(), 8u); // one Check, seven Fails
    // The place is free a moment after the last answer; until then the payment is refused.
    status again = errc::overloaded;
    for (; !again; std::this_thread::yield())
        again = gateway.pay(order_of("inv_8"), "4242424242424242", [](auto) {});
    const auto sent = service.requests(9);
    CAF_CHECK_EQUAL(std::ranges::count(sent, "fail", &request::kind), 7);
    CAF_CHECK_EQUAL(raw(sent[8], "InvoiceId"), "inv_8");
}

CAF_TEST(a finished payment frees its place) {
    recording_server service{[](const request&) { return accept; }};
    auto settings = settings_for(service.url());
    settings.capacity = 1;
    sandbox gateway{settings, noon};
    for (const std::string_view card : {"4242424242424242", "4000056655665556", "4242424242424242"})
        pay(gateway, card);
}

CAF_TEST(repeats wait for the minutes of the schedule) {
    recording_server service{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("200 OK", R"({"code":1})");
    }};
    auto settings = settings_for(service.url());
    settings.minute = 10ms;
    settings.tries = 7;
    sandbox gateway{settings, noon};
    const auto started = std::chrono::steady_clock::now();
    pay(gateway, "4242424242424242");
    CAF_CHECK_EQUAL(service.requests(8).size(), 8u);
    // 1 + 2 + 5 + 10 + 30 + 30 minutes lie between seven tries; a slow machine only adds to that.
    CAF_CHECK(std::chrono::steady_clock::now() - started >= 780ms);
}

CAF_TEST(a payment more than can be kept is refused) {
    std::promise<void> release;
    recording_server service{accept_after(release)};
    auto settings = settings_for(service.url());
    settings.capacity = 3;
    settings.workers = 1;
    sandbox gateway{settings, noon};
    std::vector<ending> accepted;
    accepted.reserve(3);
    for (int i = 0; i < 3; ++i)
        accepted.push_back(start(gateway, "4242424242424242"));
    const auto refused =
        gateway.pay(order_of("inv_8"), "4242424242424242", [](auto) { CAF_FAIL("was started"); });
    CAF_REQUIRE(!refused.has_value());
    CAF_CHECK(refused.error().code == errc::overloaded);
    release.set_value();
    for (auto& payment : accepted)
        CAF_CHECK(wait(payment).has_value());
}

CAF_TEST(stopping answers every payer once and ends what waits) {
    std::promise<void> release;
    recording_server service{accept_after(release)};
    sandbox gateway{settings_for(service.url()), noon}; // its requests time out after 30 seconds
    std::vector<ending> payments;
    payments.reserve(5);
    for (int i = 0; i < 5; ++i)
        payments.push_back(start(gateway, "4242424242424242"));
    CAF_CHECK_EQUAL(service.requests(2).size(), 2u); // both workers wait for an answer
    gateway.stop();
    for (auto& payment : payments) {
        const auto result = wait(payment);
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::unavailable);
    }
    const auto late =
        gateway.pay(order_of("inv_8"), "4242424242424242", [](auto) { CAF_FAIL("was started"); });
    CAF_REQUIRE(!late.has_value());
    CAF_CHECK(late.error().code == errc::unavailable);
    gateway.stop(); // once more does nothing
    release.set_value();
}

CAF_TEST(stopping drops repeats that are far away) {
    recording_server service{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("200 OK", R"({"code":1})");
    }};
    auto settings = settings_for(service.url());
    settings.minute = 1h;
    sandbox gateway{settings, noon};
    pay(gateway, "4242424242424242");
    gateway.stop();
    CAF_CHECK_EQUAL(service.requests(2).size(), 2u);
}

CAF_TEST(transaction ids have ten digits beyond 32 bits and never repeat) {
    recording_server service{[](const request&) { return accept; }};
    std::set<std::string> ids;
    std::vector<ending> payments;
    const auto run = [&](const atelier::clock& time) {
        sandbox gateway{settings_for(service.url()), time};
        for (int i = 0; i < 20; ++i)
            payments.push_back(start(gateway, "4242424242424242"));
        for (auto& payment : payments) {
            const auto id = wait(payment)->transaction_id;
            CAF_CHECK_EQUAL(id.size(), 10u);
            CAF_CHECK(std::stoll(id) >= 2'147'483'648);
            CAF_CHECK(ids.insert(id).second);
        }
        payments.clear();
    };
    run(noon);
    run(real_clock);
}
