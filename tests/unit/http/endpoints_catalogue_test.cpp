#define CAF_SUITE endpoints_catalogue
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

CAF_TEST(the catalogue is open to everybody and has one page) {
    front_end front;
    for (const auto* path : {"/v1/styles", "/v1/token_packages", "/v1/subscription_plans"}) {
        const auto r = front.send(get(path));
        CAF_CHECK_EQUAL(r.status, 200u);
        CAF_CHECK_EQUAL(r.content_type, "application/json");
        CAF_CHECK_EQUAL(text(r), R"({"data":[],"next_cursor":null})");
    }
}

CAF_TEST(styles are listed in the order of the service and without their prompts) {
    front_end front;
    front.backend.all_styles = {{style_id{2}, "Loft", "secret", noon}, {style_id{1}, "Zen", "secret", noon}};
    CAF_CHECK_EQUAL(text(front.send(get("/v1/styles"))),
                    R"({"data":[{"id":2,"name":"Loft"},{"id":1,"name":"Zen"}],"next_cursor":null})");
}

CAF_TEST(packages have a price in the currency of the service) {
    front_end front;
    front.backend.all_packages = {{token_package_id{1}, "Start", 10, 9900, 90, true, noon}};
    CAF_CHECK_EQUAL(
        text(front.send(get("/v1/token_packages"))),
        R"({"data":[{"id":1,"name":"Start","tokens_amount":10,"price_cents":9900,"currency":"RUB",)"
        R"("validity_days":90}],"next_cursor":null})");
}

CAF_TEST(plans have their interval) {
    front_end front;
    front.backend.all_plans = {{plan_id{1}, "Monthly", 100, 49900, "EUR", "Month", 1, true, noon}};
    CAF_CHECK_EQUAL(text(front.send(get("/v1/subscription_plans"))),
                    R"({"data":[{"id":1,"name":"Monthly","tokens_amount":100,"price_cents":49900,)"
                    R"("currency":"EUR","interval":"Month","interval_count":1}],"next_cursor":null})");
}

CAF_TEST(a catalogue that cannot be read is a problem) {
    front_end front;
    front.backend.refusal = failure{errc::unavailable};
    for (const auto* path : {"/v1/styles", "/v1/token_packages", "/v1/subscription_plans"})
        CAF_CHECK(is_problem(front.send(get(path)), errc::unavailable));
}
