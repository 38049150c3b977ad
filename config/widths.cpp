#include "config/widths.hpp"

#include <algorithm>
#include <charconv>

namespace atelier {
namespace {

constexpr std::int32_t least = 16;
constexpr std::int32_t most = 8192;
constexpr std::size_t count_max = 32;

std::string_view without_spaces(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

} // namespace

std::optional<std::vector<std::int32_t>> parse_widths(std::string_view text) {
    std::vector<std::int32_t> widths;
    text = without_spaces(text);
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto number = without_spaces(text.substr(0, comma));
        std::int32_t width = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), width);
        if (error != std::errc{} || end != number.data() + number.size() || width < least || width > most ||
            widths.size() == count_max)
            return std::nullopt;
        widths.push_back(width);
        if (comma == std::string_view::npos)
            break;
        text.remove_prefix(comma + 1);
        if (without_spaces(text).empty())
            return std::nullopt;
    }
    std::ranges::sort(widths);
    const auto repeated = std::unique(widths.begin(), widths.end());
    widths.erase(repeated, widths.end());
    return widths;
}

} // namespace atelier
