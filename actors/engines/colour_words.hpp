#pragma once

#include "actors/engines/palette.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// The vocabulary of `read_palette`: lower case, in the singular.
namespace atelier {

enum class colour_kind : std::uint8_t {
    hue,      ///< "green": alone a colour, after another word only what it belongs to ("sage green")
    named,    ///< "sage"
    material, ///< "oak": takes on the colour of a hue before it ("black oak")
};

struct colour_word {
    std::string_view word; ///< one or two words
    std::uint32_t rgb;     ///< 0xRRGGBB, sRGB
    colour_kind kind;
};
[[nodiscard]] const colour_word* find_colour(std::string_view word);

/// What "pale" does to the colour after it.
struct colour_modifier {
    std::string_view word;
    float lighten;   ///< share of the way to white; negative: to black
    float colouring; ///< factor for the chroma
    float warm;      ///< added to b*
};
[[nodiscard]] const colour_modifier* find_modifier(std::string_view word);

struct light_word {
    std::string_view word;
    lighting effect;
};
[[nodiscard]] const light_word* find_light(std::string_view word);

/// How much of a room "floor" or "cushions" are, as a factor for the colours named with them.
[[nodiscard]] std::optional<float> find_extent(std::string_view word);

} // namespace atelier
