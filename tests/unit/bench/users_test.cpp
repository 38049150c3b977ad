#define CAF_SUITE bench_users

#include "bench/percentile.hpp"
#include "bench/users.hpp"
#include "tests/support/test.hpp"

#include <map>

using namespace atelier;
using namespace atelier::bench;

namespace {

std::map<std::int64_t, int> draw(const users& who, int times) {
    std::uint64_t state = 7;
    std::map<std::int64_t, int> counts;
    for (int i = 0; i < times; ++i)
        ++counts[who.next(state).value];
    return counts;
}

} // namespace

CAF_TEST(uniform users come equally often and keep to their stride) {
    const users who{spread::uniform, 4, 10};
    const auto counts = draw(who, 4000);
    CAF_REQUIRE_EQUAL(counts.size(), 4U);
    for (const auto& [id, count] : counts) {
        CAF_CHECK_EQUAL(id % 10, 0);
        CAF_CHECK(count > 900 && count < 1100);
    }
    const auto everybody = who.all();
    CAF_CHECK_EQUAL(everybody.back().value, 40);
}

CAF_TEST(zipf users come by their rank) {
    const auto counts = draw(users{spread::zipf, 1000, 1}, 100'000);
    // The first comes 2 to the power of 1.1 times as often as the second.
    const auto ratio = static_cast<double>(counts.at(1)) / counts.at(2);
    CAF_CHECK(ratio > 2.0 && ratio < 2.3);
    CAF_CHECK(counts.rbegin()->first <= 1000);
}

CAF_TEST(the hot user is alone) {
    const users who{spread::hot, 1000, 3};
    CAF_CHECK_EQUAL(draw(who, 100).size(), 1U);
    CAF_CHECK_EQUAL(who.all().size(), 1U);
}

CAF_TEST(percentiles are the nearest rank) {
    const std::vector<int> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    CAF_CHECK_EQUAL(percentile(ten, 0.5), 5);
    CAF_CHECK_EQUAL(percentile(ten, 0.99), 10);
    CAF_CHECK_EQUAL(percentile(ten, 0.0), 1);
    CAF_CHECK_EQUAL(percentile(std::vector<int>{}, 0.5), 0);
}
