#pragma once

#include "actors/engines/small_picture.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace atelier {

/// A change of colour that differs from place to place: around each pixel of a small picture, the affine map
/// of RGB that best explains how the picture was changed there. Applied to the picture at full size it gives
/// the same change, with every edge and every detail of the original. Method: K. He, J. Sun, X. Tang, Guided
/// Image Filtering, PAMI 35 (2013), section 3.6, and Fast Guided Filter (2015).
class local_colour {
public:
    /// How `from` became `to`, pictures of the same size. A neighbourhood reaches `radius` pixels; contrasts
    /// whose variance is below `smoothness` count as noise.
    static local_colour between(const small_picture& from, const small_picture& to, std::size_t radius,
                                float smoothness);

    /// Changes one row of a picture of `width` × `height` pixels: `in` and `out` hold 3 bytes for each pixel
    /// from `left` on. Bit-identical for the same place whatever the cut into rows and pieces.
    void apply(std::size_t width, std::size_t height, std::size_t y, std::size_t left,
               std::span<const std::uint8_t> in, std::span<std::uint8_t> out) const;

    /// The small picture itself, changed.
    [[nodiscard]] small_picture applied(const small_picture& picture) const;

private:
    /// Three rows of three factors and an offset: red, green, blue.
    using map = std::array<float, 12>;

    local_colour() = default;
    /// The map between two rows of maps: `upper` with the weight 1 - `t`.
    [[nodiscard]] std::vector<map> row_between(std::size_t upper, float t) const;

    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::vector<map> maps_;
};

/// A picture without its fine texture, its edges kept.
[[nodiscard]] small_picture smoothed(const small_picture& picture, std::size_t radius, float smoothness);

} // namespace atelier
