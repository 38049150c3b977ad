#pragma once

#include "actors/domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Dates as the gateway writes and counts them, always in UTC.
namespace atelier::sandbox {

/// Unit of the time between two charges of a subscription; the numbers are the gateway's codes, of which only
/// those of Month and Day are documented.
enum class interval : std::uint8_t { week = 0, month = 1, day = 2 };

/// "Day", "Week", "Month".
[[nodiscard]] std::string_view to_string(interval unit);
/// The same names, in any letter case.
[[nodiscard]] std::optional<interval> parse_interval(std::string_view name);

/// `count` units later. A month later is the same day of the month, or its last one where there is no such
/// day.
[[nodiscard]] instant later(instant from, interval unit, std::int32_t count);

/// "2026-03-01 09:15:30": in notifications.
[[nodiscard]] std::string date_time(instant at);
/// "2026-03-01T09:15:30": in replies of the API.
[[nodiscard]] std::string iso_date_time(instant at);

/// Reads "2026-03-01", "2026-03-01 09:15:30" or "2026-03-01T09:15:30", with or without a fraction of a second
/// and a zone, "Z" or "+03:00".
[[nodiscard]] std::optional<instant> parse_date_time(std::string_view text);

} // namespace atelier::sandbox
