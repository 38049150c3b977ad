#define CAF_SUITE preview

#include "actors/engines/preview.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/pictures.hpp"

#include <future>
#include <memory>
#include <optional>

using namespace atelier;
using namespace atelier::test;

namespace {

/// What the engine said about one job.
struct listener {
    std::promise<engine_outcome> finished;
    std::future<engine_outcome> outcome = finished.get_future();
    std::promise<void> started;
    std::function<void()> on_start = [] {};
    bool begun = false;

    [[nodiscard]] engine_callbacks callbacks() {
        engine_callbacks result;
        result.progress = [this](double /*done*/) {
            if (begun)
                return;
            begun = true;
            started.set_value();
            on_start();
        };
        result.finished = [this](engine_outcome o) { finished.set_value(std::move(o)); };
        return result;
    }

    [[nodiscard]] engine_failure failure() { return std::get<engine_failure>(outcome.get()); }
    [[nodiscard]] bool has_ended() const {
        return outcome.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    }
};

struct workshop {
    temporary_directory directory;
    manual_clock time;

    [[nodiscard]] preview_options options(std::size_t queue_limit = 8) const {
        return {
            .temporary = directory.path() / "new", .threads = 1, .queue_limit = queue_limit, .time = &time};
    }

    [[nodiscard]] engine_job job(std::int64_t id, std::string_view photo = "plain.png") const {
        engine_job result;
        result.id = generation_id{id};
        result.input = room(photo);
        result.content_type = "image/png";
        result.prompt = "Palette: navy, brass and white.";
        result.seed = 1;
        result.deadline = time.now() + std::chrono::minutes{10};
        return result;
    }

    [[nodiscard]] bool nothing_left() const {
        return !std::filesystem::exists(directory.path() / "new") ||
               std::filesystem::is_empty(directory.path() / "new");
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(preview_tests, workshop)

CAF_TEST(a job ends with a picture that belongs to the receiver) {
    listener one;
    preview engine{options()};
    CAF_CHECK_EQUAL(engine.name(), "preview");
    engine.submit(job(1), one.callbacks());
    const auto result = std::get<engine_result>(one.outcome.get());
    CAF_CHECK_EQUAL(result.content_type, "image/jpeg");
    CAF_CHECK_EQUAL(result.width, 800);
    CAF_CHECK_EQUAL(result.height, 600);
    CAF_CHECK(result.file.parent_path() == directory.path() / "new");
    CAF_CHECK(mean_distance(look_at(room("plain.png")), look_at(result.file)) > 5);
    engine.stop();
    CAF_CHECK(std::filesystem::exists(result.file));
}

CAF_TEST(jobs of several threads each end once) {
    std::vector<listener> listeners(6);
    auto many = options();
    many.threads = 2;
    preview engine{many};
    for (std::size_t i = 0; i < listeners.size(); ++i)
        engine.submit(job(static_cast<std::int64_t>(i) + 1, "sixteen_bit.png"), listeners[i].callbacks());
    for (auto& l : listeners)
        CAF_CHECK(std::holds_alternative<engine_result>(l.outcome.get()));
}

CAF_TEST(a waiting job that is cancelled ends at once) {
    listener first;
    listener second;
    std::promise<void> release;
    first.on_start = [&] { release.get_future().wait(); };
    preview engine{options()};
    engine.submit(job(1), first.callbacks());
    engine.submit(job(2), second.callbacks());
    first.started.get_future().wait();
    engine.cancel(generation_id{2});
    CAF_CHECK(second.has_ended());
    const auto why = second.failure();
    CAF_CHECK(!why.transient);
    CAF_CHECK_EQUAL(why.detail, "canceled");
    release.set_value();
    CAF_CHECK(std::holds_alternative<engine_result>(first.outcome.get()));
}

CAF_TEST(a running job that is cancelled gives no picture) {
    listener one;
    listener next;
    preview engine{options()};
    one.on_start = [&] { engine.cancel(generation_id{1}); };
    engine.submit(job(1), one.callbacks());
    const auto why = one.failure();
    CAF_CHECK(!why.transient);
    CAF_CHECK_EQUAL(why.detail, "canceled");
    CAF_CHECK(nothing_left());
    CAF_MESSAGE("the next job is not affected");
    engine.submit(job(1), next.callbacks());
    CAF_CHECK(std::holds_alternative<engine_result>(next.outcome.get()));
}

CAF_TEST(cancelling what is not there does nothing) {
    preview engine{options()};
    engine.cancel(generation_id{99});
}

CAF_TEST(a deadline that passes ends the job) {
    listener one;
    one.on_start = [&] { time.advance(std::chrono::minutes{11}); };
    preview engine{options()};
    engine.submit(job(1), one.callbacks());
    const auto why = one.failure();
    CAF_CHECK(!why.transient);
    CAF_CHECK_EQUAL(why.detail, "the deadline has passed");
    CAF_CHECK(nothing_left());
}

CAF_TEST(more jobs than may wait are refused for now) {
    listener first;
    listener second;
    listener third;
    std::promise<void> release;
    first.on_start = [&] { release.get_future().wait(); };
    preview engine{options(1)};
    engine.submit(job(1), first.callbacks());
    first.started.get_future().wait();
    engine.submit(job(2), second.callbacks());
    engine.submit(job(3), third.callbacks());
    CAF_CHECK(third.has_ended());
    CAF_CHECK(third.failure().transient);
    release.set_value();
    CAF_CHECK(std::holds_alternative<engine_result>(second.outcome.get()));
}

CAF_TEST(stopping ends what runs and what waits so that it may be tried again) {
    listener running;
    listener waiting;
    listener late;
    // Goes on once the waiting job has been ended.
    running.on_start = [&] { waiting.outcome.wait(); };
    preview engine{options()};
    engine.submit(job(1), running.callbacks());
    running.started.get_future().wait();
    engine.submit(job(2), waiting.callbacks());
    engine.stop();
    CAF_CHECK(running.failure().transient);
    CAF_CHECK(waiting.failure().transient);
    engine.submit(job(3), late.callbacks());
    CAF_CHECK(late.failure().transient);
    engine.stop();
    CAF_CHECK(nothing_left());
}

CAF_TEST(a photo that cannot be read fails for good) {
    listener broken;
    preview engine{options()};
    engine.submit(job(1, "truncated.jpg"), broken.callbacks());
    CAF_CHECK(!broken.failure().transient);
    CAF_CHECK(nothing_left());
}

CAF_TEST(a directory that cannot be written is worth another attempt) {
    write_bytes(directory.path() / "new", "a file where the directory should be");
    listener one;
    preview engine{options()};
    engine.submit(job(1), one.callbacks());
    CAF_CHECK(one.failure().transient);
}

CAF_TEST_FIXTURE_SCOPE_END()
