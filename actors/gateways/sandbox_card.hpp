#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// What the sandbox keeps of a card: never its whole number.
struct sandbox_card {
    std::string first_six;
    std::string last_four;
    std::string type;             ///< Visa, Mastercard, MIR, Maestro, or "" for other networks
    std::string reason;           ///< why it is declined, e.g. "InsufficientFunds"; "Approved" when it is not
    std::int32_t reason_code = 0; ///< 0 = approved

    [[nodiscard]] bool approved() const { return reason_code == 0; }
};

/// Looks a card number of 12 to 19 digits up; spaces are allowed. Nothing when it is no such number.
/// The test cards of the gateway's documentation ("Тестирование", testing) are approved or declined as
/// documented; those that ask for 3-D Secure answer at once, as if the holder had passed it. Any other number
/// is approved if its check digit (ISO/IEC 7812, Luhn) is right, and otherwise declined with 5014.
[[nodiscard]] std::optional<sandbox_card> find_sandbox_card(std::string_view number);

} // namespace atelier
