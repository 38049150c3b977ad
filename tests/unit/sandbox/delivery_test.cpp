#define CAF_SUITE sandbox_delivery

#include "actors/gateways/sandbox/delivery.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <algorithm>

using namespace atelier;
using namespace atelier::sandbox;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

std::vector<delivery> planned(const chaos& odds, std::size_t count = 1, std::uint64_t seed = 1) {
    seeded_random random{seed};
    schedule when{60s, odds, random};
    std::int64_t next_id = 10;
    const auto plan = when.plan(std::vector<message>(count, message{"pay", "1", "a=b"}), morning, next_id);
    CAF_CHECK_EQUAL(next_id, 10 + static_cast<std::int64_t>(plan.size()));
    return plan;
}

} // namespace

CAF_TEST(without chaos everything is delivered once and at once) {
    const auto plan = planned({}, 3);
    CAF_REQUIRE_EQUAL(plan.size(), 3u);
    for (std::size_t i = 0; i < plan.size(); ++i) {
        CAF_CHECK_EQUAL(plan[i].id, 10 + static_cast<std::int64_t>(i));
        CAF_CHECK(plan[i].due == morning);
        CAF_CHECK_EQUAL(plan[i].tries, 0);
        CAF_CHECK(!plan[i].once && !plan[i].forged);
    }
}

CAF_TEST(a dropped delivery counts as tried and comes with the first repeat) {
    chaos odds;
    odds.drops = 100;
    const auto plan = planned(odds);
    CAF_REQUIRE_EQUAL(plan.size(), 1u);
    CAF_CHECK_EQUAL(plan[0].tries, 1);
    CAF_CHECK(plan[0].due == morning + 1min);
}

CAF_TEST(a delayed delivery comes within two minutes) {
    chaos odds;
    odds.delays = 100;
    const auto plan = planned(odds, 50);
    CAF_CHECK(std::ranges::all_of(plan, [](const auto& each) {
        return each.due >= morning && each.due < morning + 2min && each.tries == 0;
    }));
    CAF_CHECK(!std::ranges::is_sorted(plan, {}, &delivery::due)); // another order
}

CAF_TEST(copies get one try and forged ones wrong signatures) {
    chaos odds;
    odds.duplicates = 100;
    odds.forgeries = 100;
    const auto plan = planned(odds);
    CAF_REQUIRE_EQUAL(plan.size(), 3u);
    CAF_CHECK(!plan[0].once && !plan[0].forged);
    CAF_CHECK(plan[1].once && !plan[1].forged);
    CAF_CHECK(plan[2].once && plan[2].forged);
    CAF_CHECK(plan[1].what == plan[0].what);
}

CAF_TEST(chaos strikes as often as it was told and the same way for a seed) {
    chaos odds;
    odds.duplicates = 30;
    const auto plan = planned(odds, 1000, 7);
    CAF_CHECK(plan.size() > 1200 && plan.size() < 1400);
    CAF_CHECK(plan == planned(odds, 1000, 7));
}

CAF_TEST(repeats wait for the minutes of the schedule) {
    seeded_random random;
    const schedule when{60s, {}, random};
    const std::vector<microseconds> pauses{1min, 2min, 5min, 10min, 30min, 30min, 30min};
    for (std::size_t i = 0; i < pauses.size(); ++i)
        CAF_CHECK(when.pause_after(static_cast<int>(i) + 1) == pauses[i]);
    CAF_CHECK(when.pause_after(99) == microseconds{30min});
    CAF_CHECK(schedule(10ms, {}, random).pause_after(3) == microseconds{50ms});
}
