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

CAF_TEST(operators find users and shut them out) {
    front_end front;
    auto& managing = front.backend.managing;
    const auto user =
        R"({"id":42,"email":"ann@example.com","balance":7,"blocked":{"reason":"Chargebacks","at":")" +
        to_iso8601(noon) +
        R"("},"confirmed_at":null,"deleted_at":null,"sessions":0,"api_keys":0,"created_at":")" +
        to_iso8601(noon) + R"("})";
    CAF_CHECK_EQUAL(text(front.send_to_operator(get("/ops/users?email=ann%40"))),
                    R"({"data":[)" + user + R"(],"next_cursor":null})");
    CAF_CHECK_EQUAL(text(front.send_to_operator(get("/ops/users/42"))), user);
    auto block = post("/ops/users/42/block", R"({"reason":"Chargebacks"})");
    block.verb = method::put;
    CAF_CHECK_EQUAL(text(front.send_to_operator(block)), user);
    block.body = "{}";
    CAF_CHECK(blames(front.send_to_operator(block), {{"reason", "required"}}));
    auto unblock = get("/ops/users/42/block");
    unblock.verb = method::delete_;
    CAF_CHECK_EQUAL(front.send_to_operator(unblock).status, 200u);
    CAF_CHECK(managing.calls ==
              std::vector<std::string>({"users ann@", "user 42", "block 42 Chargebacks", "unblock 42"}));
    CAF_CHECK(is_problem(front.send_to_operator(get("/ops/users/x")), errc::not_found));
    CAF_CHECK(blames(front.send_to_operator(get("/ops/users?email=" + std::string(256, 'a'))),
                     {{"email", "invalid"}}));
    managing.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(front.send_to_operator(unblock), errc::not_found));
}

CAF_TEST(operators find payments by whatever is known of them) {
    front_end front;
    auto& managing = front.backend.managing;
    managing.one_payment.user = user_id{42};
    managing.one_payment.cloudpayments_transaction_id = "504";
    const auto page = front.send_to_operator(
        get("/ops/payments?user_id=42&status=paid&invoice_id=at-8&transaction_id=504&limit=1"));
    CAF_CHECK(contains(text(page), R"("user_id":42,"transaction_id":"504")"));
    CAF_CHECK(contains(header(page, "Link"), "transaction_id=504"));
    CAF_CHECK_EQUAL(managing.last_filter.user.value, 42);
    CAF_CHECK(managing.last_filter.status == payment_status::paid);
    CAF_CHECK_EQUAL(managing.last_filter.invoice_id, "at-8");
    CAF_CHECK_EQUAL(managing.last_filter.transaction_id, "504");
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/payments/8"))), R"("transaction_id":"504")"));
    for (const auto* wrong : {"user_id=x", "user_id=0", "status=lost"})
        CAF_CHECK_EQUAL(front.send_to_operator(get(std::string{"/ops/payments?"} + wrong)).status, 422u);
}

CAF_TEST(operators cancel a generation and try again one that has failed) {
    front_end front;
    auto& managing = front.backend.managing;
    auto& generation = managing.one_generation;
    generation.id = generation_id{5};
    generation.user = user_id{42};
    generation.input_image = image_id{9};
    generation.style = style_id{3};
    generation.seed = 77;
    generation.status = generation_status::running;
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/generations?user_id=42&status=running"))),
                       R"("user_id":42,"engine":null,"attempt":0)"));
    CAF_CHECK_EQUAL(managing.calls.back(), "generations 42 running");
    CAF_CHECK_EQUAL(front.send_to_operator(get("/ops/generations/5")).status, 200u);
    CAF_CHECK(is_problem(front.send_to_operator(post("/ops/generations/5/retry", "")), errc::state_conflict));
    CAF_CHECK_EQUAL(front.send_to_operator(post("/ops/generations/5/cancel", "")).status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "cancel 42 5");
    generation.status = generation_status::failed;
    front.backend.stored.status = 202;
    CAF_CHECK_EQUAL(front.send_to_operator(post("/ops/generations/5/retry", "")).status, 202u);
    const auto& order = front.backend.last_order;
    CAF_CHECK_EQUAL(order.user.value, 42);
    CAF_CHECK_EQUAL(order.input_image.value, 9);
    CAF_CHECK_EQUAL(order.style.value, 3);
    CAF_CHECK_EQUAL(order.seed.value(), 77);
    CAF_CHECK_EQUAL(order.key.value().key, "operator-retry-5");
}

CAF_TEST(one audit at a time is begun and shows how far it is) {
    front_end front;
    const auto running =
        R"("running":{"started_at":")" + to_iso8601(noon) + R"(","step":2,"steps":9,"name":"Lots")";
    CAF_CHECK_EQUAL(text(front.send_to_operator(get("/ops/audits"))),
                    R"({"data":[{"violations":0}],"next_cursor":null,"running":null})");
    const auto begun = front.send_to_operator(post("/ops/audits", ""));
    CAF_CHECK_EQUAL(begun.status, 202u);
    CAF_CHECK_EQUAL(text(begun), "{" + running + "}}");
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/audits"))), running));
    CAF_CHECK(contains(text(front.send_to_operator(get("/ops/reconciliations"))), R"("day":"")"));
    front.backend.managing.refusal = failure{errc::state_conflict};
    CAF_CHECK(is_problem(front.send_to_operator(post("/ops/audits", "")), errc::state_conflict));
}
