#pragma once

#include "actors/gateways/sandbox/reason.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace atelier::sandbox {

/// What the sandbox keeps of a card: never its whole number.
struct card {
    std::string first_six;
    std::string last_four;
    std::string type;                   ///< Visa, Mastercard, MIR, Maestro, or "" for other networks
    std::string expires;                ///< MM/YY
    bool three_d_secure = false;        ///< the holder is asked before the bank is
    reason answer = reason::approved;   ///< the bank's, when the holder pays
    reason by_token = reason::approved; ///< the bank's, when the shop charges the card's token

    card() = default;
    friend bool operator==(const card&, const card&) = default;
};

/// Looks a card number of 12 to 19 digits up; spaces are allowed. Nothing when it is no such number. The test
/// cards of the gateway's documentation ("Тестирование", testing) answer as documented. Any other number
/// needs no 3-D Secure, and is approved if its check digit (ISO/IEC 7812, Luhn) is right, otherwise declined
/// with 5014.
[[nodiscard]] std::optional<card> find_card(std::string_view number);

/// A card of the documentation.
struct test_card {
    std::string_view number; ///< digits only
    bool three_d_secure;
    reason answer;
    reason by_token;
};
[[nodiscard]] std::span<const test_card> test_cards();

} // namespace atelier::sandbox
