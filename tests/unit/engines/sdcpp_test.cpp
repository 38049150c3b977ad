#define CAF_SUITE sdcpp

#include "actors/engines/sdcpp.hpp"
#include "tests/support/sdcpp_stand_in.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

struct studio : remote_workshop {
    sdcpp_stand_in other{made_base64};

    [[nodiscard]] std::unique_ptr<engine> make(sdcpp_options asked = {}) const {
        return make_sdcpp(asked, options(other.server.url()));
    }
    engine_outcome run(std::string attach_to = "") {
        told one;
        const auto engine = make();
        engine->submit(job(1, std::move(attach_to)), one.callbacks());
        return one.get();
    }
    std::string trouble_of() { return in_short(std::get<engine_failure>(run())); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(sdcpp_tests, studio)

CAF_TEST(a job is begun and looked at until its picture is there) {
    told one;
    const auto engine = make();
    engine->submit(job(), one.callbacks());
    CAF_CHECK_EQUAL(one.id(), "job_1");
    CAF_CHECK_EQUAL(read_bytes(one.picture().file), made);
    const auto came = other.server.requests(4);
    CAF_CHECK_EQUAL(came.size(), 4U);
    const auto body = read_object(came.front().body);
    CAF_REQUIRE(body.has_value());
    CAF_CHECK_EQUAL(text_of(*body, "prompt"), "A bright kitchen");
    CAF_CHECK_EQUAL(number_of(*body, "width").value(), 832.0);
    CAF_CHECK_EQUAL(number_of(*body, "height").value(), 576.0);
    CAF_CHECK_EQUAL(number_of(*body, "strength").value(), 0.6);
    CAF_CHECK(!text_of(*body, "init_image").empty());
    CAF_CHECK(!body->contains("sample_params"));
    CAF_CHECK_EQUAL(came.back().target, "/sdcpp/v1/jobs/job_1");
}

CAF_TEST(an editing model is given the photo as a reference) {
    engine_parameters parameters;
    parameters.steps = 8;
    parameters.guidance = 2.5;
    sdcpp_options asked;
    asked.editing_model = true;
    const auto body = read_object(write_sdcpp_job(job(), parameters, asked, "UGhvdG8=", {}).body);
    CAF_CHECK(body->contains("ref_images"));
    CAF_CHECK(!body->contains("init_image"));
    const auto* sampling = object_of(*body, "sample_params");
    CAF_CHECK_EQUAL(number_of(*sampling, "sample_steps").value(), 8.0);
    CAF_CHECK_EQUAL(number_of(*object_of(*sampling, "guidance"), "txt_cfg").value(), 2.5);
}

CAF_TEST(a job of before is attached to and not begun again) {
    other.put("job_1", 1);
    std::filesystem::remove(std::get<engine_result>(run("job_1")).file);
    CAF_CHECK_EQUAL(other.job_count(), 1U);
    CAF_CHECK_EQUAL(other.server.requests(1).front().method, "GET");
    CAF_CHECK(nothing_left());
}

CAF_TEST(a job that the engine has forgotten is begun again) {
    CAF_CHECK_EQUAL(read_bytes(std::get<engine_result>(run("job_99")).file), made);
    CAF_CHECK_EQUAL(other.job_count(), 1U);
    CAF_MESSAGE("and so is one whose id is none");
    CAF_CHECK_EQUAL(read_bytes(std::get<engine_result>(run("../x")).file), made);
    CAF_CHECK_EQUAL(other.job_count(), 2U);
}

CAF_TEST(a result that expires before it was looked at may be made again) {
    other.expired = true;
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(why.detail, "the engine has lost the job");
    CAF_CHECK_EQUAL(in_short(why), "passing engine");
}

CAF_TEST(what goes wrong at the beginning is told with where it lies) {
    for (const auto what : {mishap::broken, mishap::away, mishap::lost, mishap::cut_off, mishap::no_json}) {
        other.trouble.next("begin", what);
        CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    }
    other.trouble.next("begin", mishap::busy);
    CAF_CHECK_EQUAL(trouble_of(), "passing busy");
    CAF_CHECK_EQUAL(other.job_count(), 0U);
    CAF_CHECK(nothing_left());
}

CAF_TEST(looks that fail for a while do not end the job) {
    other.trouble.next("look", mishap::broken);
    other.trouble.next("look", mishap::lost);
    CAF_CHECK_EQUAL(read_bytes(std::get<engine_result>(run()).file), made);
    other.trouble.next("look", mishap::away, 3);
    CAF_CHECK_EQUAL(trouble_of(), "passing engine");
}

CAF_TEST(a failure of the model may pass) {
    other.fails = true;
    const auto why = std::get<engine_failure>(run());
    CAF_CHECK_EQUAL(why.detail, "the engine failed: no memory");
    CAF_CHECK_EQUAL(in_short(why), "passing job");
}

CAF_TEST(cancelling tells the server but stopping does not ) {
    other.stays_queued = true;
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

CAF_TEST(a server that no longer cancels is no obstacle) {
    other.put("job_1", 1);
    told one;
    other.trouble.next("look", mishap::slow);
    const auto engine = make();
    engine->submit(job(1, "job_1"), one.callbacks());
    other.trouble.await_slow();
    engine->cancel(generation_id{1});
    CAF_CHECK_EQUAL(one.failure().detail, "canceled");
    CAF_CHECK_EQUAL(other.cancellations, 1);
}

CAF_TEST(the states of a job are read) {
    const auto read = [](std::string_view body) -> std::string {
        const auto state = read_sdcpp_job(std::string{body});
        if (std::holds_alternative<engine_working>(state))
            return "working";
        const auto* why = std::get_if<engine_failure>(&state);
        return why == nullptr ? std::get<picture_source>(state).base64 : in_short(*why);
    };
    CAF_CHECK_EQUAL(read(R"({"status":"queued"})"), "working");
    CAF_CHECK_EQUAL(read(R"({"status":"generating"})"), "working");
    CAF_CHECK_EQUAL(read(R"({"status":"completed","result":{"images":[{"index":0,"b64_json":"QQ=="}]}})"),
                    "QQ==");
    CAF_CHECK_EQUAL(read(R"({"status":"completed","result":{"images":[]}})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"completed","result":null})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"failed","error":null})"), "passing job");
    CAF_CHECK_EQUAL(read(R"({"status":"cancelled"})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":"canceled"})"), "passing engine");
    CAF_CHECK_EQUAL(read(R"({"status":5})"), "passing engine");
    CAF_CHECK_EQUAL(read("<html>"), "passing engine");
    for (const auto* body : {"", "{}", R"({"id":""})", R"({"id":"a/b"})", R"({"id":7})"})
        CAF_CHECK(std::holds_alternative<engine_failure>(read_sdcpp_id(body)));
}

CAF_TEST_FIXTURE_SCOPE_END()
