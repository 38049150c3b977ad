#define CAF_SUITE openai

#include "actors/engines/openai.hpp"
#include "tests/support/openai_stand_in.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

struct studio : remote_workshop {
    openai_stand_in other{made, made_base64};

    [[nodiscard]] std::unique_ptr<engine> make(std::string secret = "sk-secret") const {
        auto all = options(other.server.url() + "/v1");
        all.secret = std::move(secret);
        return make_openai({}, all);
    }
    engine_outcome run() {
        told one;
        const auto engine = make();
        engine->submit(job(), one.callbacks());
        return one.get();
    }
    std::string trouble_of() { return in_short(std::get<engine_failure>(run())); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(openai_tests, studio)

CAF_TEST(a photo is edited within one call) {
    const auto result = std::get<engine_result>(run());
    CAF_CHECK_EQUAL(read_bytes(result.file), made);
    CAF_CHECK_EQUAL(result.content_type, "image/png");
    const auto came = other.server.requests(1).front();
    CAF_CHECK_EQUAL(came.target, "/v1/images/edits");
    CAF_CHECK_EQUAL(came.header("authorization"), "Bearer sk-secret");
    for (const auto* part :
         {"name=\"model\"\r\n\r\ngpt-image-1\r\n", "name=\"prompt\"\r\n\r\nA bright kitchen\r\n",
          "name=\"input_fidelity\"\r\n\r\nhigh\r\n", "Content-Type: image/jpeg\r\n"})
        CAF_CHECK(came.body.find(part) != std::string::npos);
    CAF_MESSAGE("what is left to the server is not sent");
    CAF_CHECK(came.body.find("name=\"quality\"") == std::string::npos);
}

CAF_TEST(a server without keys is sent none) {
    told one;
    const auto engine = make("");
    engine->submit(job(), one.callbacks());
    std::filesystem::remove(one.picture().file);
    CAF_CHECK_EQUAL(other.server.requests(1).front().header("authorization"), "");
    CAF_CHECK(nothing_left());
}

CAF_TEST(a picture at a URL is fetched until it has expired) {
    other.by_url = true;
    other.trouble.next("file", mishap::broken);
    other.trouble.next("file", mishap::cut_off);
    const auto result = std::get<engine_result>(run());
    CAF_CHECK_EQUAL(read_bytes(result.file), made);
    std::filesystem::remove(result.file);
    other.expired = true;
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(why.detail, "the engine's picture has expired");
    CAF_CHECK(why.transient);
    other.expired = false;
    other.trouble.next("file", mishap::no_json);
    CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    other.trouble.next("file", mishap::too_long);
    CAF_CHECK_EQUAL(trouble_of(), "lasting engine");
    CAF_CHECK(nothing_left());
}

CAF_TEST(what goes wrong is told with where it lies) {
    for (const auto what : {mishap::broken, mishap::away, mishap::lost, mishap::cut_off, mishap::no_json}) {
        other.trouble.next("edit", what);
        CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    }
    other.trouble.next("edit", mishap::too_long);
    CAF_CHECK_EQUAL(trouble_of(), "lasting engine");
    other.trouble.next("edit", mishap::busy);
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(in_short(why), "passing busy");
    CAF_CHECK_EQUAL(why.retry_after.value().count(), 1'000);
    CAF_CHECK_EQUAL(why.detail, "HTTP status 429: one at a time");
    CAF_CHECK(nothing_left());
}

CAF_TEST(refusals are for good) {
    other.refusal = openai_stand_in::error("400 Bad Request", "moderation_blocked");
    CAF_CHECK_EQUAL(trouble_of(), "lasting job");
}

CAF_TEST(an empty account is for the operator) {
    other.refusal = openai_stand_in::error("429 Too Many Requests", "insufficient_quota");
    CAF_CHECK_EQUAL(trouble_of(), "lasting setup");
}

CAF_TEST(an error that names the key does not show it) {
    other.refusal =
        http_answer("401 Unauthorized", R"({"error":{"message":"Incorrect API key: sk-secret"}})");
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(why.detail, "HTTP status 401: Incorrect API key: (hidden)");
    CAF_CHECK_EQUAL(in_short(why), "lasting setup");
}

CAF_TEST(a call under way is given up when the job is cancelled or the engine stops) {
    told cancelled;
    told stopped;
    other.trouble.next("edit", mishap::slow, 2);
    const auto engine = make();
    engine->submit(job(1), cancelled.callbacks());
    static_cast<void>(other.server.requests(1));
    engine->cancel(generation_id{1});
    CAF_CHECK_EQUAL(cancelled.failure().detail, "canceled");
    engine->submit(job(2), stopped.callbacks());
    static_cast<void>(other.server.requests(2));
    engine->stop();
    CAF_CHECK_EQUAL(in_short(stopped.failure()), "passing ended");
    CAF_CHECK(nothing_left());
}

CAF_TEST(replies that are not what the documentation says are refused) {
    for (const auto* body : {"", "[]", "{}", R"({"data":[]})", R"({"data":[{}]})", R"({"data":["x"]})",
                             R"({"data":{"b64_json":"x"}})", R"({"data":[{"b64_json":5}]})"})
        CAF_CHECK(std::holds_alternative<engine_failure>(read_openai_edit(body)));
    CAF_CHECK_EQUAL(std::get<picture_source>(read_openai_edit(R"({"data":[{"url":"u"}]})")).url, "u");
}

CAF_TEST_FIXTURE_SCOPE_END()
