#include "actors/engines/local_colour.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace atelier {
namespace {

/// One number for each pixel.
struct plane {
    std::size_t width;
    std::size_t height;
    std::vector<float> values;

    plane(std::size_t w, std::size_t h) : width{w}, height{h}, values(w * h) {}
};

/// Means along one line of `count` values that lie `stride` apart, over what the window covers of it.
void average_line(const float* in, float* out, std::size_t count, std::size_t stride, std::size_t radius) {
    double sum = 0;
    std::size_t first = 0;
    std::size_t end = 0;
    for (std::size_t i = 0; i < count; ++i) {
        for (; end < std::min(count, i + radius + 1); ++end)
            sum += in[end * stride];
        for (; first + radius < i; ++first)
            sum -= in[first * stride];
        out[i * stride] = static_cast<float>(sum / static_cast<double>(end - first));
    }
}

/// The mean of the square around each pixel.
void average(plane& p, std::size_t radius) {
    std::vector<float> rows(p.values.size());
    for (std::size_t y = 0; y < p.height; ++y)
        average_line(&p.values[y * p.width], &rows[y * p.width], p.width, 1, radius);
    for (std::size_t x = 0; x < p.width; ++x)
        average_line(&rows[x], &p.values[x], p.height, p.width, radius);
}

template <class Value>
plane mean_of(const small_picture& picture, std::size_t radius, Value value) {
    plane p{picture.width, picture.height};
    for (std::size_t i = 0; i < p.values.size(); ++i)
        p.values[i] = value(i);
    average(p, radius);
    return p;
}

float channel(const srgb& c, std::size_t i) {
    return i == 0 ? c.r : i == 1 ? c.g : c.b;
}

/// A symmetric matrix: 00 01 02 11 12 22.
using symmetric = std::array<float, 6>;

/// Of a positive definite one.
symmetric inverse(const symmetric& m) {
    const auto [a, b, c, d, e, f] = m;
    const float c00 = d * f - e * e;
    const float c01 = c * e - b * f;
    const float c02 = b * e - c * d;
    const float k = 1 / (a * c00 + b * c01 + c * c02);
    return {c00 * k, c01 * k, c02 * k, (a * f - c * c) * k, (b * c - a * e) * k, (a * d - b * b) * k};
}

using vector = std::array<float, 3>;

vector product(const symmetric& m, const vector& v) {
    return {m[0] * v[0] + m[1] * v[1] + m[2] * v[2], m[1] * v[0] + m[3] * v[1] + m[4] * v[2],
            m[2] * v[0] + m[4] * v[1] + m[5] * v[2]};
}

/// The colours around each pixel of a picture.
struct surroundings {
    std::vector<vector> mean;
    std::vector<symmetric> precision; ///< inverse of the covariance
};

surroundings study(const small_picture& picture, std::size_t radius, float smoothness) {
    const auto& pixels = picture.pixels;
    surroundings result{.mean = std::vector<vector>(pixels.size()),
                        .precision = std::vector<symmetric>(pixels.size())};
    for (std::size_t c = 0; c < 3; ++c) {
        const auto mean = mean_of(picture, radius, [&](std::size_t i) { return channel(pixels[i], c); });
        for (std::size_t i = 0; i < pixels.size(); ++i)
            result.mean[i][c] = mean.values[i];
    }
    std::size_t at = 0;
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t d = c; d < 3; ++d, ++at) {
            const auto square = mean_of(picture, radius, [&](std::size_t i) {
                return channel(pixels[i], c) * channel(pixels[i], d);
            });
            for (std::size_t i = 0; i < pixels.size(); ++i)
                result.precision[i][at] =
                    square.values[i] - result.mean[i][c] * result.mean[i][d] + (c == d ? smoothness : 0);
        }
    std::ranges::transform(result.precision, result.precision.begin(), inverse);
    return result;
}

/// The three factors and the offset that best explain channel `c` of `to` by the colours of `from`.
std::array<plane, 4> explain(const small_picture& from, const surroundings& around, const small_picture& to,
                             std::size_t c, std::size_t radius) {
    const auto target = mean_of(to, radius, [&](std::size_t i) { return channel(to.pixels[i], c); });
    const auto cross = [&](std::size_t d) {
        return mean_of(to, radius,
                       [&](std::size_t i) { return channel(to.pixels[i], c) * channel(from.pixels[i], d); });
    };
    const std::array covariance{cross(0), cross(1), cross(2)};
    const plane empty{from.width, from.height};
    std::array parts{empty, empty, empty, empty};
    for (std::size_t i = 0; i < target.values.size(); ++i) {
        const auto& m = around.mean[i];
        const float t = target.values[i];
        const auto k = product(around.precision[i],
                               {covariance[0].values[i] - t * m[0], covariance[1].values[i] - t * m[1],
                                covariance[2].values[i] - t * m[2]});
        for (std::size_t d = 0; d < 3; ++d)
            parts[d].values[i] = k[d];
        parts[3].values[i] = t - k[0] * m[0] - k[1] * m[1] - k[2] * m[2];
    }
    // Each pixel lies in many neighbourhoods; it gets the mean of what they say.
    for (auto& part : parts)
        average(part, radius);
    return parts;
}

std::uint8_t to_byte(float v) {
    const float half_above = std::clamp(v, 0.0F, 255.0F) + 0.5F;
    return static_cast<std::uint8_t>(half_above);
}

/// Where the middle of pixel `i` of `size` lies among `small` pixels: the one before it, and how far after
/// that.
std::pair<std::size_t, float> position(std::size_t i, std::size_t size, std::size_t small) {
    const float at =
        (static_cast<float>(i) + 0.5F) * static_cast<float>(small) / static_cast<float>(size) - 0.5F;
    const float inside = std::clamp(at, 0.0F, static_cast<float>(small - 1));
    const auto before = std::min(static_cast<std::size_t>(inside), small < 2 ? 0 : small - 2);
    return {before, inside - static_cast<float>(before)};
}

} // namespace

local_colour local_colour::between(const small_picture& from, const small_picture& to, std::size_t radius,
                                   float smoothness) {
    assert(from.width == to.width && from.height == to.height);
    const auto around = study(from, radius, smoothness);
    local_colour result;
    result.width_ = from.width;
    result.height_ = from.height;
    result.maps_.resize(from.pixels.size());
    for (std::size_t c = 0; c < 3; ++c) {
        const auto parts = explain(from, around, to, c, radius);
        for (std::size_t d = 0; d < parts.size(); ++d)
            for (std::size_t i = 0; i < result.maps_.size(); ++i)
                result.maps_[i][4 * c + d] = parts[d].values[i];
    }
    return result;
}

std::vector<local_colour::map> local_colour::row_between(std::size_t upper, float t) const {
    const auto* above = &maps_[upper * width_];
    const auto* below = upper + 1 < height_ ? above + width_ : above;
    std::vector<map> row(width_);
    for (std::size_t x = 0; x < width_; ++x)
        for (std::size_t k = 0; k < row[x].size(); ++k)
            row[x][k] = above[x][k] + t * (below[x][k] - above[x][k]);
    return row;
}

void local_colour::apply(std::size_t width, std::size_t height, std::size_t y, std::size_t left,
                         std::span<const std::uint8_t> in, std::span<std::uint8_t> out) const {
    const auto [upper, down] = position(y, height, height_);
    const auto row = row_between(upper, down);
    for (std::size_t i = 0; i < in.size(); i += 3) {
        const auto [before, t] = position(left + i / 3, width, width_);
        const map& p = row[before];
        const map& q = row[std::min(before + 1, width_ - 1)];
        map m;
        for (std::size_t k = 0; k < m.size(); ++k)
            m[k] = p[k] + t * (q[k] - p[k]);
        const auto r = static_cast<float>(in[i]);
        const auto g = static_cast<float>(in[i + 1]);
        const auto b = static_cast<float>(in[i + 2]);
        for (std::size_t c = 0; c < 3; ++c)
            out[i + c] = to_byte(m[4 * c] * r + m[4 * c + 1] * g + m[4 * c + 2] * b + 255 * m[4 * c + 3]);
    }
}

small_picture local_colour::applied(const small_picture& picture) const {
    assert(picture.width == width_ && picture.height == height_);
    small_picture result = picture;
    for (std::size_t i = 0; i < maps_.size(); ++i) {
        const auto& [r, g, b] = picture.pixels[i];
        const auto& m = maps_[i];
        result.pixels[i] = {.r = m[0] * r + m[1] * g + m[2] * b + m[3],
                            .g = m[4] * r + m[5] * g + m[6] * b + m[7],
                            .b = m[8] * r + m[9] * g + m[10] * b + m[11]};
    }
    return result;
}

small_picture smoothed(const small_picture& picture, std::size_t radius, float smoothness) {
    return local_colour::between(picture, picture, radius, smoothness).applied(picture);
}

} // namespace atelier
