#include "actors/engines/lab.hpp"

#include <algorithm>
#include <cmath>

namespace atelier {
namespace {

constexpr float white_x = 0.95047F;
constexpr float white_z = 1.08883F;
constexpr float delta = 6.0F / 29.0F;

float to_linear(float v) {
    return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

float from_linear(float v) {
    return v <= 0.0031308F ? v * 12.92F : 1.055F * std::pow(v, 1.0F / 2.4F) - 0.055F;
}

float compress(float t) {
    return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0F / 29.0F;
}

float expand(float f) {
    return f > delta ? f * f * f : 3 * delta * delta * (f - 4.0F / 29.0F);
}

srgb linear(lab c) {
    const float fy = (c.l + 16) / 116;
    const float x = white_x * expand(fy + c.a / 500);
    const float y = expand(fy);
    const float z = white_z * expand(fy - c.b / 200);
    return {.r = 3.2404542F * x - 1.5371385F * y - 0.4985314F * z,
            .g = -0.9692660F * x + 1.8760108F * y + 0.0415560F * z,
            .b = 0.0556434F * x - 0.2040259F * y + 1.0572252F * z};
}

bool shows(srgb c) {
    constexpr float tolerance = 0.0005F;
    return std::min({c.r, c.g, c.b}) >= -tolerance && std::max({c.r, c.g, c.b}) <= 1 + tolerance;
}

} // namespace

lab to_lab(srgb c) {
    const float r = to_linear(c.r);
    const float g = to_linear(c.g);
    const float b = to_linear(c.b);
    const float fx = compress((0.4124564F * r + 0.3575761F * g + 0.1804375F * b) / white_x);
    const float fy = compress(0.2126729F * r + 0.7151522F * g + 0.0721750F * b);
    const float fz = compress((0.0193339F * r + 0.1191920F * g + 0.9503041F * b) / white_z);
    return {.l = 116 * fy - 16, .a = 500 * (fx - fy), .b = 200 * (fy - fz)};
}

srgb to_srgb(lab c) {
    c.l = std::clamp(c.l, 0.0F, 100.0F);
    srgb rgb = linear(c);
    if (!shows(rgb)) {
        // The share of the chroma that still fits, to one part in 256.
        float fits = 0;
        for (float step = 0.5F; step > 1.0F / 512; step /= 2)
            if (shows(linear({.l = c.l, .a = c.a * (fits + step), .b = c.b * (fits + step)})))
                fits += step;
        rgb = linear({.l = c.l, .a = c.a * fits, .b = c.b * fits});
    }
    const auto channel = [](float v) { return from_linear(std::clamp(v, 0.0F, 1.0F)); };
    return {.r = channel(rgb.r), .g = channel(rgb.g), .b = channel(rgb.b)};
}

float chroma(lab c) {
    return std::hypot(c.a, c.b);
}

float distance(lab x, lab y) {
    return std::hypot(x.l - y.l, x.a - y.a, x.b - y.b);
}

} // namespace atelier
