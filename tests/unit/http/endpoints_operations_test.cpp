#define CAF_SUITE endpoints_operations
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

part_health part(std::string name, bool ok, std::string detail) {
    part_health p;
    p.name = std::move(name);
    p.ok = ok;
    p.detail = std::move(detail);
    return p;
}

} // namespace

CAF_TEST(a process that answers is alive whatever its parts do) {
    front_end front;
    front.backend.parts = {part("database", false, "gone")};
    const auto r = front.send_to_operator(get("/healthz"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"status":"ok"})");
}

CAF_TEST(a process is ready when all its parts are) {
    front_end front;
    front.backend.parts = {part("database", true, ""), part("disk", true, "12 GiB free")};
    const auto r = front.send_to_operator(get("/readyz"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"status":"ok","checks":[{"name":"database","ok":true,"detail":""},)"
                             R"({"name":"disk","ok":true,"detail":"12 GiB free"}]})");
}

CAF_TEST(a process with a broken part says which) {
    front_end front;
    front.backend.parts = {part("database", false, "no \"route\""), part("disk", true, "")};
    const auto r = front.send_to_operator(get("/readyz"));
    CAF_CHECK_EQUAL(r.status, 503u);
    CAF_CHECK_EQUAL(text(r), R"({"status":"unavailable","checks":[{"name":"database","ok":false,)"
                             R"("detail":"no \"route\""},{"name":"disk","ok":true,"detail":""}]})");
}

CAF_TEST(metrics come in the text format of Prometheus) {
    front_end front;
    const auto r = front.send_to_operator(get("/metrics"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "text/plain; version=0.0.4; charset=utf-8");
    CAF_CHECK_EQUAL(text(r), "atelier_up 1\n");
}

CAF_TEST(the actor tree is shown as the service gives it) {
    front_end front;
    const auto r = front.send_to_operator(get("/ops/actors"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"name":"root"})");
    front.backend.refusal = failure{errc::deadline_exceeded};
    CAF_CHECK(is_problem(front.send_to_operator(get("/ops/actors")), errc::deadline_exceeded));
}

CAF_TEST(an operator gives tokens) {
    front_end front;
    front.backend.stored.status = 201;
    front.backend.stored.body = R"({"balance":10})";
    const auto r = front.send_to_operator(
        with(post("/ops/users/7/grants", R"({"tokens":10,"valid_days":30})"), "idempotency-key", "gift-1"));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(text(r), R"({"balance":10})");
    CAF_CHECK_EQUAL(front.backend.calls.back(), "grant 7 10 30");
    CAF_REQUIRE(front.backend.last_key);
    CAF_CHECK_EQUAL(front.backend.last_key->key, "gift-1");
    (void)front.send_to_operator(post("/ops/users/7/grants", R"({"tokens":10})"));
    CAF_CHECK_EQUAL(front.backend.calls.back(), "grant 7 10 90");
    CAF_CHECK(!front.backend.last_key);
}

CAF_TEST(a senseless grant is refused) {
    front_end front;
    CAF_CHECK(blames(front.send_to_operator(post("/ops/users/7/grants", R"({"tokens":0,"valid_days":0})")),
                     {{"tokens", "out_of_range"}, {"valid_days", "out_of_range"}}));
    CAF_CHECK(
        is_problem(front.send_to_operator(post("/ops/users/x/grants", R"({"tokens":1})")), errc::not_found));
    CAF_CHECK(front.backend.calls.empty());
}

CAF_TEST(the public listener knows nothing of operations) {
    front_end front;
    const router routes{public_routes(front.context)};
    for (const auto& route : operator_routes(front.backend))
        CAF_CHECK(routes.find(route.verb, route.pattern).found == nullptr);
}
