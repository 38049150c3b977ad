#define CAF_SUITE local_colour

#include "actors/engines/local_colour.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace atelier;

namespace {

/// Two surfaces with an edge between them, and a fine pattern on both.
small_picture two_surfaces() {
    small_picture p{.width = 40, .height = 30, .pixels = {}};
    for (std::size_t y = 0; y < p.height; ++y)
        for (std::size_t x = 0; x < p.width; ++x) {
            const float grain = (x + y) % 2 == 0 ? 0.02F : -0.02F;
            p.pixels.push_back(x < 20 ? srgb{.r = 0.3F + grain, .g = 0.4F + grain, .b = 0.5F + grain}
                                      : srgb{.r = 0.8F + grain, .g = 0.7F + grain, .b = 0.6F + grain});
        }
    return p;
}

/// The left surface made red, the right one left alone.
small_picture recoloured(small_picture p) {
    for (std::size_t i = 0; i < p.pixels.size(); ++i)
        if (i % p.width < 20)
            p.pixels[i].r += 0.3F;
    return p;
}

std::vector<std::uint8_t> bytes_of(const small_picture& p) {
    std::vector<std::uint8_t> bytes;
    for (const auto& c : p.pixels)
        for (const float v : {c.r, c.g, c.b})
            bytes.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0F, 1.0F) * 255)));
    return bytes;
}

} // namespace

CAF_TEST(a picture that did not change stays as it is) {
    const auto p = two_surfaces();
    const auto same = local_colour::between(p, p, 4, 1e-5F);
    const auto in = bytes_of(p);
    std::vector<std::uint8_t> out(in.size());
    for (std::size_t y = 0; y < p.height; ++y) {
        const auto at = static_cast<std::ptrdiff_t>(3 * p.width * y);
        same.apply(p.width, p.height, y, 0, {in.begin() + at, 3 * p.width}, {out.begin() + at, 3 * p.width});
    }
    for (std::size_t i = 0; i < in.size(); ++i)
        CAF_CHECK(std::abs(in[i] - out[i]) <= 1);
}

CAF_TEST(a change of one surface does not reach over the edge) {
    const auto p = two_surfaces();
    const auto changed = recoloured(p);
    const auto result = local_colour::between(p, changed, 4, 1e-4F).applied(p);
    for (std::size_t i = 0; i < p.pixels.size(); ++i)
        CAF_CHECK(std::abs(result.pixels[i].r - changed.pixels[i].r) < 0.03F);
}

CAF_TEST(at full size the fine pattern of the original is still there) {
    const auto p = two_surfaces();
    const auto change = local_colour::between(p, recoloured(p), 4, 1e-4F);
    // Ten times as large, with a line that the small picture does not know.
    constexpr std::size_t scale = 10;
    std::vector<std::uint8_t> in;
    for (std::size_t x = 0; x < p.width * scale; ++x)
        for (const int v : {76, 102, 128})
            in.push_back(static_cast<std::uint8_t>(x == 95 ? v - 40 : v));
    std::vector<std::uint8_t> out(in.size());
    change.apply(p.width * scale, p.height * scale, 150, 0, in, out);
    CAF_MESSAGE("the surface is red");
    CAF_CHECK(out[3 * 50] > in[3 * 50] + 60);
    CAF_MESSAGE("the line is still a line");
    CAF_CHECK(out[3 * 95] + 25 < out[3 * 94]);
    CAF_CHECK(std::abs(out[3 * 94] - out[3 * 96]) <= 2);
}

CAF_TEST(pieces give the same bytes as the whole row) {
    const auto p = two_surfaces();
    const auto change = local_colour::between(p, recoloured(p), 4, 1e-4F);
    constexpr std::size_t width = 101;
    std::vector<std::uint8_t> in(3 * width);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<std::uint8_t>(i * 7 % 256);
    std::vector<std::uint8_t> whole(in.size());
    std::vector<std::uint8_t> pieces(in.size());
    change.apply(width, 77, 33, 0, in, whole);
    for (std::size_t x = 0; x < width; x += 13) {
        const auto count = 3 * std::min<std::size_t>(13, width - x);
        change.apply(width, 77, 33, x, std::span{in}.subspan(3 * x, count),
                     std::span{pieces}.subspan(3 * x, count));
    }
    CAF_CHECK(whole == pieces);
}

CAF_TEST(pictures of one pixel and of one row work) {
    for (const auto& [width, height] : {std::pair{1U, 1U}, std::pair{9U, 1U}, std::pair{1U, 9U}}) {
        small_picture p{.width = width, .height = height, .pixels = {}};
        p.pixels.assign(std::size_t{width} * height, {.r = 0.5F, .g = 0.5F, .b = 0.5F});
        auto brighter = p;
        for (auto& c : brighter.pixels)
            c = {.r = 0.7F, .g = 0.7F, .b = 0.7F};
        const std::vector<std::uint8_t> in{128, 128, 128};
        std::vector<std::uint8_t> out(3);
        local_colour::between(p, brighter, 4, 1e-4F).apply(1, 1, 0, 0, in, out);
        CAF_CHECK(std::abs(out[0] - 179) <= 2);
    }
}

CAF_TEST(smoothing removes the fine pattern and keeps the edge) {
    const auto p = two_surfaces();
    const auto smooth = smoothed(p, 4, 0.005F);
    const auto at = [&](std::size_t x) { return smooth.pixels[15 * p.width + x].r; };
    CAF_CHECK(std::abs(at(8) - at(9)) < 0.01F);
    CAF_CHECK(at(21) - at(18) > 0.4F);
}
