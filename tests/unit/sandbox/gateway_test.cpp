#define CAF_SUITE sandbox_gateway

#include "actors/domain/signature.hpp"
#include "actors/gateways/sandbox/gateway.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/recording_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <future>

using namespace atelier;
using namespace atelier::sandbox;
using namespace std::chrono_literals;
using atelier::test::fading_card;
using atelier::test::manual_clock;
using atelier::test::monthly;
using atelier::test::order_of;
using atelier::test::patience;
using atelier::test::plain_card;
using atelier::test::poor_card;
using atelier::test::recording_server;
using atelier::test::request;
using atelier::test::temporary_directory;

namespace {

constexpr std::string_view secret = "cp_test_secret_0001";

std::string http_answer(std::string_view status, std::string_view body) {
    return "HTTP/1.1 " + std::string{status} +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string{body};
}
const std::string accept = http_answer("200 OK", R"({"code":0})");

std::string accept_all(const request& /*sent*/) {
    return accept;
}

/// Answers nothing before `release` is fulfilled.
recording_server::answerer accept_after(std::promise<void>& release) {
    return [released = release.get_future().share()](const request&) {
        released.wait();
        return accept;
    };
}

gateway_options options_for_tests() {
    gateway_options options;
    options.secret = secret;
    options.minute = 0ms;
    return options;
}

/// A gateway with its shop.
struct house {
    manual_clock time;
    atelier::test::seeded_random random;
    std::unique_ptr<sandbox::gateway> gateway;

    explicit house(const std::string& url, gateway_options options = options_for_tests()) {
        auto opened = sandbox::gateway::open(std::move(options), time, random);
        CAF_REQUIRE(opened.has_value());
        gateway = std::move(*opened);
        gateway->start(url);
    }
    sandbox::gateway* operator->() { return gateway.get(); }
};

using ending = std::future<outcome<transaction>>;

ending start(house& at, std::string_view card, order what = order_of("inv_7"),
             authentication holder = authentication::confirm) {
    auto promise = std::make_shared<std::promise<outcome<transaction>>>();
    auto result = promise->get_future();
    const auto accepted = at->pay(std::move(what), card, holder, [promise](outcome<transaction> ended) {
        promise->set_value(std::move(ended));
    });
    CAF_REQUIRE(accepted.has_value());
    return result;
}

template <class T>
T wait(std::future<T>& result) {
    CAF_REQUIRE(result.wait_for(patience) == std::future_status::ready);
    return result.get();
}

transaction pay(house& at, std::string_view card, order what = order_of("inv_7"),
                authentication holder = authentication::confirm) {
    auto result = start(at, card, std::move(what), holder);
    return wait(result).value();
}

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(1ms);
    return condition();
}

std::vector<std::string> kinds_of(const std::vector<request>& sent) {
    std::vector<std::string> kinds;
    for (const auto& each : sent)
        kinds.push_back(each.kind());
    return kinds;
}

bool well_signed(const request& sent) {
    return verify_signature(sent.headers.at("content-hmac"), sent.headers.at("x-content-hmac"), sent.body,
                            parameter_encoding::form, secret);
}

using kinds = std::vector<std::string>;

} // namespace

CAF_TEST(a good card is asked for with check and told by pay) {
    recording_server shop{accept_all};
    house sandbox{shop.url() + "/hooks"};
    const auto result = pay(sandbox, "4111 1111 1111 1111");
    CAF_CHECK(result.status == transaction_status::completed);
    const auto sent = shop.requests(2);
    CAF_REQUIRE(sent.size() == 2);
    CAF_CHECK_EQUAL(sent[0].target, "/hooks/check");
    CAF_CHECK_EQUAL(sent[1].target, "/hooks/pay");
    for (const auto& each : sent) {
        CAF_CHECK_EQUAL(each.headers.at("content-type"), "application/x-www-form-urlencoded");
        CAF_CHECK(each.body.starts_with("TransactionId=" + std::to_string(result.id) + "&Amount=990.05&"));
        CAF_CHECK(each.body.find("11111111") == std::string::npos); // never the whole card number
        CAF_CHECK(well_signed(each));
    }
}

CAF_TEST(a holder rejects or is waited for at 3-D Secure) {
    recording_server shop{accept_all};
    house sandbox{shop.url()};
    const auto rejected = pay(sandbox, "4242424242424242", order_of("inv_7"), authentication::reject);
    CAF_CHECK(rejected.why == reason::authentication_failed);
    CAF_CHECK((kinds_of(shop.requests(2)) == kinds{"check", "fail"}));
    const auto waiting = pay(sandbox, "4242424242424242", order_of("inv_7"), authentication::ask);
    CAF_CHECK(waiting.status == transaction_status::awaiting_authentication);
    std::promise<outcome<transaction>> promise;
    auto result = promise.get_future();
    sandbox->authenticate(waiting.id, true,
                          [&](outcome<transaction> ended) { promise.set_value(std::move(ended)); });
    CAF_CHECK(wait(result)->status == transaction_status::completed);
    CAF_CHECK((kinds_of(shop.requests(4)) == kinds{"check", "fail", "check", "pay"}));
}

CAF_TEST(what is no card number is refused at once) {
    recording_server shop{accept_all};
    house sandbox{shop.url()};
    for (const std::string_view number : {"", "42424242424", "4242-4242-4242-4242"}) {
        const auto refused = sandbox->pay(order_of("inv_7"), number, authentication::confirm,
                                          [](auto) { CAF_FAIL("was started"); });
        CAF_REQUIRE(!refused.has_value());
        CAF_CHECK(refused.error().code == errc::validation_failed);
        CAF_CHECK_EQUAL(refused.error().fields.at(0).field, "card");
    }
}

CAF_TEST(a refused check declines the payment and nothing follows) {
    struct row {
        std::string answer;
        std::string_view why;
        std::int32_t code;
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
        CAF_MESSAGE(expected.why << " for " << expected.answer);
        recording_server shop{[&expected](const request&) { return expected.answer; }};
        house sandbox{shop.url()};
        const auto result = pay(sandbox, plain_card);
        CAF_CHECK(result.status == transaction_status::declined);
        CAF_CHECK_EQUAL(to_string(result.why), expected.why);
        CAF_CHECK_EQUAL(code(result.why), expected.code);
        sandbox->stop();
        for (const auto& sent : shop.requests(1))
            CAF_CHECK_EQUAL(sent.kind(), "check");
    }
}

CAF_TEST(a shop that cannot be reached or does not answer in time declines the payment) {
    house nobody{"http://127.0.0.1:1"};
    CAF_CHECK(pay(nobody, plain_card).why == reason::unable_to_connect);
    std::promise<void> release;
    recording_server shop{accept_after(release)};
    auto options = options_for_tests();
    options.shop_timeout = 50ms;
    house slow{shop.url(), options};
    CAF_CHECK(pay(slow, plain_card).why == reason::unable_to_connect);
    release.set_value();
}

CAF_TEST(pay is repeated unchanged until it is accepted) {
    std::atomic<int> pays = 0;
    recording_server shop{[&](const request& sent) {
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
    house sandbox{shop.url()};
    CAF_CHECK(pay(sandbox, plain_card).paid());
    const auto sent = shop.requests(6);
    CAF_CHECK(eventually([&] { return sandbox->state().accepted == 1; }));
    CAF_CHECK_EQUAL(sandbox->state().waiting, 0u);
    for (std::size_t i = 2; i < 6; ++i) {
        CAF_CHECK_EQUAL(sent[i].kind(), "pay");
        CAF_CHECK_EQUAL(sent[i].body, sent[1].body);
        CAF_CHECK_EQUAL(sent[i].headers.at("content-hmac"), sent[1].headers.at("content-hmac"));
    }
}

CAF_TEST(repeats come when the schedule says and not before) {
    recording_server shop{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("200 OK", R"({"code":1})");
    }};
    auto options = options_for_tests();
    options.minute = 60s;
    house sandbox{shop.url(), options};
    pay(sandbox, plain_card);
    std::size_t tries = 1;
    for (const auto minutes : {1, 2, 5, 10, 30, 30}) {
        CAF_CHECK(eventually([&] { return sandbox->state().repeated == tries; }));
        CAF_CHECK_EQUAL(shop.requests(1 + tries).size(), 1 + tries);
        sandbox->advance(std::chrono::minutes{minutes} - 1us);
        CAF_CHECK_EQUAL(shop.requests(1 + tries).size(), 1 + tries);
        sandbox->advance(1us);
        CAF_CHECK_EQUAL(shop.requests(1 + ++tries).size(), 1 + tries);
    }
}

CAF_TEST(a notification that is never accepted is given up) {
    recording_server shop{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("503 Service Unavailable", "");
    }};
    auto options = options_for_tests();
    options.notifications.tries = 7;
    house sandbox{shop.url(), options};
    pay(sandbox, poor_card);
    CAF_CHECK(eventually([&] { return sandbox->state().refused == 1; }));
    const auto sent = shop.requests(8);
    CAF_CHECK_EQUAL(sent.size(), 8u);
    CAF_CHECK_EQUAL(std::ranges::count(sent, "fail", &request::kind), 7);
    CAF_CHECK_EQUAL(sandbox->state().waiting, 0u);
}

CAF_TEST(more than can wait is refused) {
    recording_server shop{[](const request& sent) {
        return sent.kind() == "check" ? accept : http_answer("200 OK", R"({"code":1})");
    }};
    auto options = options_for_tests();
    options.minute = 60s;
    options.notifications.capacity = 1;
    house sandbox{shop.url(), options};
    pay(sandbox, plain_card);
    const auto refused = sandbox->pay(order_of("inv_8"), plain_card, authentication::confirm,
                                      [](auto) { CAF_FAIL("was started"); });
    CAF_REQUIRE(!refused.has_value());
    CAF_CHECK(refused.error().code == errc::overloaded);
}

CAF_TEST(stopping answers every payer once) {
    std::promise<void> release;
    recording_server shop{accept_after(release)};
    house sandbox{shop.url()}; // its requests time out after 30 seconds
    std::vector<ending> payments;
    payments.reserve(9);
    for (int i = 0; i < 9; ++i)
        payments.push_back(start(sandbox, plain_card));
    CAF_CHECK_EQUAL(shop.requests(4).size(), 4u); // every worker waits for an answer
    sandbox->stop();
    for (auto& payment : payments) {
        const auto result = wait(payment);
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::unavailable);
    }
    const auto late = sandbox->pay(order_of("inv_8"), plain_card, authentication::confirm,
                                   [](auto) { CAF_FAIL("was started"); });
    CAF_REQUIRE(!late.has_value());
    CAF_CHECK(late.error().code == errc::unavailable);
    sandbox->stop(); // once more does nothing
    release.set_value();
}

CAF_TEST(a forged copy is signed wrongly and never repeated) {
    recording_server shop{
        [](const request& sent) { return well_signed(sent) ? accept : http_answer("401 Unauthorized", ""); }};
    auto options = options_for_tests();
    options.odds.forgeries = 100;
    options.odds.duplicates = 100;
    house sandbox{shop.url(), options};
    pay(sandbox, plain_card);
    CAF_CHECK(eventually([&] { return sandbox->state().waiting == 0; }));
    const auto sent = shop.requests(4);
    CAF_REQUIRE_EQUAL(sent.size(), 4u); // a check, which is never forged, and three pays
    CAF_CHECK(well_signed(sent[0]));
    CAF_CHECK_EQUAL(std::ranges::count_if(sent, well_signed), 3);
    CAF_CHECK_EQUAL(std::ranges::count(sent, "pay", &request::kind), 3);
    CAF_CHECK_EQUAL(sandbox->state().accepted, 2u);
    CAF_CHECK_EQUAL(sandbox->state().refused, 1u);
}

CAF_TEST(a payer hears at once of a payment whose notification is lost) {
    recording_server shop{accept_all};
    auto options = options_for_tests();
    options.minute = 60s;
    options.odds.drops = 100;
    house sandbox{shop.url(), options};
    CAF_CHECK(pay(sandbox, plain_card).paid());
    CAF_CHECK_EQUAL(shop.requests(1).size(), 1u);
    sandbox->advance(1min);
    CAF_CHECK((kinds_of(shop.requests(2)) == kinds{"check", "pay"}));
}

CAF_TEST(time that passes charges subscriptions) {
    recording_server shop{accept_all};
    house sandbox{shop.url()};
    auto wanted = order_of("inv_7");
    wanted.recurrent = monthly();
    const auto id = pay(sandbox, fading_card, wanted).subscription_id;
    sandbox->advance(40 * 24h);
    auto sent = shop.requests(7);
    CAF_CHECK((kinds_of({sent.begin(), sent.begin() + 2}) == kinds{"check", "pay"}));
    CAF_CHECK_EQUAL(std::ranges::count(sent, "fail", &request::kind), 3);
    CAF_CHECK_EQUAL(std::ranges::count(sent, "recurrent", &request::kind), 2);
    const auto status = sandbox->command(
        "", [&](terminal& t, instant) { return std::string{to_string(t.find_subscription(id)->status)}; });
    CAF_CHECK_EQUAL(*status, "Rejected");
}
