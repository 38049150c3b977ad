#define CAF_SUITE supervisor

#include "actors/runtime/supervisor.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/test.hpp"

#include <map>
#include <string>

using namespace atelier;
using namespace std::chrono_literals;

static_assert(!std::is_aggregate_v<supervisor_state>);

namespace {

/// A supervisor of two children; it allows two restarts of each in a minute, after 100 ms, then 200 ms.
struct fixture : test::deterministic {
    fixture() { settle(); }
    ~fixture() { end_all(); }

    child_spec child(const std::string& kind) {
        return {kind, [this, kind](supervisor_state::actor* parent) {
                    auto started = parent->spawn<caf::monitored>(
                        [](caf::event_based_actor*) { return caf::behavior{[](int echo) { return echo; }}; });
                    children[kind] = started;
                    starts += kind + " ";
                    return caf::actor_cast<caf::actor_addr>(started);
                }};
    }

    supervisor_options options() {
        return {time,
                meters,
                {child("a"), child("b")},
                2,
                1min,
                200ms,
                1s,
                [] {
                    return 0.0; /* half */
                },
                [this](const std::string& why) { failure = why; },
                &crashes};
    }

    bool alive(const std::string& kind) {
        // An actor that has ended answers a request at once.
        const auto sent = ask<int>(children[kind], 1);
        settle();
        return !sent.bounced();
    }

    std::map<std::string, caf::actor> children;
    std::string starts;
    std::string failure;
    restart_log crashes;
    supervisor_actor supervisor = owned(supervisor_actor{system.spawn(supervisor_behavior, options())});
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

CAF_TEST(children start in order) {
    CAF_CHECK_EQUAL(starts, "a b ");
}

CAF_TEST(a child that crashes is started again after a pause and its siblings go on) {
    crash(children["a"]);
    elapse(99ms);
    CAF_CHECK_EQUAL(starts, "a b ");
    elapse(1ms);
    CAF_CHECK_EQUAL(starts, "a b a ");
    CAF_CHECK(alive("a") && alive("b"));
    CAF_CHECK_EQUAL(meters.actor("a").restarts.Value(), 1);
    CAF_CHECK_EQUAL(failure, "");
    const auto noted = crashes.latest();
    CAF_REQUIRE_EQUAL(noted.size(), 1u);
    CAF_CHECK_EQUAL(noted[0].kind, "a");
    CAF_CHECK(!noted[0].reason.empty());
}

CAF_TEST(only the latest crashes are kept and the last one comes first) {
    restart_log log;
    for (std::size_t i = 0; i <= restart_log::kept; ++i)
        log.add(time.now(), std::to_string(i), "why");
    CAF_CHECK_EQUAL(log.latest().size(), restart_log::kept);
    CAF_CHECK_EQUAL(log.latest().front().kind, std::to_string(restart_log::kept));
    CAF_CHECK_EQUAL(log.latest().back().kind, "1");
}

CAF_TEST(a child that merely ends is missed as well) {
    caf::anon_send_exit(children["b"], caf::exit_reason::user_shutdown);
    settle();
    elapse(100ms);
    CAF_CHECK_EQUAL(starts, "a b b ");
}

CAF_TEST(the pause grows with each crash) {
    crash(children["a"]);
    elapse(100ms);
    crash(children["a"]);
    elapse(199ms);
    CAF_CHECK_EQUAL(starts, "a b a ");
    elapse(1ms);
    CAF_CHECK_EQUAL(starts, "a b a a ");
}

CAF_TEST(a child that crashes too often takes everything down) {
    for (int i = 0; i < 3; ++i) {
        crash(children["a"]);
        elapse(1s);
    }
    CAF_CHECK_EQUAL(starts, "a b a a ");
    CAF_CHECK(failure.find("'a'") != std::string::npos);
    CAF_CHECK(!alive("b"));
    CAF_CHECK_EQUAL(meters.actor("supervisor").exited_by_failure.Value(), 1);
}

CAF_TEST(crashes of different children do not add up) {
    for (int i = 0; i < 2; ++i)
        for (const auto* kind : {"a", "b"}) {
            crash(children[kind]);
            elapse(1s);
        }
    CAF_CHECK_EQUAL(failure, "");
    CAF_CHECK(alive("a") && alive("b"));
}

CAF_TEST(after a quiet window the pause is short again) {
    for (int i = 0; i < 4; ++i) {
        crash(children["a"]);
        elapse(100ms);
        CAF_CHECK(alive("a"));
        elapse(2min);
    }
    CAF_CHECK_EQUAL(failure, "");
}

CAF_TEST(children end with their supervisor) {
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    settle();
    CAF_CHECK(!alive("a") && !alive("b"));
    elapse(1s);
    CAF_CHECK_EQUAL(starts, "a b ");
}

CAF_TEST_FIXTURE_SCOPE_END()
