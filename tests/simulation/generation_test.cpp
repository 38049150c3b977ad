#define CAF_SUITE generation_simulation

#include "tests/simulation/environment.hpp"
#include "tests/simulation/generation_simulation.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <iostream>
#include <sstream>

using namespace atelier::test;

namespace {

constexpr std::uint64_t usual_seeds = 1'000;

/// Says what is wrong with a seed, and how it came to that.
bool show(simulation_runtime& runtime, std::uint64_t seed) {
    const auto report = simulate_generations(runtime, seed, {.trace = &std::cerr});
    for (const auto& what : report.complaints)
        std::cerr << "seed " << seed << ": " << what << '\n';
    if (!report.complaints.empty())
        std::cerr << "replay: ATELIER_GENERATION_SEED=" << seed << " ./test -R '^simulation$'\n";
    return report.complaints.empty();
}

struct mutant {
    generation_bug bug;
    const char* name;
    std::uint64_t within; ///< seeds
};

constexpr std::array mutants{
    mutant{generation_bug::failures_stay_open, "returns tokens and leaves the generation open", 200},
    mutant{generation_bug::ends_without_guard, "ends without guard", 1'000},
    mutant{generation_bug::keeps_slots, "keeps slots", 200},
    mutant{generation_bug::never_leaves_alone, "never leaves an engine alone", 500},
    mutant{generation_bug::knows_no_users, "knows no users", 200},
    mutant{generation_bug::counts_attaching, "takes attaching for an attempt", 500},
    mutant{generation_bug::ignores_attach, "begins work that the engine has", 500},
    mutant{generation_bug::swallows_refusals, "swallows refusals", 500},
};

} // namespace

CAF_TEST(whatever happens every generation ends and is paid for once) {
    simulation_runtime runtime;
    if (const auto seed = from_environment("ATELIER_GENERATION_SEED", 0)) {
        CAF_CHECK(show(runtime, seed));
        return;
    }
    const auto first = from_environment("ATELIER_SIMULATION_FIRST", 1);
    const auto seeds = from_environment("ATELIER_SIMULATION_SEEDS", usual_seeds);
    generation_report all;
    int wrong = 0;
    for (auto seed = first; seed < first + seeds && wrong < 3; ++seed) {
        const auto report = simulate_generations(runtime, seed, {});
        if (!report.complaints.empty()) {
            ++wrong;
            (void)show(runtime, seed);
        }
        all.add(report);
    }
    CAF_CHECK_EQUAL(wrong, 0);
    CAF_MESSAGE(seeds << " seeds, " << all.steps << " steps, " << all.succeeded << " succeeded, "
                      << all.canceled << " canceled, " << all.failed << " failed, " << all.attached
                      << " gone on with, " << all.elsewhere << " elsewhere, " << all.trips << " trips, "
                      << all.trials << " trials, " << all.deaths << " deaths, " << all.crashes << " crashes");
    // A simulation in which nothing happens proves nothing.
    CAF_CHECK(all.succeeded > seeds);
    CAF_CHECK(all.canceled > seeds / 10);
    CAF_CHECK(all.failed > seeds / 10);
    CAF_CHECK(all.attached > seeds / 10);
    CAF_CHECK(all.elsewhere > seeds / 10);
    CAF_CHECK(all.trips > seeds / 10);
    CAF_CHECK(all.trials > seeds / 25);
    CAF_CHECK(all.deaths > seeds / 10);
    CAF_CHECK(all.crashes > seeds / 10);
}

CAF_TEST(a seed of generations is the same story every time) {
    simulation_runtime used;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        simulation_runtime fresh;
        std::ostringstream first;
        std::ostringstream second;
        (void)simulate_generations(used, seed, {.trace = &first});
        (void)simulate_generations(fresh, seed, {.trace = &second});
        CAF_CHECK(first.str().size() > 100);
        CAF_CHECK_EQUAL(first.str(), second.str());
    }
}

/// Each of them is a mistake that somebody could make; a simulation that misses one of them is worth nothing.
CAF_TEST(bugs planted into generations are found) {
    simulation_runtime runtime;
    for (const auto& planted : mutants) {
        std::uint64_t seed = 1;
        generation_report report;
        for (; seed <= planted.within && report.complaints.empty(); ++seed)
            report = simulate_generations(runtime, seed, {.bug = planted.bug});
        CAF_MESSAGE(planted.name << ": found by seed " << seed - 1 << ": "
                                 << (report.complaints.empty() ? "not at all" : report.complaints.front()));
        CAF_CHECK(!report.complaints.empty());
    }
}
