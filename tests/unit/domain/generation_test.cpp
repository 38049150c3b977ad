#define CAF_SUITE generation

#include "actors/domain/generation.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <rapidcheck.h>
#include <string>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

using event = generation_event;
using action = generation_action;
using phase = generation_phase;

constexpr std::array phases{phase::waiting, phase::starting,  phase::running, phase::pausing,
                            phase::storing, phase::finishing, phase::failing, phase::final};
constexpr std::array events{event::slot_granted,  event::started,         event::engine_delivered,
                            event::engine_failed, event::engine_stumbled, event::pause_over,
                            event::stored,        event::store_failed,    event::committed,
                            event::cancel,        event::deadline};

/// A machine that was led into `wanted` and has `attempts` for the whole job.
generation in(phase wanted, std::int32_t attempts) {
    generation machine{attempts};
    const auto lead = [&](std::initializer_list<event> through) {
        for (const auto e : through)
            (void)machine.on(e);
    };
    switch (wanted) {
    case phase::waiting:
        break;
    case phase::starting:
        lead({event::slot_granted});
        break;
    case phase::running:
        lead({event::slot_granted, event::started});
        break;
    case phase::pausing:
        lead({event::slot_granted, event::started, event::engine_stumbled});
        break;
    case phase::storing:
        lead({event::slot_granted, event::started, event::engine_delivered});
        break;
    case phase::finishing:
        lead({event::slot_granted, event::started, event::engine_delivered, event::stored});
        break;
    case phase::failing:
        lead({event::cancel});
        break;
    case phase::final:
        machine.close();
        break;
    }
    return machine;
}

struct transition {
    phase from;
    event what;
    action then;
    phase to;
    std::string_view error = "";
};

/// All that happens; any other event in any other phase is ignored.
constexpr std::array transitions{
    transition{phase::waiting, event::slot_granted, action::commit_running, phase::starting},
    transition{phase::starting, event::started, action::submit, phase::running},
    transition{phase::running, event::engine_delivered, action::store, phase::storing},
    transition{phase::running, event::engine_failed, action::fail, phase::failing, "engine_failed"},
    transition{phase::running, event::engine_stumbled, action::pause, phase::pausing},
    transition{phase::pausing, event::pause_over, action::submit, phase::running},
    transition{phase::storing, event::stored, action::commit_succeeded, phase::finishing},
    transition{phase::storing, event::store_failed, action::fail, phase::failing, "storage_failed"},
    transition{phase::finishing, event::committed, action::end, phase::final},
    transition{phase::failing, event::committed, action::end, phase::final, "canceled"},
    transition{phase::waiting, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::starting, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::running, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::pausing, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::storing, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::waiting, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::starting, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::running, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::pausing, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::storing, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
};

transition expected(phase from, event what) {
    for (const auto& t : transitions)
        if (t.from == from && t.what == what)
            return t;
    return {from, what, action::none, from, from == phase::failing ? "canceled" : ""};
}

} // namespace

CAF_TEST(every event in every phase does what the table says) {
    for (const auto from : phases)
        for (const auto what : events) {
            auto machine = in(from, 3);
            CAF_REQUIRE_EQUAL(to_string(machine.phase()), to_string(from));
            const auto wanted = expected(from, what);
            CAF_MESSAGE(std::string{to_string(from)} + " + event " + std::to_string(static_cast<int>(what)));
            CAF_CHECK(machine.on(what) == wanted.then);
            CAF_CHECK_EQUAL(to_string(machine.phase()), to_string(wanted.to));
            CAF_CHECK_EQUAL(machine.error(), wanted.error);
        }
}

CAF_TEST(a stumble of the last attempt is a failure) {
    auto machine = in(phase::pausing, 2);
    CAF_CHECK(machine.on(event::pause_over) == action::submit);
    CAF_CHECK_EQUAL(machine.attempt(), 2);
    CAF_CHECK(machine.on(event::engine_stumbled) == action::fail);
    CAF_CHECK_EQUAL(machine.error(), "engine_failed");

    auto only_one = in(phase::running, 1);
    CAF_CHECK(only_one.on(event::engine_stumbled) == action::fail);
}

CAF_TEST(attempts go on counting after a restart) {
    generation machine{3, 2};
    (void)machine.on(event::slot_granted);
    (void)machine.on(event::started);
    CAF_CHECK_EQUAL(machine.attempt(), 3);
    CAF_CHECK(machine.on(event::engine_stumbled) == action::fail);
}

CAF_TEST(it is at the engine while it runs and between attempts) {
    for (const auto p : phases)
        CAF_CHECK_EQUAL(in(p, 3).at_engine(), p == phase::running || p == phase::pausing);
}

CAF_TEST(whatever has happened a deadline and a commit end it) {
    const bool held = rc::check("end", [] {
        generation machine{*rc::gen::inRange(1, 5)};
        for (const auto i :
             *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, events.size())))
            (void)machine.on(events.at(i));
        (void)machine.on(event::deadline);
        (void)machine.on(event::committed);
        RC_ASSERT(machine.phase() == phase::final);
        RC_ASSERT(machine.attempt() < 5);
    });
    CAF_CHECK(held);
}

CAF_TEST(pauses double from a second to a minute and lose up to a half) {
    const std::array<std::chrono::seconds, 8> longest{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s};
    for (std::size_t i = 0; i < longest.size(); ++i) {
        const auto attempt = static_cast<std::int32_t>(i) + 2;
        CAF_CHECK(pause_before(attempt, 0) == longest[i] / 2.0);
        CAF_CHECK(pause_before(attempt, 0.999999) > longest[i] * 0.99);
        CAF_CHECK(pause_before(attempt, 0.999999) <= longest[i]);
    }
    CAF_CHECK(pause_before(1'000'000, 0) == 30s);
}
