#define CAF_SUITE endpoints_checkout
#include "actors/checkout_key.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

CAF_TEST(the page opens the payment form of the gateway) {
    front_end front;
    const auto r = front.send(get("/checkout/61?key=k-1"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "checkout 61 k-1");
    CAF_CHECK(contains(text(r), "50 tokens · 990.00 RUB"));
    CAF_CHECK(contains(text(r), R"(<button id="pay">Pay 990.00 RUB</button>)"));
    CAF_CHECK(contains(text(r),
                       R"(<script src="https://widget.cloudpayments.ru/bundles/cloudpayments.js" defer>)"));
    CAF_CHECK(contains(text(r), R"("status_url":"/checkout/61/status?key=k-1")"));
    const auto policy = header(r, "Content-Security-Policy");
    CAF_CHECK(contains(policy, "default-src 'none'; script-src 'self' https://widget.cloudpayments.ru "
                               "https://*.cloudpayments.ru; "));
    CAF_CHECK(!contains(policy, "unsafe"));
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(header(r, "Referrer-Policy"), "no-referrer");
}

CAF_TEST(nothing in an order ends the element that it stands in) {
    front_end front;
    const auto r = front.send(get("/checkout/61?key=k-1"));
    CAF_CHECK(contains(text(r), R"("description":"\u003c/script>")"));
}

CAF_TEST(the page is in the language of the browser) {
    front_end front;
    const auto r = front.send(with(get("/checkout/61?key=k-1"), "accept-language", "ru"));
    CAF_CHECK(contains(text(r), "Оплатить 990.00 RUB"));
    CAF_CHECK(contains(text(r), R"(<html lang="ru">)"));
}

CAF_TEST(only the origin of the script is trusted) {
    front_end front;
    front.backend.widget_script = "http://127.0.0.1:8081/bundles/cloudpayments.js";
    const auto policy = header(front.send(get("/checkout/61?key=k-1")), "Content-Security-Policy");
    CAF_CHECK(contains(policy, "script-src 'self' http://127.0.0.1:8081; "));
    CAF_CHECK(contains(policy, "frame-src http://127.0.0.1:8081; "));
}

CAF_TEST(a page asks how its payment stands) {
    front_end front;
    const auto r = front.send(get("/checkout/61/status?key=k-1"));
    CAF_CHECK_EQUAL(text(r), R"({"status":"paid"})");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(front.calls().back(), "checkout_status 61 k-1");
    front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(front.send(get("/checkout/61/status")), errc::not_found));
    CAF_CHECK_EQUAL(front.calls().back(), "checkout_status 61 ");
}

CAF_TEST(the script is the same for every payment) {
    front_end front;
    const auto r = front.send(get("/checkout.js"));
    CAF_CHECK_EQUAL(r.content_type, "text/javascript; charset=utf-8");
    CAF_CHECK(contains(text(r), "new cp.CloudPayments().start(page.widget)"));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(a key opens the page of one payment of one shop) {
    const auto key = checkout_key("61", "secret");
    CAF_CHECK_EQUAL(key.size(), 22u);
    CAF_CHECK(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
    CAF_CHECK(is_checkout_key(key, "61", "secret"));
    CAF_CHECK(!is_checkout_key(key, "62", "secret"));
    CAF_CHECK(!is_checkout_key(key, "61", "other"));
    CAF_CHECK(!is_checkout_key("", "61", "secret"));
    CAF_CHECK(!is_checkout_key(key + "A", "61", "secret"));
}
