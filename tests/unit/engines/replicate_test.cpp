#define CAF_SUITE replicate

#include "actors/engines/replicate.hpp"
#include "tests/support/replicate_stand_in.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

struct studio : remote_workshop {
    replicate_stand_in other{made};

    [[nodiscard]] remote_options at_stand_in(std::string secret = "r8_secret") const {
        auto all = options(other.server.url() + "/v1");
        all.secret = std::move(secret);
        return all;
    }
    [[nodiscard]] static replicate_options rooms() {
        replicate_options asked;
        asked.model = "ours/rooms";
        return asked;
    }
    [[nodiscard]] std::unique_ptr<engine> make() const { return make_replicate(rooms(), at_stand_in()); }
    engine_outcome run(std::string attach_to = "") {
        told one;
        const auto engine = make();
        engine->submit(job(1, std::move(attach_to)), one.callbacks());
        return one.get();
    }
    std::string trouble_of() { return in_short(std::get<engine_failure>(run())); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(replicate_tests, studio)

CAF_TEST(a prediction is begun and its picture fetched) {
    told one;
    const auto engine = make();
    engine->submit(job(), one.callbacks());
    CAF_CHECK_EQUAL(one.id(), "p1");
    CAF_CHECK_EQUAL(read_bytes(one.picture().file), made);
    CAF_CHECK_EQUAL(one.progress, 0.4);
    const auto came = other.server.requests(5);
    CAF_CHECK_EQUAL(came.size(), 5U);
    CAF_CHECK_EQUAL(came.front().target, "/v1/models/ours/rooms/predictions");
    const auto limit = came.front().header("cancel-after");
    CAF_CHECK(limit == "600s" || limit == "599s");
    const auto body = read_object(came.front().body);
    const auto* input = object_of(*body, "input");
    CAF_REQUIRE(input != nullptr);
    CAF_CHECK_EQUAL(text_of(*input, "prompt"), "A bright kitchen");
    CAF_CHECK(text_of(*input, "image").starts_with("data:image/jpeg;base64,/9j/"));
    CAF_MESSAGE("files are fetched without the token");
    CAF_CHECK_EQUAL(came.back().target, "/files/picture.png");
    CAF_CHECK_EQUAL(came.back().header("authorization"), "");
}

CAF_TEST(the inputs of a model are called as it wants) {
    auto asked = rooms();
    asked.version = "5c7d";
    asked.input = R"({"hdr":true,"seed":1})";
    asked.image_field = "image_base";
    asked.seed_field = "";
    asked.webhook = "https://shop.example/webhooks/replicate";
    engine_parameters parameters;
    parameters.strength = 0.7;
    parameters.negative_prompt = "clutter";
    const auto request = std::get<engine_request>(
        write_replicate_prediction(job(), parameters, asked, "QQ==", std::chrono::milliseconds{1'200}));
    CAF_CHECK_EQUAL(request.target, "/predictions");
    CAF_CHECK_EQUAL(request.headers.back(), "Cancel-After: 5s");
    const auto body = read_object(request.body);
    CAF_CHECK_EQUAL(text_of(*body, "version"), "5c7d");
    CAF_CHECK_EQUAL(text_of(*body, "webhook"), asked.webhook);
    const auto* input = object_of(*body, "input");
    CAF_CHECK_EQUAL(text_of(*input, "image_base"), "data:image/jpeg;base64,QQ==");
    CAF_CHECK_EQUAL(number_of(*input, "seed").value(), 1.0);
    CAF_CHECK_EQUAL(number_of(*input, "prompt_strength").value(), 0.7);
    CAF_CHECK_EQUAL(text_of(*input, "negative_prompt"), "clutter");
    CAF_CHECK(input->contains("hdr"));
    asked.input = "[";
    CAF_CHECK_EQUAL(
        in_short(std::get<engine_failure>(write_replicate_prediction(job(), parameters, asked, "", {}))),
        "lasting setup");
}

CAF_TEST(a prediction of before is attached to or begun again) {
    other.put("p1", 1);
    std::filesystem::remove(std::get<engine_result>(run("p1")).file);
    CAF_CHECK_EQUAL(other.prediction_count(), 1U);
    std::filesystem::remove(std::get<engine_result>(run("gone")).file);
    CAF_CHECK_EQUAL(other.prediction_count(), 2U);
    CAF_CHECK(nothing_left());
}

CAF_TEST(a webhook shortens the waiting and may come twice) {
    told one;
    auto all = at_stand_in();
    all.first_look = std::chrono::hours{1};
    all.longest_look = std::chrono::hours{1};
    const auto engine = make_replicate(rooms(), all);
    engine->look_again("p1");
    engine->submit(job(), one.callbacks());
    const auto id = one.id();
    engine->look_again("p2");
    CAF_CHECK(!one.has_ended());
    for (std::size_t looks = 1; looks <= 3; ++looks) {
        engine->look_again(id);
        static_cast<void>(other.server.requests(1 + looks));
    }
    engine->look_again(id);
    engine->look_again(id);
    CAF_CHECK_EQUAL(read_bytes(one.picture().file), made);
    engine->look_again(id);
    CAF_CHECK_EQUAL(other.prediction_count(), 1U);
}

CAF_TEST(what goes wrong is told with where it lies) {
    for (const auto what : {mishap::broken, mishap::away, mishap::lost, mishap::cut_off, mishap::no_json}) {
        other.trouble.next("begin", what);
        CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    }
    other.trouble.next("begin", mishap::busy);
    CAF_CHECK_EQUAL(trouble_of(), "passing busy");
    other.trouble.next("look", mishap::broken, 3);
    CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    other.trouble.next("look", mishap::no_json);
    CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    other.trouble.next("file", mishap::too_long);
    CAF_CHECK_EQUAL(trouble_of(), "lasting engine");
    other.expired = true;
    CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    CAF_CHECK(nothing_left());
}

CAF_TEST(a wrong token is for the operator) {
    told one;
    const auto engine = make_replicate(rooms(), at_stand_in("r8_wrong"));
    engine->submit(job(), one.callbacks());
    const auto why = one.failure();
    CAF_CHECK_EQUAL(in_short(why), "lasting setup");
    CAF_CHECK_EQUAL(why.detail, "HTTP status 401: No token.");
}

CAF_TEST(a failure of the model may pass) {
    other.error = "CUDA out of memory";
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(why.detail, "the model failed: CUDA out of memory");
    CAF_CHECK_EQUAL(in_short(why), "passing job");
}

CAF_TEST(cancelling tells Replicate but stopping does not ) {
    other.stays_at_work = true;
    told cancelled;
    told stopped;
    const auto engine = make();
    engine->submit(job(1), cancelled.callbacks());
    static_cast<void>(cancelled.id());
    engine->cancel(generation_id{1});
    CAF_CHECK_EQUAL(cancelled.failure().detail, "canceled");
    CAF_CHECK_EQUAL(other.cancellations, 1);
    engine->submit(job(2), stopped.callbacks());
    static_cast<void>(stopped.id());
    engine->stop();
    CAF_CHECK_EQUAL(in_short(stopped.failure()), "passing ended");
    CAF_CHECK_EQUAL(other.cancellations, 1);
}

CAF_TEST(the states of a prediction are read) {
    const auto read = [](std::string_view body, std::int32_t index = -1) -> std::string {
        const auto state = read_replicate_prediction(std::string{body}, index);
        if (const auto* working = std::get_if<engine_working>(&state))
            return "working " + std::to_string(working->progress.value_or(-1)).substr(0, 4);
        const auto* why = std::get_if<engine_failure>(&state);
        return why == nullptr ? std::get<picture_source>(state).url : in_short(*why);
    };
    const std::string_view two = R"({"status":"succeeded","output":["a","b"]})";
    CAF_CHECK_EQUAL(read(R"({"status":"starting"})"), "working -1.0");
    CAF_CHECK_EQUAL(read(R"({"status":"processing","logs":null})"), "working -1.0");
    CAF_CHECK_EQUAL(read(R"({"status":"processing","logs":"10%\n 55%|#"})"), "working 0.55");
    CAF_CHECK_EQUAL(read(R"({"status":"processing","logs":"9999%"})"), "working 1.00");
    CAF_CHECK_EQUAL(read(R"({"status":"processing","logs":"a %"})"), "working -1.0");
    CAF_CHECK_EQUAL(read(R"({"status":"succeeded","output":"a"})"), "a");
    CAF_CHECK_EQUAL(read(two), "b");
    CAF_CHECK_EQUAL(read(two, 0), "a");
    CAF_CHECK_EQUAL(read(two, 2), "passing engine");
    CAF_CHECK_EQUAL(read(two, -3), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"succeeded","output":null,"data_removed":true})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"succeeded","output":{"x":1}})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"succeeded","output":""})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"succeeded","output":[""]})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"canceled"})"), "lasting job");
    CAF_CHECK_EQUAL(read(R"({"status":"aborted"})"), "lasting job");
    CAF_CHECK_EQUAL(read(R"({"status":"cancelled"})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"failed","error":"NSFW content detected"})"), "lasting job");
    CAF_CHECK_EQUAL(read(R"({"status":"failed","error":null})"), "passing job");
    CAF_CHECK_EQUAL(read("[]"), "passing engine");
    for (const auto* body : {"", "{}", R"({"id":""})", R"({"id":"a/b"})", R"({"id":7})"})
        CAF_CHECK(std::holds_alternative<engine_failure>(read_replicate_id(body)));
}

CAF_TEST_FIXTURE_SCOPE_END()
