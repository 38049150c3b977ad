#define CAF_SUITE dispatcher_actor

#include "actors/dispatcher.hpp"
#include "actors/generation.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/test.hpp"

#include <map>
#include <string>

using namespace atelier;

static_assert(!std::is_aggregate_v<dispatcher_state>);

namespace {

struct fixture : test::deterministic {
    ~fixture() { end_all(); }

    /// A generation asks for a slot; it writes down when it gets one.
    void request(std::int64_t job, std::int64_t user) {
        auto& who = jobs[job];
        if (!who)
            who = owned(generation_actor{system.spawn([this, job, user](generation_actor::pointer self) {
                return behave(self, generation_id{job}, user_id{user});
            })});
        caf::anon_send(who, start_generation{generation_id{job}, {}, {}});
        settle();
    }

    generation_actor::behavior_type behave(generation_actor::pointer self, generation_id job, user_id user) {
        return {
            [this, self, job, user](start_generation) {
                self->send(dispatcher, request_slot{job, user});
            },
            [](cancel_generation) { return outcome<generation_record>{errc::internal}; },
            [this](slot_granted s) { granted += std::to_string(s.id.value) + " "; },
            [](engine_progressed) {},
            [](const engine_finished&) {},
            [](const output_stored&) {},
            [](generation_timer) {},
            [](retire) { return retired{}; },
        };
    }

    void release(std::int64_t job) {
        caf::anon_send(dispatcher, release_slot{generation_id{job}});
        settle();
    }

    queue_depths depths;
    dispatcher_context context{meters, depths, 2};
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
    CAF_CHECK_EQUAL(meters.generations_running.Value(), 2);
    CAF_CHECK_EQUAL(meters.generations_queued.Value(), 1);
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
    CAF_CHECK_EQUAL(meters.generations_running.Value(), 1);
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
    CAF_CHECK_EQUAL(meters.generations_running.Value(), 0);
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
    CAF_CHECK_EQUAL(meters.generations_running.Value(), 1);
}

CAF_TEST(a new dispatcher begins with nobody waiting) {
    for (const int job : {11, 12, 13})
        request(job, 1);
    crash(dispatcher);
    dispatcher = owned(dispatcher_actor{system.spawn(dispatcher_behavior, &context)});
    settle();
    CAF_CHECK_EQUAL(depths.total(), 0u);
    request(13, 1);
    CAF_CHECK_EQUAL(granted, "11 12 13 ");
}

CAF_TEST_FIXTURE_SCOPE_END()
