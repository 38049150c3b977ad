#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace atelier {

/// The value of an enumeration whose values, from 0 on, have these names.
template <class Enum, std::size_t N>
[[nodiscard]] std::optional<Enum> parse_name(const std::array<std::string_view, N>& names,
                                             std::string_view text) {
    for (std::size_t i = 0; i < N; ++i)
        if (names.at(i) == text)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace atelier
