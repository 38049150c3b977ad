#include "actors/gateways/sandbox/decimal.hpp"

#include <charconv>

namespace atelier::sandbox {
namespace {

constexpr std::int64_t most_units = 1'000'000'000'000;

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool whole = error == std::errc{} && stop == end && text.front() != '-';
    return whole ? std::optional{number} : std::nullopt;
}

} // namespace

std::string decimal(std::int64_t cents) {
    const auto fraction = std::to_string(cents % 100);
    return std::to_string(cents / 100) + (fraction.size() < 2 ? ".0" : ".") + fraction;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const auto dot = text.find('.');
    const auto units = digits(text.substr(0, dot));
    if (!units || *units > most_units)
        return std::nullopt;
    if (dot == std::string_view::npos)
        return *units * 100;
    std::string fraction{text.substr(dot + 1)};
    if (fraction.empty() || fraction.find_first_not_of("0123456789") != std::string::npos ||
        fraction.find_last_not_of('0') + 1 > 2)
        return std::nullopt;
    fraction.resize(2, '0');
    return *units * 100 + digits(fraction).value_or(0);
}

} // namespace atelier::sandbox
