#pragma once

#include "actors/domain/billing_period.hpp"
#include "actors/domain/payment.hpp"
#include "actors/domain/time.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

/// How CloudPayments writes values, in its notifications as in the replies of its API.
namespace atelier {

/// Text that the database and the logs can hold: at most 255 bytes of UTF-8 without control characters.
[[nodiscard]] bool is_plain_text(std::string_view text);

/// A decimal integer, whole.
template <class Integer>
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// "2026-03-01 09:15:30" or "2026-03-01T09:15:30Z", both in UTC; fractions of a second are dropped.
[[nodiscard]] std::optional<instant> parse_date_time(std::string_view text);

/// "2026-03-01T09:15:30Z".
[[nodiscard]] std::string format_date_time(instant at);

/// "Day", "Week", "Month".
[[nodiscard]] std::string_view interval_name(interval_unit unit);

/// `none` for "", `other` for what is not known.
[[nodiscard]] transaction_status parse_transaction_status(std::string_view text);

} // namespace atelier
