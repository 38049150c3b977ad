#pragma once

#include "actors/engines/lab.hpp"

#include <cstddef>
#include <vector>

namespace atelier {

/// A picture reduced so far that it can be studied whole: the longer side has at most `small_picture_side`
/// pixels.
struct small_picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<srgb> pixels; ///< row by row
};

inline constexpr std::size_t small_picture_side = 384;

} // namespace atelier
