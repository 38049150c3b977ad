#define CAF_SUITE random

#include "actors/domain/random.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace atelier;

CAF_TEST(the system fills all bytes and never the same way) {
    system_random random;
    std::array<std::byte, 64> first{};
    std::array<std::byte, 64> second{};
    random.fill(first);
    random.fill(second);
    CAF_CHECK(first != second);
    CAF_CHECK(std::ranges::count(first, std::byte{0}) < 16);
    CAF_CHECK(std::ranges::count(std::span{first}.last(16), std::byte{0}) < 16);
    random.fill({});
}

CAF_TEST(uniform numbers spread over the whole interval) {
    system_random random;
    std::array<int, 10> tenths{};
    for (int i = 0; i < 10'000; ++i) {
        const double x = uniform(random);
        CAF_REQUIRE(x >= 0 && x < 1);
        ++tenths.at(static_cast<std::size_t>(x * 10));
    }
    // 1000 of each are to be expected; eight standard deviations are 240.
    CAF_CHECK(std::ranges::all_of(tenths, [](int n) { return n > 760 && n < 1240; }));
}
