#include "actors/domain/money.hpp"

#include <algorithm>
#include <limits>

namespace atelier {
namespace {

constexpr std::size_t decimals = 2;

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::optional<std::int64_t> parse_amount(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    const auto fraction = dot == std::string_view::npos ? std::string_view{"0"} : text.substr(dot + 1);
    if (!is_digits(whole) || !is_digits(fraction))
        return std::nullopt;
    if (fraction.find_first_not_of('0', std::min(decimals, fraction.size())) != std::string_view::npos)
        return std::nullopt;

    std::string digits{whole};
    digits.append(fraction.substr(0, decimals));
    digits.append(decimals - std::min(decimals, fraction.size()), '0');
    std::int64_t minor = 0;
    for (const char c : digits) {
        const std::int64_t digit = c - '0';
        if (minor > (std::numeric_limits<std::int64_t>::max() - digit) / 10)
            return std::nullopt;
        minor = minor * 10 + digit;
    }
    return minor;
}

std::string format_amount(std::int64_t minor_units) {
    // The magnitude as unsigned: the smallest int64 has no positive counterpart.
    const auto bits = static_cast<std::uint64_t>(minor_units);
    auto digits = std::to_string(minor_units < 0 ? std::uint64_t{0} - bits : bits);
    if (digits.size() <= decimals)
        digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, ".");
    return minor_units < 0 ? "-" + digits : digits;
}

tokens share_of_tokens(tokens credited, std::int64_t refunded_cents, std::int64_t amount_cents) {
    if (refunded_cents >= amount_cents)
        return credited;
    return static_cast<tokens>(credited * refunded_cents / amount_cents);
}

} // namespace atelier
