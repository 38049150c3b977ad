#pragma once

#include "actors/engines/lab.hpp"
#include "tests/support/source_directory.hpp"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::test {

/// A photo of tests/support/rooms.
inline std::filesystem::path room(std::string_view name) {
    return source_directory() / "tests/support/rooms" / name;
}

inline std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary} << bytes;
}

/// A picture as it shows, reduced to at most 320 × 320 pixels.
struct view {
    int width = 0;
    int height = 0;
    std::vector<lab> pixels;

    [[nodiscard]] float lightness(int x, int y) const {
        return pixels[static_cast<std::size_t>(y * width + x)].l;
    }
};

using picture_ptr = std::unique_ptr<VipsImage, decltype(&g_object_unref)>;

/// The image that `call(VipsImage** out)` makes.
template <class Call>
picture_ptr must(Call call) {
    VipsImage* out = nullptr;
    if (call(&out) != 0)
        throw std::runtime_error{vips_error_buffer()};
    return {out, &g_object_unref};
}

inline picture_ptr on_white(picture_ptr image) {
    if (vips_image_hasalpha(image.get()) == 0)
        return image;
    VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
    auto flat =
        must([&](VipsImage** out) { return vips_flatten(image.get(), out, "background", white, nullptr); });
    vips_area_unref(VIPS_AREA(white));
    return flat;
}

inline view look_at(const std::filesystem::path& file) {
    auto image = must([&](VipsImage** out) {
        return vips_thumbnail(file.c_str(), out, 320, "height", 320, "export_profile", "srgb", "fail_on",
                              VIPS_FAIL_ON_ERROR, nullptr);
    });
    image = must([&](VipsImage** out) {
        return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
    image = on_white(std::move(image));
    image = must([&](VipsImage** out) { return vips_cast_uchar(image.get(), out, nullptr); });
    std::size_t size = 0;
    const std::unique_ptr<void, decltype(&g_free)> memory{vips_image_write_to_memory(image.get(), &size),
                                                          &g_free};
    const std::span bytes{static_cast<const std::uint8_t*>(memory.get()), size};
    view result{.width = vips_image_get_width(image.get()),
                .height = vips_image_get_height(image.get()),
                .pixels = {}};
    const auto channel = [&](std::size_t i) { return static_cast<float>(bytes[i]) / 255; };
    for (std::size_t i = 0; i + 3 <= size; i += 3)
        result.pixels.push_back(to_lab({.r = channel(i), .g = channel(i + 1), .b = channel(i + 2)}));
    return result;
}

/// The mean colour distance of two pictures of the same size.
inline float mean_distance(const view& x, const view& y) {
    float sum = 0;
    for (std::size_t i = 0; i < x.pixels.size(); ++i)
        sum += distance(x.pixels[i], y.pixels.at(i));
    return sum / static_cast<float>(x.pixels.size());
}

inline lab mean_colour(const view& v) {
    lab sum;
    for (const auto& c : v.pixels)
        sum = {.l = sum.l + c.l, .a = sum.a + c.a, .b = sum.b + c.b};
    const auto n = static_cast<float>(v.pixels.size());
    return {.l = sum.l / n, .a = sum.a / n, .b = sum.b / n};
}

/// How strongly the lightness changes at each pixel.
inline std::vector<float> edges(const view& v) {
    std::vector<float> result;
    for (int y = 0; y + 1 < v.height; ++y)
        for (int x = 0; x + 1 < v.width; ++x)
            result.push_back(std::hypot(v.lightness(x + 1, y) - v.lightness(x, y),
                                        v.lightness(x, y + 1) - v.lightness(x, y)));
    return result;
}

/// Pearson's correlation.
inline double correlation(const std::vector<float>& x, const std::vector<float>& y) {
    double sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double a = x[i], b = y.at(i);
        sx += a, sy += b, xx += a * a, yy += b * b, xy += a * b;
    }
    const auto n = static_cast<double>(x.size());
    return (xy - sx * sy / n) / std::sqrt((xx - sx * sx / n) * (yy - sy * sy / n));
}

} // namespace atelier::test
