#define CAF_SUITE endpoints_management
#include "actors/domain/views.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

request patch(std::string target, std::string body) {
    auto r = post(std::move(target), std::move(body));
    r.verb = method::patch;
    r.method_name = to_string(r.verb);
    return r;
}

} // namespace

CAF_TEST(operators see the catalogue with all that customers do not ) {
    front_end front;
    front.backend.managing.all_styles = {fake_management::sample_style()};
    front.backend.managing.all_packages = {fake_management::sample_package()};
    front.backend.managing.all_plans = {fake_management::sample_plan()};
    CAF_CHECK_EQUAL(
        text(front.send_to_operator(get("/ops/styles"))),
        R"({"data":[{"id":3,"name":"Loft","prompt":"A {room_type}","active":true,"created_at":")" +
            to_iso8601(noon) + R"("}],"next_cursor":null})");
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/token_packages"))),
                       R"("currency":"RUB","validity_days":90,"active":false)"));
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/subscription_plans"))),
                       R"("interval":"month","interval_count":1,"active":true)"));
}

CAF_TEST(a new thing has a name and all its terms) {
    front_end front;
    auto& managing = front.backend.managing;
    CAF_CHECK_EQUAL(
        front.send_to_operator(post("/ops/styles", R"({"name":"Loft","prompt":"A {style} {room_type}"})"))
            .status,
        201u);
    CAF_CHECK_EQUAL(managing.last_style.name, "Loft");
    CAF_CHECK_EQUAL(managing.last_style.prompt.value(), "A {style} {room_type}");
    const auto package = R"({"name":"Big","tokens_amount":500,"price_cents":100000,"validity_days":30})";
    CAF_CHECK_EQUAL(front.send_to_operator(post("/ops/token_packages", package)).status, 201u);
    CAF_CHECK_EQUAL(managing.last_package.tokens_amount.value(), 500);
    const auto plan =
        R"({"name":"Week","tokens_amount":5,"price_cents":100,"interval":"week","interval_count":2})";
    CAF_CHECK_EQUAL(front.send_to_operator(post("/ops/subscription_plans", plan)).status, 201u);
    CAF_CHECK_EQUAL(managing.last_plan.interval.value(), "week");
    CAF_CHECK_EQUAL(managing.last_plan.interval_count.value(), 2);
    CAF_CHECK(managing.calls == std::vector<std::string>({"add style", "add package", "add plan"}));
    CAF_CHECK(
        blames(front.send_to_operator(post("/ops/token_packages", "{}")), {{"name", "required"},
                                                                           {"tokens_amount", "required"},
                                                                           {"price_cents", "required"},
                                                                           {"validity_days", "required"}}));
    CAF_CHECK(blames(front.send_to_operator(post("/ops/styles", R"({"name":"x","prompt":"{rom}"})")),
                     {{"prompt", "invalid"}}));
}

CAF_TEST(a change names what it changes and nothing else) {
    front_end front;
    auto& managing = front.backend.managing;
    CAF_CHECK_EQUAL(front.send_to_operator(patch("/ops/styles/3", R"({"active":false})")).status, 200u);
    CAF_CHECK_EQUAL(managing.calls.back(), "change style 3");
    CAF_CHECK(managing.last_style.active == false && !managing.last_style.prompt);
    CAF_CHECK_EQUAL(front.send_to_operator(patch("/ops/token_packages/4", R"({"price_cents":1})")).status,
                    200u);
    CAF_CHECK(managing.last_package.price_cents == 1 && !managing.last_package.active);
    CAF_CHECK_EQUAL(front.send_to_operator(patch("/ops/subscription_plans/5", "{}")).status, 200u);
    CAF_CHECK_EQUAL(managing.calls.back(), "change plan 5");
    CAF_CHECK(
        blames(front.send_to_operator(patch("/ops/styles/3", R"({"name":"other"})")), {{"name", "unknown"}}));
    CAF_CHECK(blames(front.send_to_operator(patch("/ops/subscription_plans/5", R"({"interval":"year"})")),
                     {{"interval", "invalid"}}));
    CAF_CHECK(blames(front.send_to_operator(patch("/ops/token_packages/4", R"({"tokens_amount":0})")),
                     {{"tokens_amount", "out_of_range"}}));
    CAF_CHECK(is_problem(front.send_to_operator(patch("/ops/styles/x", "{}")), errc::not_found));
    managing.refusal = failure{errc::state_conflict, "no"};
    CAF_CHECK(is_problem(front.send_to_operator(patch("/ops/token_packages/4", "{}")), errc::state_conflict));
}
