#define CAF_SUITE endpoints_pages
#include "http/pages/page.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <sodium.h>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

request press_button(std::string form) {
    return post("/confirm", std::move(form), "application/x-www-form-urlencoded");
}

bool is_page(const response& r, unsigned status) {
    return r.status == status && r.content_type == "text/html; charset=utf-8" &&
           text(r).starts_with("<!doctype html>\n<html lang=");
}

std::string sha256_base64(std::string_view bytes) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    char base64[64];
    return sodium_bin2base64(base64, sizeof base64, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
}

} // namespace

CAF_TEST(looking at the link does not confirm) {
    front_end front;
    const auto r = front.send(get("/confirm?token=t0k-_"));
    CAF_CHECK(is_page(r, 200));
    CAF_CHECK(contains(text(r), R"(<form method="post" action="/confirm">)"));
    CAF_CHECK(contains(text(r), R"(<input type="hidden" name="token" value="t0k-_">)"));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(pressing the button confirms) {
    front_end front;
    const auto r = front.send(press_button("token=t0k-_"));
    CAF_CHECK(is_page(r, 200));
    CAF_CHECK(contains(text(r), "Your address is confirmed"));
    CAF_CHECK_EQUAL(front.calls().back(), "confirm t0k-_");
}

CAF_TEST(a bad link is explained) {
    front_end front;
    for (const auto* target : {"/confirm", "/confirm?token=", "/confirm?other=1"})
        CAF_CHECK(is_page(front.send(get(target)), 422));
    for (const auto* form : {"", "other=1", "token=a&token=b"})
        CAF_CHECK(is_page(front.send(press_button(form)), 422));
    CAF_CHECK(front.calls().empty());
    front.backend.refusal = failure{errc::invalid_token};
    const auto r = front.send(press_button("token=old"));
    CAF_CHECK(is_page(r, 422));
    CAF_CHECK(contains(text(r), "This link does not work"));
}

CAF_TEST(a failure that is not the fault of the link is called so) {
    front_end front;
    front.backend.refusal = failure{errc::unavailable};
    const auto r = front.send(press_button("token=t"));
    CAF_CHECK(is_page(r, 503));
    CAF_CHECK(!contains(text(r), "This link does not work"));
    CAF_CHECK(is_page(front.send(press_button("token=%zz")), 400));
    CAF_CHECK(is_page(front.send(post("/confirm", "{}")), 415));
}

CAF_TEST(pages speak the language that the reader likes best) {
    front_end front;
    const auto russian = front.send(with(get("/confirm?token=t"), "accept-language", "ru-RU,ru;q=0.9"));
    CAF_CHECK(contains(text(russian), R"(<html lang="ru">)"));
    CAF_CHECK(contains(text(russian), "Подтвердить"));
    CAF_CHECK_EQUAL(header(russian, "Vary"), "Accept-Language");
    const auto english = front.send(with(get("/confirm?token=t"), "accept-language", "de"));
    CAF_CHECK(contains(text(english), R"(<html lang="en">)"));
}

CAF_TEST(nothing from outside becomes markup) {
    front_end front;
    const auto r = front.send(get("/confirm?token=%22%3E%3Cscript%3E%26%27"));
    CAF_CHECK(contains(text(r), "value=\"&quot;&gt;&lt;script&gt;&amp;&#39;\""));
    CAF_CHECK(!contains(text(r), "<script"));
}

CAF_TEST(pages give nothing away and run nothing) {
    front_end front;
    for (const auto& r : {front.send(get("/confirm?token=t")), front.send(press_button("token=t")),
                          front.send(get("/confirm"))}) {
        CAF_CHECK_EQUAL(header(r, "Referrer-Policy"), "no-referrer");
        CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
        const auto policy = header(r, "Content-Security-Policy");
        CAF_CHECK(contains(policy, "default-src 'none'"));
        CAF_CHECK(contains(policy, "frame-ancestors 'none'"));
        CAF_CHECK(contains(policy, "form-action 'self'"));
        const auto html = text(r);
        const auto start = html.find("<style>") + 7;
        const auto style = html.substr(start, html.find("</style>") - start);
        CAF_CHECK(contains(policy, "style-src 'sha256-" + sha256_base64(style) + "'"));
        CAF_CHECK(!contains(html, "<script") && !contains(html, "http://") && !contains(html, "https://"));
    }
}

CAF_TEST(a new password is set on a page) {
    front_end front;
    const auto form = front.send(get("/reset-password?token=t0k-_"));
    CAF_CHECK(is_page(form, 200));
    CAF_CHECK(contains(text(form), R"(<form method="post" action="/reset-password">)"));
    CAF_CHECK(contains(text(form), R"(name="token" value="t0k-_">)"));
    CAF_CHECK(front.calls().empty());
    const auto press = [&](std::string body) {
        return front.send(post("/reset-password", std::move(body), "application/x-www-form-urlencoded"));
    };
    CAF_CHECK(is_page(press("token=t0k-_&password=new+secret"), 200));
    CAF_CHECK_EQUAL(front.calls().back(), "reset_password t0k-_ new secret");
    front.backend.refusal = invalid_field("password", "too_short", "must have at least 6 characters");
    const auto again = press("token=t0k-_&password=x");
    CAF_CHECK(is_page(again, 422));
    CAF_CHECK(contains(text(again), R"(<p role="alert">)"));
    CAF_CHECK(contains(text(again), R"(name="token" value="t0k-_">)"));
    front.backend.refusal = failure{errc::invalid_token};
    CAF_CHECK(contains(text(press("token=t0k-_&password=new+secret")), "This link does not work"));
    for (const auto* target : {"/reset-password", "/reset-password?token="})
        CAF_CHECK(contains(text(front.send(get(target))), "This link does not work"));
}
