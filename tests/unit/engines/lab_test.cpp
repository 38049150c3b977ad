#define CAF_SUITE lab

#include "actors/engines/lab.hpp"
#include "tests/support/test.hpp"

#include <cmath>

using namespace atelier;

CAF_TEST(known colours have their known coordinates) {
    CAF_CHECK(distance(to_lab({.r = 1, .g = 1, .b = 1}), {.l = 100, .a = 0, .b = 0}) < 0.1F);
    CAF_CHECK(distance(to_lab({.r = 0, .g = 0, .b = 0}), {.l = 0, .a = 0, .b = 0}) < 0.1F);
    CAF_CHECK(distance(to_lab({.r = 1, .g = 0, .b = 0}), {.l = 53.24F, .a = 80.09F, .b = 67.20F}) < 0.1F);
    CAF_CHECK(distance(to_lab({.r = 0, .g = 0, .b = 1}), {.l = 32.30F, .a = 79.19F, .b = -107.86F}) < 0.1F);
}

CAF_TEST(there and back gives the same colour) {
    for (int r = 0; r <= 255; r += 15)
        for (int g = 0; g <= 255; g += 15)
            for (int b = 0; b <= 255; b += 15) {
                const srgb c{.r = static_cast<float>(r) / 255,
                             .g = static_cast<float>(g) / 255,
                             .b = static_cast<float>(b) / 255};
                const auto back = to_srgb(to_lab(c));
                if (std::abs(back.r - c.r) + std::abs(back.g - c.g) + std::abs(back.b - c.b) > 0.012F)
                    CAF_FAIL("differs at " << r << " " << g << " " << b);
            }
}

CAF_TEST(what sRGB cannot show keeps lightness and hue) {
    const lab wanted{.l = 60, .a = 100, .b = -90};
    const auto shown = to_lab(to_srgb(wanted));
    CAF_CHECK(std::abs(shown.l - wanted.l) < 1);
    CAF_CHECK(std::abs(std::atan2(shown.b, shown.a) - std::atan2(wanted.b, wanted.a)) < 0.03F);
    CAF_CHECK(chroma(shown) < chroma(wanted));
    CAF_CHECK(chroma(shown) > 20);
    CAF_CHECK(distance(to_lab(to_srgb({.l = 130, .a = 20, .b = 0})), {.l = 100, .a = 0, .b = 0}) < 1);
}
