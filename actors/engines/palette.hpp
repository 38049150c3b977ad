#pragma once

#include "actors/engines/lab.hpp"

#include <string_view>
#include <vector>

namespace atelier {

/// A colour and how much of the room it should take: shares of a palette add up to 1.
struct palette_colour {
    lab colour;
    float share = 0;
};

/// The mood of the light. Each from -1 to 1; 0 leaves the photo as it is.
struct lighting {
    float brightness = 0;
    float contrast = 0;
    float warmth = 0;
    float saturation = 0;
};

/// What a style looks like, as far as colour and light go.
struct palette {
    std::vector<palette_colour> colours; ///< 1 to `palette_colours_max`, the largest share first
    lighting light;
};

inline constexpr std::size_t palette_colours_max = 12;

/// Reads the colour and light words of a prompt ("pale oak floor, sage green accents, moody light"). Words
/// that it does not know count for nothing, as do those after "no", "without" and "avoid" up to the next
/// comma; a prompt without colour words gives warm neutrals. Takes any bytes.
[[nodiscard]] palette read_palette(std::string_view prompt);

} // namespace atelier
