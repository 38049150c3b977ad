#define CAF_SUITE sdapi

#include "actors/engines/sdapi.hpp"
#include "tests/support/sdapi_stand_in.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test;

namespace {

struct studio : remote_workshop {
    sdapi_stand_in other{made_base64};

    [[nodiscard]] std::unique_ptr<engine> make(std::string secret = "", std::size_t threads = 1) const {
        auto all = options(other.server.url());
        all.secret = std::move(secret);
        all.threads = threads;
        sdapi_options asked;
        asked.user = "atelier";
        asked.checkpoint = "realistic";
        return make_sdapi(asked, all);
    }
    engine_outcome run(std::string parameters = "{}") {
        told one;
        const auto engine = make();
        auto order = job();
        order.parameters = std::move(parameters);
        engine->submit(order, one.callbacks());
        return one.get();
    }
    std::string trouble_of() { return in_short(std::get<engine_failure>(run())); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(sdapi_tests, studio)

CAF_TEST(a photo is painted within one call) {
    const auto result = std::get<engine_result>(run(R"({"steps":12,"strength":0.3})"));
    CAF_CHECK_EQUAL(read_bytes(result.file), made);
    const auto body = read_object(other.server.requests(1).front().body);
    CAF_REQUIRE(body.has_value());
    CAF_CHECK_EQUAL(text_of(*body, "prompt"), "A bright kitchen");
    CAF_CHECK_EQUAL(text_of(*body, "force_task_id"), "atelier-1");
    CAF_CHECK_EQUAL(number_of(*body, "steps").value(), 12.0);
    CAF_CHECK_EQUAL(number_of(*body, "denoising_strength").value(), 0.3);
    CAF_CHECK_EQUAL(number_of(*body, "seed").value(), 7.0);
    CAF_CHECK_EQUAL(number_of(*body, "width").value(), 800.0);
    CAF_CHECK_EQUAL(number_of(*body, "height").value(), 600.0);
    CAF_CHECK_EQUAL(text_of(*object_of(*body, "override_settings"), "sd_model_checkpoint"), "realistic");
}

CAF_TEST(a password is sent as basic authentication) {
    told one;
    const auto engine = make("secret");
    engine->submit(job(), one.callbacks());
    static_cast<void>(one.picture());
    CAF_CHECK_EQUAL(other.server.requests(1).front().header("authorization"), "Basic YXRlbGllcjpzZWNyZXQ=");
}

CAF_TEST(parameters that make no sense never leave) {
    CAF_CHECK_EQUAL(in_short(std::get<engine_failure>(run(R"({"steps":"many"})"))), "lasting job");
}

CAF_TEST(progress is told while the work goes on) {
    told one;
    other.trouble.next("work", mishap::slow);
    const auto engine = make();
    engine->submit(job(), one.callbacks());
    static_cast<void>(other.server.requests(2));
    const auto until = std::chrono::steady_clock::now() + patience;
    while (one.progress < 0.5 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    CAF_CHECK_EQUAL(one.progress, 0.5);
    other.trouble.release();
    static_cast<void>(one.picture());
}

CAF_TEST(what goes wrong is told with where it lies) {
    for (const auto what : {mishap::broken, mishap::away, mishap::lost, mishap::cut_off, mishap::no_json}) {
        other.trouble.next("work", what);
        CAF_CHECK_EQUAL(trouble_of(), "passing engine");
    }
    other.trouble.next("work", mishap::too_long);
    CAF_CHECK_EQUAL(trouble_of(), "lasting engine");
    other.trouble.next("work", mishap::busy);
    CAF_CHECK_EQUAL(trouble_of(), "passing busy");
    CAF_CHECK(nothing_left());
}

CAF_TEST(cancelling interrupts the work at the server if it is ours) {
    const auto interrupted = [&](bool named, bool another, std::size_t threads) {
        other.interrupts = 0;
        other.names_task = named;
        other.trouble.next("work", mishap::slow);
        told one;
        const auto engine = make("", threads);
        const auto before = other.server.requests(0).size();
        engine->submit(job(), one.callbacks());
        static_cast<void>(other.server.requests(before + 1));
        other.trouble.await_slow();
        other.busy_for_another = another;
        engine->cancel(generation_id{1});
        CAF_CHECK_EQUAL(one.failure().detail, "canceled");
        other.busy_for_another = false;
        return other.interrupts == 1;
    };
    CAF_CHECK(interrupted(true, false, 1));
    CAF_CHECK(!interrupted(true, true, 1));
    CAF_CHECK(interrupted(false, false, 1));
    CAF_MESSAGE("a server that does not say whose work it is may be at that of our other threads");
    CAF_CHECK(!interrupted(false, false, 2));
}

CAF_TEST(replies that are not what the documentation says are refused) {
    for (const auto* body : {"", "[]", "{}", R"({"images":[]})", R"({"images":[""]})", R"({"images":[5]})",
                             R"({"images":null,"parameters":{}})"})
        CAF_CHECK(std::holds_alternative<engine_failure>(read_sdapi_img2img(body)));
    CAF_CHECK(!read_sdapi_progress("{}").has_value());
    CAF_CHECK(!read_sdapi_progress(R"({"progress":0.0,"state":{"job_count":0}})")->under_way);
    CAF_CHECK_EQUAL(read_sdapi_progress(R"({"progress":7})")->done, 1.0);
}

CAF_TEST_FIXTURE_SCOPE_END()
