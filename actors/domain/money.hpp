#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Money is an integer number of minor units (kopecks, cents). The gateway writes every amount as a decimal
/// with at most two digits after the dot, whatever the currency, so a minor unit is always 1/100.
namespace atelier {

/// A number of tokens; signed, because journal amounts are.
using tokens = std::int32_t;

/// Minor units of a decimal text: "990.00", "990.0" and "990" are 99000, "10.5" is 1050. Exact: no binary
/// fraction is involved. Nothing for a sign, an exponent, spaces, a missing digit before or after the dot, a
/// third decimal other than 0, or an amount that does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_amount(std::string_view text);

/// The part of the tokens that goes with a part of the money: rounded down, in the user's favour.
[[nodiscard]] tokens share_of_tokens(tokens credited, std::int64_t refunded_cents, std::int64_t amount_cents);

/// "990.00" for 99000: always two digits after the dot.
[[nodiscard]] std::string format_amount(std::int64_t minor_units);

} // namespace atelier
