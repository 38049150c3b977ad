#include "actors/gateways/sandbox/card.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace atelier::sandbox {
namespace {

constexpr std::size_t shortest_number = 12;
constexpr std::size_t longest_number = 19;
constexpr std::string_view usual_expiry = "12/39";

constexpr auto good = reason::approved;
constexpr auto poor = reason::insufficient_funds;

constexpr std::array documented{
    test_card{"4242424242424242", true, good, good},  test_card{"5555555555554444", true, good, good},
    test_card{"2200000000000004", true, good, good},  test_card{"4012888888881881", true, poor, poor},
    test_card{"5105105105105100", true, poor, poor},  test_card{"2202202202202200", true, poor, poor},
    test_card{"4000000000003055", false, good, good}, test_card{"5205000000003055", false, good, good},
    test_card{"2202000000003055", false, good, good}, test_card{"4111111111111111", false, good, poor},
    test_card{"5200828282828210", false, good, poor}, test_card{"2200000022222222", false, good, poor},
    test_card{"4000056655665556", false, poor, poor}, test_card{"5404000000000043", false, poor, poor},
    test_card{"2203000000000043", false, poor, poor},
};

bool luhn_valid(std::string_view digits) {
    int sum = 0;
    bool doubled = false;
    for (auto c = digits.rbegin(); c != digits.rend(); ++c, doubled = !doubled) {
        const int digit = (*c - '0') * (doubled ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/// The network by the first four digits.
std::string_view network(std::string_view digits) {
    int prefix = 0;
    std::from_chars(digits.data(), digits.data() + 4, prefix);
    const auto within = [prefix](int low, int high) { return prefix >= low && prefix <= high; };
    if (within(2200, 2204))
        return "MIR";
    if (within(2221, 2720) || within(5100, 5599))
        return "Mastercard";
    if (within(4000, 4999))
        return "Visa";
    if (within(5000, 5099) || within(5600, 5899) || within(6304, 6304) || within(6700, 6799))
        return "Maestro";
    return "";
}

} // namespace

std::optional<card> find_card(std::string_view number) {
    std::string digits{number};
    std::erase(digits, ' ');
    if (digits.size() < shortest_number || digits.size() > longest_number ||
        digits.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;

    card found;
    found.first_six = digits.substr(0, 6);
    found.last_four = digits.substr(digits.size() - 4);
    found.type = network(digits);
    found.expires = usual_expiry;
    if (const auto* const known = std::ranges::find(documented, digits, &test_card::number);
        known != documented.end()) {
        found.three_d_secure = known->three_d_secure;
        found.answer = known->answer;
        found.by_token = known->by_token;
    } else if (!luhn_valid(digits)) {
        found.answer = reason::invalid_card_number;
        found.by_token = reason::invalid_card_number;
    }
    return found;
}

std::span<const test_card> test_cards() {
    return documented;
}

} // namespace atelier::sandbox
