#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::sandbox {

/// "990.00" for 99000 cents: how the gateway writes every amount.
[[nodiscard]] std::string decimal(std::int64_t cents);

/// Cents of "990.00", "990.5" or "990". Nothing for what is no such number, is negative, or has a third
/// decimal that counts.
[[nodiscard]] std::optional<std::int64_t> parse_decimal(std::string_view text);

} // namespace atelier::sandbox
