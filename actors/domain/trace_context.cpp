#include "actors/domain/trace_context.hpp"

#include <charconv>

namespace atelier {
namespace {

constexpr std::size_t version_at = 0;
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t size_of_version_0 = 55;
constexpr std::uint64_t sampled_flag = 1;

/// Lower case only, as the specification has it.
std::optional<std::uint64_t> hexadecimal(std::string_view digits) {
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

/// Later versions may be longer, and begin alike.
bool has_known_shape(std::string_view value, std::uint64_t version) {
    if (value[trace_at - 1] != '-' || value[parent_at - 1] != '-' || value[flags_at - 1] != '-')
        return false;
    if (version == 0)
        return value.size() == size_of_version_0;
    return version != 0xff && (value.size() == size_of_version_0 || value[size_of_version_0] == '-');
}

} // namespace

std::string trace_context::trace_id() const {
    return span_id(trace_high) + span_id(trace_low);
}

std::string span_id(std::uint64_t span) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(16, '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, span >>= 4U)
        *at = digits[span & 15U];
    return text;
}

trace_context trace_context::child(std::uint64_t its_span) const {
    auto next = *this;
    next.span = its_span;
    return next;
}

std::string trace_context::traceparent() const {
    return "00-" + trace_id() + '-' + span_id(span) + (sampled ? "-01" : "-00");
}

std::optional<trace_context> parse_traceparent(std::string_view value) {
    if (value.size() < size_of_version_0)
        return std::nullopt;
    const auto version = hexadecimal(value.substr(version_at, 2));
    if (!version || !has_known_shape(value, *version))
        return std::nullopt;
    const auto high = hexadecimal(value.substr(trace_at, 16));
    const auto low = hexadecimal(value.substr(trace_at + 16, 16));
    const auto parent = hexadecimal(value.substr(parent_at, 16));
    const auto flags = hexadecimal(value.substr(flags_at, 2));
    if (!high || !low || !parent || !flags || *parent == 0)
        return std::nullopt;
    const trace_context read{*high, *low, *parent, (*flags & sampled_flag) != 0};
    return read.is_known() ? std::optional{read} : std::nullopt;
}

} // namespace atelier
