#include "actors/gateways/sandbox_card.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace atelier {
namespace {

constexpr std::size_t shortest_number = 12;
constexpr std::size_t longest_number = 19;

/// The documented test cards without money on them; the other documented ones are approved like any good
/// number.
constexpr std::array<std::string_view, 6> penniless{
    "4012888888881881", "5105105105105100", "2202202202202200",
    "4000056655665556", "5404000000000043", "2203000000000043",
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

std::optional<sandbox_card> find_sandbox_card(std::string_view number) {
    std::string digits{number};
    std::erase(digits, ' ');
    if (digits.size() < shortest_number || digits.size() > longest_number ||
        digits.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;

    sandbox_card card;
    card.first_six = digits.substr(0, 6);
    card.last_four = digits.substr(digits.size() - 4);
    card.type = network(digits);
    card.reason = "Approved";
    if (std::ranges::find(penniless, digits) != penniless.end()) {
        card.reason = "InsufficientFunds";
        card.reason_code = 5051;
    } else if (!luhn_valid(digits)) {
        card.reason = "InvalidCardNumber";
        card.reason_code = 5014;
    }
    return card;
}

} // namespace atelier
