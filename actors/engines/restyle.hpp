#pragma once

#include "actors/engines/palette.hpp"
#include "actors/engines/small_picture.hpp"

#include <cstdint>

namespace atelier {

/// The same picture in the colours and the light of a palette. Each palette colour takes its share of the
/// picture, where its own colours are nearest; those parts move towards it as a whole, so that their shading
/// and texture stay. Lamps, windows and deep shadows keep their colour. The same seed gives the same picture;
/// another one a slightly different one.
[[nodiscard]] small_picture restyle(const small_picture& picture, palette style, std::uint64_t seed);

} // namespace atelier
