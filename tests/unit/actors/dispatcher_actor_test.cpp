#define CAF_SUITE dispatcher_actor

#include "actors/dispatcher.hpp"
#include "actors/generation.hpp"
#include "actors/runtime/event_hub.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/test.hpp"

#include <map>
#include <string>

using namespace atelier;

static_assert(!std::is_aggregate_v<dispatcher_state>);

using namespace std::chrono_literals;

namespace {

/// An engine of which only the name matters.
class named_engine final : public engine {
public:
    explicit named_engine(std::string_view name) : name_{name} {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    void submit(engine_job /*job*/, engine_callbacks /*callbacks*/) override {}
    void cancel(generation_id /*job*/) override {}
    void stop() override {}

private:
    std::string_view name_;
};

std::vector<engine_set::member> two_engines() {
    std::vector<engine_set::member> members;
    members.push_back({std::make_unique<named_engine>("first"), 2});
    members.push_back({std::make_unique<named_engine>("second"), 1});
    return members;
}

constexpr engine_id first{0};
constexpr engine_id second{1};

struct fixture : test::deterministic {
    ~fixture() { end_all(); }

    /// A generation asks for a slot; it writes down when it gets one.
    void request(std::int64_t job, std::int64_t user, std::vector<engine_id> engines = {first}) {
        auto& who = jobs[job];
        if (!who)
            who = owned(
                generation_actor{system.spawn([this, job, user, engines](generation_actor::pointer self) {
                    return behave(self, {generation_id{job}, user_id{user}, engines});
                })});
        caf::anon_send(who, start_generation{generation_id{job}});
        settle();
    }

    generation_actor::behavior_type behave(generation_actor::pointer self, const request_slot& wish) {
        return {
            [this, self, wish](start_generation) { self->send(dispatcher, wish); },
            [](cancel_generation) { return outcome<generation_record>{errc::internal}; },
            [this](slot_granted s) {
                granted += std::to_string(s.id.value) + (s.engine == second ? "' " : " ");
            },
            [](const engine_accepted&) {},
            [](engine_progressed) {},
            [](const engine_finished&) {},
            [](const output_stored&) {},
            [](generation_timer) {},
            [](retire) { return retired{}; },
        };
    }

    void release(std::int64_t job, engine_conduct conduct = {},
                 std::optional<std::chrono::milliseconds> retry_after = {}) {
        caf::anon_send(dispatcher, release_slot{generation_id{job}, conduct, retry_after});
        settle();
    }

    /// "ahead/estimated wait in seconds", or the error.
    std::string place(std::int64_t job) {
        const auto sent = ask<outcome<queue_place>>(dispatcher, find_queue_place{generation_id{job}});
        settle();
        if (!*sent)
            return std::string{to_string(sent->error().code)};
        const auto wait = (*sent)->estimated_wait;
        return std::to_string((*sent)->ahead) + "/" + (wait ? std::to_string(wait->count() / 1000) : "?");
    }

    engine_set engines{two_engines(), {first, second}, {}};
    queue_depths depths;
    event_hub news{time};
    dispatcher_context context{time, meters, depths, engines, {2, 10s}, news};
    dispatcher_actor dispatcher = owned(dispatcher_actor{system.spawn(dispatcher_behavior, &context)});
    std::map<std::int64_t, generation_actor> jobs;
    std::string granted;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(dispatcher_tests, fixture)

CAF_TEST(slots are handed out at once while there are any) {
    request(11, 1);
    request(12, 1);
    request(13, 1);
    CAF_CHECK_EQUAL(granted, "11 12 ");
    CAF_CHECK_EQUAL(depths.total(), 1u);
    CAF_CHECK_EQUAL(meters.engine("first").running.Value(), 2);
    CAF_CHECK_EQUAL(meters.engine("first").queued.Value(), 1);
    release(11);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    CAF_CHECK_EQUAL(depths.total(), 0u);
}

CAF_TEST(users take turns) {
    for (const int job : {11, 12, 13, 14})
        request(job, 1);
    request(21, 2);
    request(31, 3);
    CAF_CHECK_EQUAL(depths.of(user_id{1}), 2u);
    for (const int job : {11, 12, 13, 21, 31})
        release(job);
    CAF_CHECK_EQUAL(granted, "11 12 13 21 31 14 ");
    CAF_CHECK_EQUAL(depths.of(user_id{1}), 0u);
}

CAF_TEST(asking again changes nothing) {
    for (const int job : {11, 12, 13, 13, 11})
        request(job, 1);
    CAF_CHECK_EQUAL(depths.total(), 1u);
    release(11);
    release(12);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    CAF_CHECK_EQUAL(meters.engine("first").running.Value(), 1);
}

CAF_TEST(whoever gives up waiting is passed over) {
    for (const int job : {11, 12, 13, 14})
        request(job, 1);
    release(13);
    CAF_CHECK_EQUAL(depths.total(), 1u);
    release(11);
    CAF_CHECK_EQUAL(granted, "11 12 14 ");
}

CAF_TEST(giving back what one does not have changes nothing) {
    request(11, 1);
    release(11);
    release(11);
    release(99);
    CAF_CHECK_EQUAL(meters.engine("first").running.Value(), 0);
    for (const int job : {12, 13, 14})
        request(job, 1);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
}

CAF_TEST(the slot of an actor that is lost is free again) {
    for (const int job : {11, 12, 13, 14})
        request(job, 1);
    crash(jobs[11]);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    crash(jobs[14]);
    CAF_CHECK_EQUAL(depths.total(), 0u);
    release(12);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    CAF_CHECK_EQUAL(meters.engine("first").running.Value(), 1);
}

CAF_TEST(a new dispatcher begins with nobody waiting) {
    for (const int job : {11, 12, 13})
        request(job, 1);
    crash(dispatcher);
    dispatcher = owned(dispatcher_actor{system.spawn(dispatcher_behavior, &context)});
    settle();
    CAF_CHECK_EQUAL(depths.total(), 0u);
    CAF_CHECK_EQUAL(meters.engine("first").running.Value(), 0);
    request(13, 1);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
}

CAF_TEST(each engine has slots of its own) {
    for (const int job : {11, 12, 13})
        request(job, 1);
    request(21, 2, {second});
    request(22, 2, {second});
    CAF_CHECK_EQUAL(granted, "11 12 21' ");
    release(21);
    CAF_CHECK_EQUAL(granted, "11 12 21' 22' ");
    CAF_CHECK_EQUAL(meters.engine("second").running.Value(), 1);
}

CAF_TEST(those who wait for an engine that is left alone go on to their next) {
    request(11, 1, {first, second});
    request(12, 1);
    request(13, 1, {first, second});
    request(14, 1);
    request(15, 2, {first, second});
    release(11, engine_conduct::bad);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    release(12, engine_conduct::bad);
    CAF_CHECK_EQUAL(granted, "11 12 13 15' ");
    CAF_CHECK_EQUAL(meters.engine("first").left_alone.Value(), 1);
    CAF_CHECK_EQUAL(meters.engine("first").bad.Value(), 2);
    request(16, 3, {first, second});
    release(15);
    CAF_CHECK_EQUAL(granted, "11 12 13 15' 16' ");
}

CAF_TEST(those who wait come back to an engine that takes jobs again) {
    request(11, 1);
    release(11, engine_conduct::busy, 5s);
    for (const int job : {12, 13, 14, 15})
        request(job, 1, {first, second});
    CAF_CHECK_EQUAL(granted, "11 12' ");
    CAF_CHECK_EQUAL(meters.engine("second").queued.Value(), 3);
    elapse(5s);
    CAF_CHECK_EQUAL(granted, "11 12' 13 14 ");
    CAF_CHECK_EQUAL(meters.engine("first").queued.Value(), 1);
}

CAF_TEST(jobs for different engines take turns) {
    for (const int job : {11, 12, 13, 14, 15})
        request(job, 1, {first, second});
    request(16, 1);
    for (const int job : {11, 12, 13})
        release(job);
    CAF_CHECK(granted.find("16 ") != std::string::npos);
}

CAF_TEST(queues of one engine take turns whatever another engine is given meanwhile) {
    request(11, 1);
    request(12, 1);
    request(31, 3, {second});
    request(13, 1);
    request(14, 1);
    request(21, 2, {first, second});
    request(32, 3, {second});
    CAF_CHECK_EQUAL(granted, "11 12 31' ");
    release(11);
    release(31);
    release(12);
    CAF_CHECK_EQUAL(granted, "11 12 31' 21 32' 13 ");
}

CAF_TEST(after its pause an engine is tried with one job) {
    for (const int job : {11, 12, 13, 14, 15})
        request(job, 1);
    release(11, engine_conduct::bad);
    release(12, engine_conduct::bad);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    release(13);
    elapse(10s - 1us);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
    elapse(1us);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 ");
    release(14, engine_conduct::good);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 15 ");
    CAF_CHECK_EQUAL(meters.engine("first").left_alone.Value(), 0);
}

CAF_TEST(an engine that asks for it is left alone so long) {
    for (const int job : {11, 12, 13})
        request(job, 1);
    release(11, engine_conduct::busy, 5s);
    CAF_CHECK_EQUAL(granted, "11 12 ");
    elapse(5s);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
}

CAF_TEST(a job that is lost while it tries an engine lets another try) {
    for (const int job : {11, 12, 13})
        request(job, 1);
    release(11, engine_conduct::bad);
    release(12, engine_conduct::bad);
    request(14, 1);
    release(13);
    elapse(10s);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 ");
    request(15, 1);
    crash(jobs[14]);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 15 ");
}

CAF_TEST(a job from before its pause lets nobody else try an engine) {
    for (const int job : {11, 12, 13, 14, 15})
        request(job, 1);
    release(11, engine_conduct::bad);
    release(13, engine_conduct::bad);
    elapse(10s);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 ");
    release(12);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 ");
    release(14);
    CAF_CHECK_EQUAL(granted, "11 12 13 14 15 ");
}

CAF_TEST(whoever waits can ask how long) {
    for (const int job : {11, 12, 13, 14, 21})
        request(job, job / 10);
    CAF_CHECK_EQUAL(place(11), "not_found");
    CAF_CHECK_EQUAL(place(99), "not_found");
    CAF_CHECK_EQUAL(place(13), "0/?");
    CAF_CHECK_EQUAL(place(21), "1/?");
    CAF_CHECK_EQUAL(place(14), "2/?");
    elapse(20s);
    release(11, engine_conduct::good);
    CAF_CHECK_EQUAL(place(21), "0/10");
    CAF_CHECK_EQUAL(place(14), "1/20");
}

CAF_TEST(who listens is told when a place has changed) {
    std::string told;
    const auto listening =
        news.listen(user_id{2}, {}, [&](const event_ptr& e) { told += e->name + e->data; });
    for (const int job : {11, 12, 13, 14, 21})
        request(job, job / 10);
    CAF_CHECK_EQUAL(told, "");
    elapse(1s);
    CAF_CHECK_EQUAL(told,
                    R"(queue{"generation_id":21,"queue":{"position":2,"estimated_wait_seconds":null}})");
    told.clear();
    release(14); // which was behind it
    elapse(1s);
    CAF_CHECK_EQUAL(told, "");
    release(11, engine_conduct::good);
    elapse(1s);
    CAF_CHECK(told.find(R"("position":1,)") != std::string::npos);
    told.clear();
    release(12);
    elapse(1s);
    CAF_CHECK_EQUAL(told, "");
}

CAF_TEST_FIXTURE_SCOPE_END()
