#define CAF_SUITE endpoints_operations
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <set>

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

CAF_TEST(what an operator is shown is kept by no cache) {
    front_end front;
    CAF_CHECK_EQUAL(header(front.send_to_operator(get("/ops/actors")), "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(header(front.send_to_operator(get("/metrics")), "Cache-Control"), "no-store");
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

CAF_TEST(only what says how the process is needs no operator) {
    front_end front;
    const std::set<std::string_view> open{"/healthz", "/readyz", "/metrics", "/ops", "/ops/assets/{file}"};
    for (const auto& route : operator_routes(front.backend, front.room)) {
        if (open.contains(route.pattern))
            continue;
        std::string path{route.pattern};
        if (const auto id = path.find("{id}"); id != std::string::npos)
            path.replace(id, 4, "5");
        CAF_MESSAGE(path);
        for (const auto* shown : {"", "Bearer ato_nobody", "Bearer atl_ann", "Basic ato_olga"})
            CAF_CHECK(is_problem(
                front.send_to_operator(with(make_request(route.verb, path), "authorization", shown)),
                errc::unauthenticated));
    }
    CAF_CHECK(front.calls().empty());
    CAF_CHECK(front.backend.log.empty());
}

CAF_TEST(what an operator changes stands in the audit log) {
    front_end front;
    front.backend.stored.status = 201;
    (void)front.send_to_operator(get("/ops/actors"));
    CAF_CHECK(front.backend.log.empty());
    (void)front.send_to_operator(post("/ops/users/7/grants", R"({"tokens":10})"));
    (void)front.send_to_operator(post("/ops/users/7/grants", "{\"tokens\":0}\n"));
    CAF_REQUIRE_EQUAL(front.backend.log.size(), 2u);
    const auto& given = front.backend.log[0];
    CAF_CHECK_EQUAL(given.who, "olga");
    CAF_CHECK_EQUAL(given.action, "POST /ops/users/7/grants");
    CAF_CHECK_EQUAL(given.detail, R"({"tokens":10})");
    CAF_CHECK_EQUAL(given.request_id, "req-1");
    CAF_CHECK_EQUAL(given.outcome, "201");
    CAF_CHECK_EQUAL(front.backend.log[1].outcome, "422");
    CAF_CHECK_EQUAL(front.backend.log[1].detail, R"({"tokens":0}?)");
    const auto r = front.send_to_operator(get("/ops/actions?operator=olga&limit=5"));
    CAF_CHECK_EQUAL(front.calls().back(), "actions olga 0 5");
    CAF_CHECK(contains(text(r), R"("operator":"olga","action":"POST /ops/users/7/grants")"));
}

CAF_TEST(what cannot be noted is not done) {
    front_end front;
    front.backend.log_refusal = failure{errc::unavailable};
    CAF_CHECK(is_problem(front.send_to_operator(post("/ops/users/7/grants", R"({"tokens":10})")),
                         errc::unavailable));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(the public listener knows nothing of operations) {
    front_end front;
    const router routes{public_routes(front.context)};
    for (const auto& route : operator_routes(front.backend, front.room))
        CAF_CHECK(routes.find(route.verb, route.pattern).found == nullptr);
}
