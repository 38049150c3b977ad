#define CAF_SUITE endpoints_generations
#include "actors/domain/views.hpp"
#include "http/cursor.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::string order = R"({"input_image_id":31,"style_id":3})";

/// A front end whose service accepts orders.
struct fixture {
    front_end front;

    fixture() {
        front.backend.stored.status = 202;
        front.backend.stored.body = R"({"id":51,"status":"queued"})";
        front.backend.stored.location = "/v1/generations/51";
    }
    response send(std::string body) { return front.send(by_ann(post("/v1/generations", std::move(body)))); }
    response send_keyed(std::string body, std::string key) {
        return front.send(
            with(by_ann(post("/v1/generations", std::move(body))), "idempotency-key", std::move(key)));
    }
    std::string fingerprint(std::string body) {
        send_keyed(std::move(body), "k");
        return front.backend.last_key.value().fingerprint;
    }
};

} // namespace

CAF_TEST(an order is answered as it was stored) {
    fixture f;
    const auto r = f.send(R"({"input_image_id":31,"style_id":3,"seed":9007199254740991})");
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), R"({"id":51,"status":"queued"})");
    CAF_CHECK_EQUAL(header(r, "Location"), "/v1/generations/51");
    CAF_CHECK_EQUAL(header(r, "Idempotency-Replayed"), "");
    const auto& seen = f.front.backend.last_order;
    CAF_CHECK_EQUAL(seen.user.value, 7);
    CAF_CHECK_EQUAL(seen.input_image.value, 31);
    CAF_CHECK_EQUAL(seen.style.value, 3);
    CAF_CHECK_EQUAL(seen.seed.value(), 9007199254740991);
    CAF_CHECK(!seen.key);
    f.send(order);
    CAF_CHECK(!f.front.backend.last_order.seed);
}

CAF_TEST(a repeat is marked and carries its key) {
    fixture f;
    f.front.backend.stored.replayed = true;
    const auto r = f.send_keyed(order, "\"0b8e-4c\"");
    CAF_CHECK_EQUAL(header(r, "Idempotency-Replayed"), "true");
    CAF_CHECK_EQUAL(f.front.backend.last_key.value().key, "0b8e-4c");
}

CAF_TEST(the fingerprint tells commands apart and not their spelling) {
    fixture f;
    const auto print = f.fingerprint(order);
    CAF_CHECK_EQUAL(print.size(), 64u);
    CAF_CHECK_EQUAL(f.fingerprint(R"( {"style_id" : 3, "seed":null, "input_image_id":31} )"), print);
    CAF_CHECK_NOT_EQUAL(f.fingerprint(R"({"input_image_id":31,"style_id":4})"), print);
    CAF_CHECK_NOT_EQUAL(f.fingerprint(R"({"input_image_id":31,"style_id":3,"seed":0})"), print);
    f.front.send(with(by_ann(post("/v1/payments", R"({"token_package_id":2})")), "idempotency-key", "k"));
    CAF_CHECK_NOT_EQUAL(f.front.backend.last_key.value().fingerprint, print);
}

CAF_TEST(the fingerprint is SHA - 256 of method and path and canonical body) {
    fixture f;
    // printf 'POST\n/v1/generations\n{"input_image_id":31,"style_id":3}' | sha256sum
    CAF_CHECK_EQUAL(f.fingerprint(order), "d7904deeb05254484b49794fd0c24aecac9f65355eae89ad940ebadeb01fd2f2");
}

CAF_TEST(malformed keys are refused before anything happens) {
    fixture f;
    for (const auto& key : {std::string{}, std::string{"a b"}, std::string{"\"open"}, std::string{"\xD0\xB6"},
                            std::string(256, 'k')})
        CAF_CHECK(is_problem(f.send_keyed(order, key), errc::idempotency_key_invalid));
    const auto twice =
        with(with(by_ann(post("/v1/generations", order)), "idempotency-key", "a"), "idempotency-key", "a");
    CAF_CHECK(is_problem(f.front.send(twice), errc::idempotency_key_invalid));
    CAF_CHECK(f.front.calls().empty());
}

CAF_TEST(an order that makes no sense does not reach the service) {
    fixture f;
    CAF_CHECK(blames(f.send("{}"), {{"input_image_id", "required"}, {"style_id", "required"}}));
    CAF_CHECK(blames(f.send(R"({"input_image_id":"31","style_id":-3,"seed":1.5,"prompt":"x"})"),
                     {{"input_image_id", "wrong_type"},
                      {"style_id", "out_of_range"},
                      {"seed", "wrong_type"},
                      {"prompt", "unknown"}}));
    CAF_CHECK(blames(f.send(R"({"input_image_id":31,"style_id":3,"seed":9007199254740992})"),
                     {{"seed", "out_of_range"}}));
    CAF_CHECK(blames(f.send(R"({"input_image_id":31,"style_id":3,"seed":-1})"), {{"seed", "out_of_range"}}));
    CAF_CHECK(is_problem(f.send("[]"), errc::malformed_json));
    CAF_CHECK(f.front.calls().empty());
}

CAF_TEST(an order fails as the service says) {
    fixture f;
    for (const auto code :
         {errc::insufficient_tokens, errc::not_found, errc::queue_full, errc::idempotency_key_reused,
          errc::idempotency_in_progress, errc::overloaded, errc::deadline_exceeded}) {
        f.front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(f.send(order), code));
    }
    f.front.backend.refusal = failure{errc::queue_full};
    f.front.backend.refusal->retry_after = std::chrono::seconds{30};
    CAF_CHECK_EQUAL(header(f.send(order), "Retry-After"), "30");
}

CAF_TEST(generations are shown and listed) {
    fixture f;
    const auto one = f.front.send(by_ann(get("/v1/generations/51")));
    CAF_CHECK_EQUAL(one.status, 200u);
    CAF_CHECK_EQUAL(text(one), generation_json(sample_generation()));
    CAF_CHECK_EQUAL(f.front.calls().back(), "generation 7 51");

    f.front.backend.all_generations.data = {sample_generation()};
    f.front.backend.all_generations.next = 51;
    const auto list = f.front.send(
        by_ann(get("/v1/generations?limit=5&cursor=" + encode_cursor(cursor_kind::generations, 60))));
    CAF_CHECK_EQUAL(f.front.calls().back(), "generations 7 60 5");
    CAF_CHECK_EQUAL(text(list), R"({"data":[)" + generation_json(sample_generation()) +
                                    R"(],"next_cursor":")" + encode_cursor(cursor_kind::generations, 51) +
                                    "\"}");
}

CAF_TEST(generations of others are not found) {
    fixture f;
    f.front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(f.front.send(by_ann(get("/v1/generations/51"))), errc::not_found));
    CAF_CHECK(is_problem(f.front.send(by_ann(get("/v1/generations/51/events"))), errc::not_found));
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/generations/51/cancel", ""))), errc::not_found));
}

CAF_TEST(a generation is cancelled with an empty command or none) {
    fixture f;
    for (const auto& [body, type] : std::vector<std::pair<std::string, std::string>>{
             {"", ""}, {"", "text/plain"}, {"{}", "application/json"}}) {
        const auto r = f.front.send(by_ann(post("/v1/generations/51/cancel", body, type)));
        CAF_CHECK_EQUAL(r.status, 200u);
        CAF_CHECK_EQUAL(text(r), generation_json(sample_generation()));
        CAF_CHECK_EQUAL(f.front.calls().back(), "cancel 7 51");
    }
    const auto cancelled = f.front.calls().size();
    CAF_CHECK(blames(f.front.send(by_ann(post("/v1/generations/51/cancel", R"({"why":"x"})"))),
                     {{"why", "unknown"}}));
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/generations/51/cancel", "x"))), errc::malformed_json));
    CAF_CHECK_EQUAL(f.front.calls().size(), cancelled);
    f.front.backend.refusal = failure{errc::state_conflict};
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/generations/51/cancel", ""))), errc::state_conflict));
}

CAF_TEST(an engine tells that there is news) {
    fixture f;
    auto r = with(post("/webhooks/engines/replicate", R"({"id":"abc"})"), "webhook-id", "msg_1");
    CAF_CHECK(is_problem(f.front.send(r), errc::invalid_signature));
    r = with(with(std::move(r), "webhook-timestamp", "1700000000"), "webhook-signature", "v1,YQ==");
    CAF_CHECK_EQUAL(f.front.send(r).status, 204u);
    CAF_CHECK_EQUAL(f.front.calls().back(), "notify replicate");
    const auto& hook = f.front.backend.last_engine_hook;
    CAF_CHECK_EQUAL(hook.id + " " + hook.timestamp + " " + hook.signature, "msg_1 1700000000 v1,YQ==");
    CAF_CHECK_EQUAL(hook.body, R"({"id":"abc"})");
    f.front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(f.front.send(r), errc::not_found));
}
