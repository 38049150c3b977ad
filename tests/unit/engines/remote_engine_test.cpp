#define CAF_SUITE remote_engine

#include "actors/engines/remote_engine.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

/// Does with a job what the test says.
class scripted final : public remote_driver {
public:
    using script = std::function<engine_outcome(remote_job&)>;

    explicit scripted(script what) : what_{std::move(what)} {}
    [[nodiscard]] std::string_view name() const override { return "scripted"; }
    [[nodiscard]] engine_outcome work(remote_job& job) const override { return what_(job); }

private:
    script what_;
};

struct bench : remote_workshop {
    [[nodiscard]] std::unique_ptr<engine> make(scripted::script what,
                                               const atelier::clock* other = nullptr) const {
        auto all = options("http://127.0.0.1:1");
        all.secret = "sk-7";
        all.queue_limit = 1;
        if (other != nullptr)
            all.time = other;
        return std::make_unique<remote_engine>(std::make_unique<const scripted>(std::move(what)), all);
    }
    /// Waits until nobody wants the job any more.
    static engine_outcome until_over(remote_job& job) {
        while (job.wait(std::chrono::seconds{1}))
            ;
        return job.reason_to_stop();
    }
};

engine_outcome refuse(remote_job&) {
    return engine_failure{false, "no"};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(remote_engine_tests, bench)

CAF_TEST(a job ends with what the driver says) {
    told one;
    const auto engine = make(refuse);
    CAF_CHECK_EQUAL(engine->name(), "scripted");
    engine->submit(job(), one.callbacks());
    CAF_CHECK_EQUAL(one.failure().detail, "no");
}

CAF_TEST(secrets are not shown and exceptions are failures that may pass) {
    told shown;
    told thrown;
    const auto engine = make([](remote_job& j) -> engine_outcome {
        if (j.order().id == generation_id{2})
            throw std::bad_alloc{};
        return engine_failure{false, "the key sk-7 is wrong"};
    });
    engine->submit(job(1), shown.callbacks());
    CAF_CHECK_EQUAL(shown.failure().detail, "the key (hidden) is wrong");
    engine->submit(job(2), thrown.callbacks());
    CAF_CHECK_EQUAL(in_short(thrown.failure()), "passing engine");
}

CAF_TEST(more jobs than may wait are refused for now) {
    told first;
    told second;
    told third;
    const auto engine = make([](remote_job& j) {
        j.accepted("begun");
        return until_over(j);
    });
    engine->submit(job(1), first.callbacks());
    CAF_CHECK_EQUAL(first.id(), "begun");
    engine->submit(job(2), second.callbacks());
    engine->submit(job(3), third.callbacks());
    CAF_REQUIRE(third.has_ended());
    CAF_CHECK_EQUAL(in_short(third.failure()), "passing busy");
    CAF_MESSAGE("a waiting job is cancelled at once, one at work soon");
    engine->cancel(generation_id{2});
    CAF_REQUIRE(second.has_ended());
    CAF_CHECK_EQUAL(second.failure().detail, "canceled");
    engine->cancel(generation_id{1});
    const auto why = first.failure();
    CAF_CHECK_EQUAL(why.detail, "canceled");
    CAF_CHECK_EQUAL(in_short(why), "lasting ended");
    engine->cancel(generation_id{99});
}

CAF_TEST(stopping ends what runs and what waits so that it may be tried again) {
    told running;
    told waiting;
    told late;
    const auto engine = make([](remote_job& j) {
        j.accepted("begun");
        return until_over(j);
    });
    engine->submit(job(1), running.callbacks());
    static_cast<void>(running.id());
    engine->submit(job(2), waiting.callbacks());
    engine->stop();
    engine->submit(job(3), late.callbacks());
    for (auto* each : {&running, &waiting, &late})
        CAF_CHECK_EQUAL(in_short(each->failure()), "passing ended");
    engine->stop();
}

CAF_TEST(a deadline that passes ends the job) {
    manual_clock hands;
    told one;
    told late;
    const auto engine = make(until_over, &hands);
    auto order = job();
    order.deadline = hands.now() + std::chrono::minutes{1};
    engine->submit(order, one.callbacks());
    hands.advance(std::chrono::minutes{2});
    CAF_CHECK_EQUAL(one.failure().detail, "the deadline has passed");
    engine->submit(order, late.callbacks());
    CAF_CHECK_EQUAL(in_short(late.failure()), "lasting ended");
}

CAF_TEST(a picture that comes after the end of the job is not handed out) {
    told one;
    const auto engine = make([&](remote_job& j) {
        j.accepted("begun");
        static_cast<void>(until_over(j));
        picture_source source;
        source.base64 = made_base64;
        return j.deliver(source);
    });
    engine->submit(job(), one.callbacks());
    static_cast<void>(one.id());
    engine->cancel(generation_id{1});
    CAF_CHECK_EQUAL(one.failure().detail, "canceled");
    CAF_CHECK(nothing_left());
}

CAF_TEST(pictures are delivered from text and only if they are whole and within the limits) {
    const auto deliver = [&](std::string text, std::uint64_t pixels = 64'000'000) {
        auto all = options("http://127.0.0.1:1");
        all.pixels = pixels;
        remote_engine engine{std::make_unique<const scripted>([text](remote_job& j) {
                                 picture_source source;
                                 source.base64 = text;
                                 return j.deliver(source);
                             }),
                             all};
        told one;
        engine.submit(job(), one.callbacks());
        return one.get();
    };
    for (const auto& good : {made_base64, "data:image/png;base64," + made_base64}) {
        const auto result = std::get<engine_result>(deliver(good));
        CAF_CHECK_EQUAL(result.content_type, "image/png");
        CAF_CHECK_EQUAL(read_bytes(result.file), made);
        std::filesystem::remove(result.file);
    }
    for (const auto& bad : {broken_base64, std::string{"*****"}, std::string{"data:,"}, std::string{"AAAA"}})
        CAF_CHECK_EQUAL(in_short(std::get<engine_failure>(deliver(bad))), "passing engine");
    CAF_CHECK_EQUAL(in_short(std::get<engine_failure>(deliver(made_base64, 100))), "lasting engine");
    CAF_CHECK(nothing_left());
}

CAF_TEST_FIXTURE_SCOPE_END()
