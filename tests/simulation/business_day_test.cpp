#define CAF_SUITE business_day

#include "tests/simulation/business_day.hpp"
#include "tests/simulation/environment.hpp"
#include "tests/support/test.hpp"

#include <cstdlib>
#include <iostream>

using namespace atelier::test;

namespace {

constexpr std::uint64_t usual_seeds = 1'000;

/// Whether the day ends as it does when everything comes once and in order.
bool ends_the_same(simulation_runtime& runtime, std::uint64_t seed, day_report& played) {
    const auto orderly = play_day(runtime, seed, {});
    played = play_day(runtime, seed, {.disorder = true, .crashes = seed % 2 == 0});
    if (orderly.complaints.empty() && played.complaints.empty() && orderly.end == played.end)
        return true;
    (void)play_day(runtime, seed, {.disorder = true, .crashes = seed % 2 == 0}, &std::cerr);
    std::cerr << "seed " << seed << " ends with\n" << played.end << "instead of\n" << orderly.end;
    for (const day_report* report : {&orderly, static_cast<const day_report*>(&played)})
        for (const auto& what : report->complaints)
            std::cerr << what << '\n';
    return false;
}

} // namespace

CAF_TEST(whatever order and number a day of notifications comes in it ends the same) {
    simulation_runtime runtime;
    const auto first = from_environment("ATELIER_BUSINESS_DAY", 1);
    const auto seeds =
        first == 1 ? from_environment("ATELIER_SIMULATION_SEEDS", usual_seeds) : std::uint64_t{1};
    int wrong = 0;
    day_report all;
    for (auto seed = first; seed < first + seeds && wrong < 3; ++seed) {
        day_report played;
        wrong += ends_the_same(runtime, seed, played) ? 0 : 1;
        all.deliveries += played.deliveries;
        all.deaths += played.deaths;
    }
    CAF_CHECK_EQUAL(wrong, 0);
    CAF_MESSAGE(seeds << " days, " << all.deliveries << " deliveries, " << all.deaths << " deaths");
    CAF_CHECK(all.deliveries >= seeds);
}
