#include "actors/gateways/cloudpayments_values.hpp"

#include "actors/domain/views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atelier {
namespace {

constexpr std::size_t longest_text = 255;

constexpr std::array statuses{
    std::pair{std::string_view{""}, transaction_status::none},
    std::pair{std::string_view{"AwaitingAuthentication"}, transaction_status::awaiting_authentication},
    std::pair{std::string_view{"Authorized"}, transaction_status::authorized},
    std::pair{std::string_view{"Completed"}, transaction_status::completed},
    std::pair{std::string_view{"Cancelled"}, transaction_status::cancelled},
    std::pair{std::string_view{"Declined"}, transaction_status::declined},
};

/// Length of the UTF-8 sequence that `text` begins with (RFC 3629); 0 when it is malformed.
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U)
            return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    const bool beyond_unicode = lead == 0xf4 && byte(1) > 0x8f;
    return overlong || surrogate || beyond_unicode ? 0 : length;
}

} // namespace

bool is_plain_text(std::string_view text) {
    if (text.size() > longest_text)
        return false;
    while (!text.empty()) {
        const auto length = utf8_sequence(text);
        if (length == 0 || static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::optional<instant> parse_date_time(std::string_view text) {
    constexpr std::string_view pattern = "0000-00-00 00:00:00";
    if (text.size() < pattern.size())
        return std::nullopt;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i] && !(pattern[i] == ' ' && text[i] == 'T'))
            return std::nullopt;
    }
    auto rest = text.substr(pattern.size());
    if (rest.starts_with('.'))
        rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    if (!rest.empty() && rest != "Z")
        return std::nullopt;

    const auto number = [&](std::size_t from, std::size_t length) {
        return parse_integer<int>(text.substr(from, length)).value_or(0);
    };
    using namespace std::chrono;
    const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                              day{static_cast<unsigned>(number(8, 2))}};
    const int h = number(11, 2);
    const int m = number(14, 2);
    const int s = number(17, 2);
    if (!date.ok() || h > 23 || m > 59 || s > 59)
        return std::nullopt;
    return sys_days{date} + hours{h} + minutes{m} + seconds{s};
}

std::string format_date_time(instant at) {
    return to_iso8601(at).substr(0, std::string_view{"2026-03-01T09:15:30"}.size()) + 'Z';
}

std::string_view interval_name(interval_unit unit) {
    constexpr std::array<std::string_view, 3> names{"Day", "Week", "Month"};
    return names.at(static_cast<std::size_t>(unit));
}

transaction_status parse_transaction_status(std::string_view text) {
    for (const auto& [name, status] : statuses)
        if (name == text)
            return status;
    return transaction_status::other;
}

} // namespace atelier
