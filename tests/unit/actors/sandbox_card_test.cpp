#define CAF_SUITE sandbox_card

#include "actors/gateways/sandbox_card.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

CAF_TEST(every documented test card behaves as documented) {
    struct row {
        std::string_view number;
        std::string_view type;
        std::int32_t reason_code;
    };
    for (const auto& [number, type, reason_code] : {
             row{"4242 4242 4242 4242", "Visa", 0}, row{"5555 5555 5555 4444", "Mastercard", 0},
             row{"2200 0000 0000 0004", "MIR", 0}, row{"4012 8888 8888 1881", "Visa", 5051},
             row{"5105 1051 0510 5100", "Mastercard", 5051}, row{"2202 2022 0220 2200", "MIR", 5051},
             row{"4000 0000 0000 3055", "Visa", 0}, row{"5205 0000 0000 3055", "Mastercard", 0},
             row{"2202 0000 0000 3055", "MIR", 0}, row{"4111 1111 1111 1111", "Visa", 0},
             row{"5200 8282 8282 8210", "Mastercard", 0}, row{"2200 0000 2222 2222", "MIR", 0},
             row{"4000 0566 5566 5556", "Visa", 5051}, row{"5404 0000 0000 0043", "Mastercard", 5051},
             row{"2203 0000 0000 0043", "MIR", 5051},
             row{"6759649826438453", "Maestro", 0}, // any other number with a right check digit
             row{"378282246310005", "", 0}, row{"4242 4242 4242 4241", "Visa", 5014}, // a wrong check digit
         }) {
        CAF_MESSAGE(number);
        const auto card = find_sandbox_card(number);
        CAF_REQUIRE(card.has_value());
        CAF_CHECK_EQUAL(card->type, type);
        CAF_CHECK_EQUAL(card->reason_code, reason_code);
        CAF_CHECK_EQUAL(card->first_six.size(), 6u);
        CAF_CHECK_EQUAL(card->last_four, number.substr(number.size() - 4));
    }
}

CAF_TEST(a card number has 12 to 19 digits and spaces) {
    CAF_CHECK(find_sandbox_card("  6759 6498 2643  ").has_value());
    CAF_CHECK(find_sandbox_card("4242424242424242424").has_value());
    for (const std::string_view number : {"", "   ", "42424242424", "42424242424242424242",
                                          "4242-4242-4242-4242", "4242 4242 4242 424x", "４２４２"}) {
        CAF_MESSAGE(number);
        CAF_CHECK(!find_sandbox_card(number));
    }
}
