#define CAF_SUITE generation

#include "actors/domain/generation.hpp"
#include "tests/support/generation_table.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <rapidcheck.h>
#include <string>
#include <vector>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

CAF_TEST(every event in every phase does what the table says) {
    for (const auto from : phases)
        for (const auto what : events) {
            auto machine = in(from, 3);
            CAF_REQUIRE_EQUAL(to_string(machine.phase()), to_string(from));
            const auto wanted = expected(from, what);
            CAF_MESSAGE(std::string{to_string(from)} + " + " + std::string{to_string(what)});
            CAF_CHECK(machine.on(what) == wanted.then);
            CAF_CHECK_EQUAL(to_string(machine.phase()), to_string(wanted.to));
            CAF_CHECK_EQUAL(machine.error(), wanted.error);
        }
}

CAF_TEST(the page about generations says what the table says) {
    const auto path = source_directory() / "actors/domain/generations.md";
    const auto expected = generation_page();
    if (std::getenv("ATELIER_UPDATE_DOCS") != nullptr)
        std::ofstream{path, std::ios::binary} << expected;
    std::ifstream in{path, std::ios::binary};
    const std::string written{std::istreambuf_iterator<char>{in}, {}};
    if (written != expected)
        CAF_ERROR("actors/domain/generations.md should be:\n" << expected);
}

CAF_TEST(a stumble of the last attempt is a failure) {
    auto machine = in(phase::pausing, 2);
    CAF_CHECK(machine.on(event::pause_over) == action::queue);
    CAF_CHECK(machine.on(event::slot_granted) == action::commit_running);
    CAF_CHECK(machine.on(event::started) == action::submit);
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
