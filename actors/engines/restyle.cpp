#include "actors/engines/restyle.hpp"

#include "actors/engines/local_colour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>

namespace atelier {
namespace {

/// From -1 to 1. The standard fixes the generator's numbers, but not the distributions'.
float symmetric(std::mt19937_64& random) {
    return static_cast<float>(random() >> 40U) * 0x1.0p-23F - 1;
}

/// The palette as one decorator of many would mix it.
palette varied(palette style, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    for (auto& [colour, share] : style.colours) {
        const float turn = 0.12F * symmetric(random);
        const float a = colour.a * std::cos(turn) - colour.b * std::sin(turn);
        const float b = colour.a * std::sin(turn) + colour.b * std::cos(turn);
        const float strength = 1 + 0.12F * symmetric(random);
        colour = {.l = colour.l + 2.5F * symmetric(random), .a = a * strength, .b = b * strength};
        share *= 1 + 0.3F * symmetric(random);
    }
    style.light.brightness += 0.12F * symmetric(random);
    style.light.warmth += 0.12F * symmetric(random);
    return style;
}

using picture_lab = std::vector<lab>;

picture_lab to_lab(const small_picture& picture) {
    picture_lab result(picture.pixels.size());
    std::ranges::transform(picture.pixels, result.begin(), [](const srgb& c) {
        return atelier::to_lab({.r = std::clamp(c.r, 0.0F, 1.0F),
                                .g = std::clamp(c.g, 0.0F, 1.0F),
                                .b = std::clamp(c.b, 0.0F, 1.0F)});
    });
    return result;
}

/// Enough of a picture to know its colours.
picture_lab sampled(const picture_lab& picture) {
    constexpr std::size_t count = 3000;
    // Odd, so that it does not keep to a few columns.
    const std::size_t step = picture.size() / count | 1U;
    picture_lab samples;
    for (std::size_t i = 0; i < picture.size(); i += step)
        samples.push_back(picture[i]);
    return samples;
}

/// Which palette colour a colour of the photo belongs to, and by how much: a soft assignment in which each
/// palette colour gets about its share of the photo (entropic optimal transport: M. Cuturi, Sinkhorn
/// Distances, NIPS 2013; the limit on the potentials lets a share go unfilled where the photo has nothing
/// like it).
class assignment {
public:
    using weights = std::array<float, palette_colours_max>;

    assignment(const std::vector<palette_colour>& colours, const picture_lab& photo) : colours_{colours} {
        constexpr int rounds = 40;
        for (int round = 0; round < rounds; ++round) {
            weights mass{};
            for (const auto& c : photo) {
                const auto w = of(c);
                for (std::size_t k = 0; k < colours_.size(); ++k)
                    mass[k] += w[k];
            }
            for (std::size_t k = 0; k < colours_.size(); ++k) {
                const float wanted =
                    std::log(colours_[k].share / std::max(mass[k] / static_cast<float>(photo.size()), 1e-4F));
                potential_[k] = std::clamp(potential_[k] + 0.5F * wanted, -potential_max, potential_max);
            }
        }
    }

    /// The weights of the palette's colours for this colour; they add up to 1.
    [[nodiscard]] weights of(lab colour) const {
        weights w{};
        float best = -1e30F;
        for (std::size_t k = 0; k < colours_.size(); ++k) {
            const auto& p = colours_[k].colour;
            const float dl = lightness_weight * (colour.l - p.l);
            const float da = colour.a - p.a;
            const float db = colour.b - p.b;
            w[k] = potential_[k] - (dl * dl + da * da + db * db) / (2 * spread * spread);
            best = std::max(best, w[k]);
        }
        float sum = 0;
        for (std::size_t k = 0; k < colours_.size(); ++k)
            sum += w[k] = std::exp(w[k] - best);
        for (std::size_t k = 0; k < colours_.size(); ++k)
            w[k] /= sum;
        return w;
    }

private:
    static constexpr float spread = 13;
    static constexpr float lightness_weight = 0.65F;
    static constexpr float potential_max = 8;

    const std::vector<palette_colour>& colours_;
    weights potential_{};
};

/// The mean of what each palette colour takes of the photo.
std::vector<lab> centres(const palette& style, const assignment& owners, const picture_lab& photo) {
    std::vector<lab> sums(style.colours.size());
    std::vector<float> masses(style.colours.size());
    for (const auto& c : photo) {
        const auto w = owners.of(c);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            sums[k].l += w[k] * c.l;
            sums[k].a += w[k] * c.a;
            sums[k].b += w[k] * c.b;
            masses[k] += w[k];
        }
    }
    for (std::size_t k = 0; k < sums.size(); ++k) {
        const float mass = std::max(masses[k], 1e-3F);
        sums[k] = {.l = sums[k].l / mass, .a = sums[k].a / mass, .b = sums[k].b / mass};
    }
    return sums;
}

/// 1 in the middle tones, falling to 0 for light sources and black.
float colourable(float l) {
    const float low = std::clamp(l / 22, 0.0F, 1.0F);
    const float high = std::clamp((100 - l) / 9, 0.0F, 1.0F);
    return low * high;
}

/// Keeps what is colourful already from turning neon.
lab tamed(lab colour) {
    constexpr float knee = 50;
    const float strength = chroma(colour);
    if (strength > knee) {
        const float scale = (knee + 0.5F * (strength - knee)) / strength;
        colour.a *= scale;
        colour.b *= scale;
    }
    return colour;
}

/// The lightness that the light of the style gives to a surface of lightness `l`.
float lit(float l, const lighting& light) {
    float v = std::clamp(l / 100, 0.0F, 1.0F);
    v = std::pow(v, std::exp2(-0.55F * light.brightness));
    const float curve = v * v * (3 - 2 * v);
    v += 0.5F * light.contrast * (curve - v);
    return 100 * v;
}

} // namespace

small_picture restyle(const small_picture& picture, palette style, std::uint64_t seed) {
    constexpr float colour_strength = 0.92F;
    constexpr float lightness_strength = 0.7F;
    constexpr float variety = 0.4F;
    style = varied(std::move(style), seed);
    const auto original = to_lab(picture);
    const std::size_t reach = std::max<std::size_t>(2, std::max(picture.width, picture.height) / 40);
    const auto base = to_lab(smoothed(picture, reach, 0.004F));
    const auto samples = sampled(base);
    const assignment owners{style.colours, samples};
    const auto from = centres(style, owners, samples);
    const auto& light = style.light;

    small_picture result = picture;
    for (std::size_t i = 0; i < original.size(); ++i) {
        const auto w = owners.of(base[i]);
        lab move;
        for (std::size_t k = 0; k < from.size(); ++k) {
            const auto& to = style.colours[k].colour;
            move.l += w[k] * (to.l - from[k].l);
            move.a += w[k] * (to.a - base[i].a + variety * (base[i].a - from[k].a));
            move.b += w[k] * (to.b - base[i].b + variety * (base[i].b - from[k].b));
        }
        const float amount = colourable(base[i].l);
        const float base_l =
            lit(base[i].l + amount * lightness_strength * std::clamp(move.l, -40.0F, 40.0F), light);
        lab c = original[i];
        const float detail = c.l - base[i].l;
        // Paint in shadow is less colourful than in the light.
        const float depth = std::clamp(base_l / std::max(base[i].l, 1.0F), 0.35F, 1.3F);
        c.l = base_l + detail * std::clamp(depth, 0.6F, 1.15F);
        const float saturation = 1 + 0.35F * light.saturation;
        c.a = (c.a + amount * colour_strength * move.a) * saturation;
        c.b = (c.b + amount * colour_strength * move.b) * saturation;
        const float tint = light.warmth * (0.35F + 0.65F * std::clamp(c.l / 100, 0.0F, 1.0F));
        c.a += 2.5F * tint;
        c.b += 9.0F * tint;
        result.pixels[i] = to_srgb(tamed(c));
    }
    return result;
}

} // namespace atelier
