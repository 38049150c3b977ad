#define CAF_SUITE simulation

#include "tests/simulation/environment.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <unistd.h>

/// The sanitizers end the process without a signal.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

using namespace atelier::test;

namespace {

constexpr std::uint64_t usual_seeds = 10'000;

/// How to see that seed again, also when an assertion has ended the process.
std::array<char, 100> how_to_replay{};

void say_how_to_replay() {
    // Whatever can be done about a failure to write, it is too late for it.
    [[maybe_unused]] const auto written =
        write(STDERR_FILENO, how_to_replay.data(), std::strlen(how_to_replay.data()));
}

void die(int signal) {
    say_how_to_replay();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void remember(std::uint64_t seed) {
    std::snprintf(how_to_replay.data(), how_to_replay.size(),
                  "replay: ATELIER_SIMULATION_SEED=%llu ./test -R '^simulation$'\n",
                  static_cast<unsigned long long>(seed));
}

/// Says what is wrong with a seed, and how it came to that.
bool show(simulation_runtime& runtime, std::uint64_t seed) {
    remember(seed);
    const auto report = simulate(runtime, seed, {.trace = &std::cerr});
    for (const auto& what : report.complaints)
        std::cerr << "seed " << seed << ": " << what << '\n';
    if (!report.complaints.empty())
        say_how_to_replay();
    return report.complaints.empty();
}

} // namespace

CAF_TEST(whatever happens in whatever order the books are right) {
    std::signal(SIGABRT, die);
    std::signal(SIGFPE, die);
    if (&__sanitizer_set_death_callback != nullptr)
        __sanitizer_set_death_callback(say_how_to_replay);
    simulation_runtime runtime;
    if (const auto seed = from_environment("ATELIER_SIMULATION_SEED", 0)) {
        CAF_CHECK(show(runtime, seed));
        return;
    }
    const auto first = from_environment("ATELIER_SIMULATION_FIRST", 1);
    const auto seeds = from_environment("ATELIER_SIMULATION_SEEDS", usual_seeds);
    simulation_report all;
    int wrong = 0;
    for (std::uint64_t seed = first; seed < first + seeds && wrong < 3; ++seed) {
        remember(seed);
        const auto report = simulate(runtime, seed, {});
        if (!report.complaints.empty()) {
            ++wrong;
            (void)show(runtime, seed);
        }
        all.accepted += report.accepted;
        all.steps += report.steps;
        all.deaths += report.deaths;
        all.crashes += report.crashes;
        all.foreign_writes += report.foreign_writes;
    }
    CAF_CHECK_EQUAL(wrong, 0);
    CAF_MESSAGE(seeds << " seeds, " << all.steps << " steps, " << all.accepted << " acknowledged, "
                      << all.deaths << " deaths, " << all.crashes << " crashes, " << all.foreign_writes
                      << " foreign writes");
    // A simulation in which nothing happens proves nothing.
    CAF_CHECK(all.accepted > seeds);
    CAF_CHECK(all.deaths > seeds / 10);
    CAF_CHECK(all.crashes > seeds / 10);
    CAF_CHECK(all.foreign_writes > seeds / 10);
}

CAF_TEST(a seed is the same story every time) {
    simulation_runtime used;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        simulation_runtime fresh;
        std::ostringstream first;
        std::ostringstream second;
        (void)simulate(used, seed, {.trace = &first});
        (void)simulate(fresh, seed, {.trace = &second});
        CAF_CHECK(first.str().size() > 100);
        CAF_CHECK_EQUAL(first.str(), second.str());
    }
}
