#include "actors/gateways/sandbox/calendar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

namespace atelier::sandbox {
namespace {

struct named_interval {
    interval unit;
    std::string_view name;
};
constexpr std::array intervals{
    named_interval{interval::day, "Day"},
    named_interval{interval::week, "Week"},
    named_interval{interval::month, "Month"},
};

bool same_letters(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string formatted(instant at, const char* pattern) {
    const auto time = std::chrono::system_clock::to_time_t(at);
    std::tm utc{};
    gmtime_r(&time, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), pattern, &utc)};
}

/// Takes a number of `width` digits off the front of a text; -1 when it does not begin with one.
int take_number(std::string_view& text, std::size_t width) {
    int number = -1;
    const auto field = text.substr(0, width);
    const bool plain =
        field.size() == width && field.find_first_not_of("0123456789") == std::string_view::npos;
    if (plain)
        std::from_chars(field.data(), field.data() + width, number);
    text.remove_prefix(field.size());
    return number;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

/// Takes "Z" or "+03:00"; nothing means UTC, too.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
    if (text.empty() || take(text, "Z"))
        return std::chrono::minutes{0};
    const bool behind = text.front() == '-';
    const bool first = take(text, "+-");
    const int hours = take_number(text, 2);
    const bool second = take(text, ":");
    const int minutes = take_number(text, 2);
    if (!first || !second || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return std::nullopt;
    const std::chrono::minutes ahead = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    return behind ? -ahead : ahead;
}

/// Takes "09:15:30.123+03:00", as time in UTC; the fraction is dropped.
std::optional<std::chrono::seconds> take_time(std::string_view& text) {
    const int hour = take_number(text, 2);
    const bool first = take(text, ":");
    const int minute = take_number(text, 2);
    const bool second = take(text, ":");
    const int seconds = take_number(text, 2);
    if (!first || !second || hour < 0 || hour > 23 || minute < 0 || minute > 59 || seconds < 0 ||
        seconds > 59)
        return std::nullopt;
    if (take(text, "."))
        text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    const auto zone = take_zone(text);
    if (!zone)
        return std::nullopt;
    return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{seconds} - *zone;
}

} // namespace

std::string_view to_string(interval unit) {
    return std::ranges::find(intervals, unit, &named_interval::unit)->name;
}

std::optional<interval> parse_interval(std::string_view name) {
    const auto* const found =
        std::ranges::find_if(intervals, [&](const auto& each) { return same_letters(each.name, name); });
    return found == intervals.end() ? std::nullopt : std::optional{found->unit};
}

instant later(instant from, interval unit, std::int32_t count) {
    using namespace std::chrono;
    if (unit != interval::month)
        return from + days{unit == interval::week ? 7 * count : count};
    const auto day = floor<days>(from);
    const year_month_day date{day};
    const auto month = year_month{date.year(), date.month()} + months{count};
    const auto last = (month / std::chrono::last).day();
    return sys_days{month / std::min(date.day(), last)} + (from - day);
}

std::string date_time(instant at) {
    return formatted(at, "%Y-%m-%d %H:%M:%S");
}

std::string iso_date_time(instant at) {
    return formatted(at, "%Y-%m-%dT%H:%M:%S");
}

std::optional<instant> parse_date_time(std::string_view text) {
    using namespace std::chrono;
    const int y = take_number(text, 4);
    const bool first = take(text, "-");
    const int m = take_number(text, 2);
    const bool second = take(text, "-");
    const int d = take_number(text, 2);
    if (!first || !second || y < 0 || m < 0 || d < 0)
        return std::nullopt;
    const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
    if (!date.ok())
        return std::nullopt;
    if (text.empty())
        return sys_days{date};
    if (!take(text, "T "))
        return std::nullopt;
    const auto time = take_time(text);
    if (!time || !text.empty())
        return std::nullopt;
    return sys_days{date} + *time;
}

} // namespace atelier::sandbox
