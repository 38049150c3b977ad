#define CAF_SUITE sandbox_card

#include "actors/gateways/sandbox/calendar.hpp"
#include "actors/gateways/sandbox/card.hpp"
#include "actors/gateways/sandbox/decimal.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::sandbox;

namespace {

instant at(std::string_view text) {
    return parse_date_time(text).value();
}

} // namespace

CAF_TEST(every documented test card behaves as documented) {
    struct row {
        std::string_view number;
        std::string_view type;
        bool three_d_secure;
        std::int32_t answer;
        std::int32_t by_token;
    };
    for (const auto& [number, type, three_d_secure, answer, by_token] : {
             row{"4242 4242 4242 4242", "Visa", true, 0, 0},
             row{"5555 5555 5555 4444", "Mastercard", true, 0, 0},
             row{"2200 0000 0000 0004", "MIR", true, 0, 0},
             row{"4012 8888 8888 1881", "Visa", true, 5051, 5051},
             row{"5105 1051 0510 5100", "Mastercard", true, 5051, 5051},
             row{"2202 2022 0220 2200", "MIR", true, 5051, 5051},
             row{"4000 0000 0000 3055", "Visa", false, 0, 0},
             row{"5205 0000 0000 3055", "Mastercard", false, 0, 0},
             row{"2202 0000 0000 3055", "MIR", false, 0, 0},
             row{"4111 1111 1111 1111", "Visa", false, 0, 5051},
             row{"5200 8282 8282 8210", "Mastercard", false, 0, 5051},
             row{"2200 0000 2222 2222", "MIR", false, 0, 5051},
             row{"4000 0566 5566 5556", "Visa", false, 5051, 5051},
             row{"5404 0000 0000 0043", "Mastercard", false, 5051, 5051},
             row{"2203 0000 0000 0043", "MIR", false, 5051, 5051},
             row{"6759649826438453", "Maestro", false, 0, 0}, // any other number with a right check digit
             row{"378282246310005", "", false, 0, 0},
             row{"4242 4242 4242 4241", "Visa", false, 5014, 5014}, // a wrong check digit
         }) {
        CAF_MESSAGE(number);
        const auto card = find_card(number);
        CAF_REQUIRE(card.has_value());
        CAF_CHECK_EQUAL(card->type, type);
        CAF_CHECK_EQUAL(card->three_d_secure, three_d_secure);
        CAF_CHECK_EQUAL(code(card->answer), answer);
        CAF_CHECK_EQUAL(code(card->by_token), by_token);
        CAF_CHECK_EQUAL(card->first_six.size(), 6u);
        CAF_CHECK_EQUAL(card->last_four, number.substr(number.size() - 4));
    }
    CAF_CHECK_EQUAL(test_cards().size(), 15u);
}

CAF_TEST(a card number has 12 to 19 digits and spaces) {
    CAF_CHECK(find_card("  6759 6498 2643  ").has_value());
    CAF_CHECK(find_card("4242424242424242424").has_value());
    for (const std::string_view number : {"", "   ", "42424242424", "42424242424242424242",
                                          "4242-4242-4242-4242", "4242 4242 4242 424x", "４２４２"}) {
        CAF_MESSAGE(number);
        CAF_CHECK(!find_card(number));
    }
}

CAF_TEST(amounts are decimals with two digits) {
    CAF_CHECK_EQUAL(decimal(99'000), "990.00");
    CAF_CHECK_EQUAL(decimal(99'005), "990.05");
    CAF_CHECK_EQUAL(decimal(7), "0.07");
    for (const auto& [text, cents] : std::initializer_list<std::pair<std::string_view, std::int64_t>>{
             {"990.00", 99'000}, {"990", 99'000}, {"990.5", 99'050}, {"0.01", 1}, {"10.500", 1050}})
        CAF_CHECK_EQUAL(parse_decimal(text).value_or(-1), cents);
    for (const std::string_view text :
         {"", ".", "1.", ".5", "-1", "1.005", "1e3", "1,5", " 1", "9999999999999"})
        CAF_CHECK(!parse_decimal(text));
}

CAF_TEST(a month later is the same day or the last one) {
    CAF_CHECK(later(at("2026-01-31 10:00:00"), interval::month, 1) == at("2026-02-28 10:00:00"));
    CAF_CHECK(later(at("2024-01-31 10:00:00"), interval::month, 1) == at("2024-02-29 10:00:00"));
    CAF_CHECK(later(at("2026-11-15 23:59:59"), interval::month, 3) == at("2027-02-15 23:59:59"));
    CAF_CHECK(later(at("2026-03-01"), interval::week, 2) == at("2026-03-15"));
    CAF_CHECK(later(at("2026-02-28"), interval::day, 1) == at("2026-03-01"));
}

CAF_TEST(dates are read as clients write them) {
    const auto noon = at("2026-03-01T12:00:00");
    CAF_CHECK(at("2026-03-01 12:00:00") == noon);
    CAF_CHECK(at("2026-03-01T12:00:00Z") == noon);
    CAF_CHECK(at("2026-03-01T12:00:00.123Z") == noon);
    CAF_CHECK(at("2026-03-01T15:00:00+03:00") == noon);
    CAF_CHECK(at("2026-03-01T08:30:00-03:30") == noon);
    CAF_CHECK_EQUAL(date_time(noon), "2026-03-01 12:00:00");
    CAF_CHECK_EQUAL(iso_date_time(noon), "2026-03-01T12:00:00");
    for (const std::string_view text :
         {"", "2026", "2026-13-01", "2026-02-30", "2026-03-01T", "2026-03-01T24:00:00", "2026-03-01T12:00",
          "2026-03-01T12:00:00+3", "2026-03-01 12:00:00 x"})
        CAF_CHECK(!parse_date_time(text));
}
