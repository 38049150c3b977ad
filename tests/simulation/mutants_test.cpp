#define CAF_SUITE simulation_mutants

#include "tests/simulation/simulation.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <string>

using namespace atelier::test;

namespace {

struct mutant {
    planted_bug bug;
    const char* name;
    std::uint64_t within; ///< seeds
};

constexpr std::array mutants{
    mutant{planted_bug::replies_before_commit, "replies before the commit", 100},
    mutant{planted_bug::refunds_without_guard, "refunds without guard", 500},
    mutant{planted_bug::repeats_unknown_commit, "repeats a commit of unknown outcome", 500},
    mutant{planted_bug::spends_without_guard, "spends without guard", 500},
    mutant{planted_bug::keys_not_unique, "takes a key twice", 500},
    mutant{planted_bug::goes_on_after_refusal, "goes on after a refusal", 2'000},
    mutant{planted_bug::swallows_refusals, "swallows refusals", 500},
    mutant{planted_bug::restarts_without_fence, "restarts without fence", 2'000},
    mutant{planted_bug::looks_too_early, "looks before the last one's change sets are settled", 2'000},
    mutant{planted_bug::tears_change_sets, "tears change sets", 500},
};

} // namespace

/// Each of them is a mistake that somebody could make; a simulation that misses one of them is worth nothing.
CAF_TEST(planted bugs are found) {
    simulation_runtime runtime;
    for (const auto& planted : mutants) {
        std::uint64_t seed = 1;
        simulation_report report;
        for (; seed <= planted.within && report.complaints.empty(); ++seed)
            report = simulate(runtime, seed, {.bug = planted.bug});
        CAF_MESSAGE(planted.name << ": found by seed " << seed - 1 << ": "
                                 << (report.complaints.empty() ? "not at all" : report.complaints.front()));
        CAF_CHECK(!report.complaints.empty());
    }
}
