#define CAF_SUITE money

#include "actors/domain/money.hpp"
#include "tests/support/test.hpp"

#include <limits>
#include <rapidcheck.h>

using namespace atelier;

namespace {
constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
} // namespace

CAF_TEST(amounts are read exactly with any number of written decimals) {
    struct row {
        std::string_view text;
        std::int64_t minor_units;
    };
    for (const auto& [text, minor_units] : {
             row{"990.00", 99'000},
             row{"990.0", 99'000},
             row{"990", 99'000},
             row{"990.000", 99'000},
             row{"10.5", 1'050},
             row{"10.50", 1'050},
             row{"0.01", 1},
             row{"0.1", 10},
             row{"0", 0},
             row{"000123.45", 12'345},
             row{"0.29", 29}, // 28 when it goes through a binary fraction
             row{"92233720368547758.07", largest},
         }) {
        CAF_MESSAGE(text);
        CAF_CHECK(parse_amount(text) == minor_units);
    }
}

CAF_TEST(what is no amount is refused) {
    for (const std::string_view text : {"", ".", ".5", "5.", "-1.00", "+1.00", " 1.00", "1.00 ", "1,00",
                                        "1 000.00", "1.001", "1.0.0", "1e2", "0x10", "١.00", "NaN"}) {
        CAF_MESSAGE(text);
        CAF_CHECK(!parse_amount(text));
    }
}

CAF_TEST(an amount that does not fit is refused) {
    for (const std::string_view text :
         {"92233720368547758.08", "92233720368547759", "99999999999999999999999999999999.99"}) {
        CAF_MESSAGE(text);
        CAF_CHECK(!parse_amount(text));
    }
}

CAF_TEST(amounts are written with two decimals) {
    CAF_CHECK_EQUAL(format_amount(0), "0.00");
    CAF_CHECK_EQUAL(format_amount(5), "0.05");
    CAF_CHECK_EQUAL(format_amount(50), "0.50");
    CAF_CHECK_EQUAL(format_amount(100), "1.00");
    CAF_CHECK_EQUAL(format_amount(99'000), "990.00");
    CAF_CHECK_EQUAL(format_amount(-5), "-0.05");
    CAF_CHECK_EQUAL(format_amount(-12'345), "-123.45");
    CAF_CHECK_EQUAL(format_amount(largest), "92233720368547758.07");
    CAF_CHECK_EQUAL(format_amount(smallest), "-92233720368547758.08");
}

CAF_TEST(a written amount reads as itself) {
    CAF_CHECK(rc::check([] {
        const auto minor_units = *rc::gen::inRange<std::int64_t>(0, largest);
        RC_ASSERT(parse_amount(format_amount(minor_units)) == minor_units);
    }));
}
