#define CAF_SUITE palette

#include "actors/engines/palette.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace atelier;

namespace {

/// The colour of a prompt that has just one.
lab only(std::string_view prompt) {
    const auto colours = read_palette(prompt).colours;
    CAF_REQUIRE_EQUAL(colours.size(), 1u);
    return colours[0].colour;
}

bool has(const palette& p, lab colour) {
    return std::ranges::any_of(p.colours, [&](const auto& c) { return distance(c.colour, colour) < 1; });
}

float share(const palette& p, lab colour) {
    const auto found =
        std::ranges::find_if(p.colours, [&](const auto& c) { return distance(c.colour, colour) < 1; });
    return found == p.colours.end() ? 0 : found->share;
}

} // namespace

CAF_TEST(a colour word gives its colour) {
    const auto navy = only("navy");
    CAF_CHECK(navy.l < 35);
    CAF_CHECK(navy.b < -15);
    const auto terracotta = only("terracotta");
    CAF_CHECK(terracotta.a > 20);
    CAF_CHECK(terracotta.b > 20);
    CAF_CHECK(only("charcoal").l < 30);
    CAF_CHECK(only("warm white").l > 90);
    CAF_CHECK(chroma(only("off-white")) < 8);
    CAF_CHECK(only("brass").b > 30);
}

CAF_TEST(case and plurals do not matter) {
    CAF_CHECK(distance(only("NAVY"), only("navy")) < 0.01F);
    CAF_CHECK(distance(only("Terracotta."), only("terracotta")) < 0.01F);
    CAF_CHECK(distance(only("ferns"), only("fern")) < 0.01F);
}

CAF_TEST(a hue after a name belongs to it) {
    CAF_CHECK(distance(only("sage green"), only("sage")) < 0.01F);
    CAF_CHECK(distance(only("navy blue"), only("navy")) < 0.01F);
    CAF_CHECK(distance(only("black marble"), only("black")) < 0.01F);
    CAF_CHECK(distance(only("olive wood"), only("olive")) > 10);
    CAF_CHECK_EQUAL(read_palette("black, white").colours.size(), 2u);
    CAF_CHECK_EQUAL(read_palette("gold and navy").colours.size(), 2u);
}

CAF_TEST(modifiers change the colour after them) {
    CAF_CHECK(only("pale oak").l > only("oak").l + 8);
    CAF_CHECK(only("dark oak").l < only("oak").l - 15);
    CAF_CHECK(chroma(only("dusty blue")) < chroma(only("blue")));
    CAF_CHECK(only("warm grey").b > only("grey").b + 2);
    CAF_CHECK(only("very pale, soft, light oak").l > only("oak").l);
    CAF_MESSAGE("not across a comma");
    CAF_CHECK(distance(only("dark, oak"), only("oak")) < 0.01F);
}

CAF_TEST(words that it does not know count for nothing) {
    CAF_CHECK(distance(only("a quite unusual teal whatchamacallit"), only("teal")) < 0.01F);
    CAF_CHECK_EQUAL(read_palette("the reddest oaken greenery").colours.size(),
                    read_palette("").colours.size());
}

CAF_TEST(a prompt without colours gives warm neutrals) {
    for (const auto* prompt : {"", "Make it nice.", "{}[]\\\"", "\xff\xfe\x80\x00 \xd0\xba"}) {
        const auto p = read_palette(prompt);
        CAF_CHECK(p.colours.size() >= 3);
        for (const auto& c : p.colours)
            CAF_CHECK(chroma(c.colour) < 30);
        CAF_CHECK_EQUAL(p.light.brightness, 0);
    }
}

CAF_TEST(shares add up to one and the largest comes first) {
    for (const auto* prompt :
         {"", "navy", "white walls, oak floor, brass details, teal, sage, rust and navy accents",
          "red orange yellow green blue purple pink brown black white grey navy teal sage rust "
          "gold silver copper ivory"}) {
        const auto p = read_palette(prompt);
        const float sum = std::accumulate(p.colours.begin(), p.colours.end(), 0.0F,
                                          [](float s, const auto& c) { return s + c.share; });
        CAF_CHECK(std::abs(sum - 1) < 1e-4F);
        CAF_CHECK(std::ranges::is_sorted(p.colours, std::greater{}, &palette_colour::share));
        CAF_CHECK(p.colours.size() <= palette_colours_max);
    }
}

CAF_TEST(what is large in a room gets a large share) {
    const auto p = read_palette("beige walls, taupe rug, stone details");
    CAF_CHECK(share(p, only("beige")) > share(p, only("taupe")));
    CAF_CHECK(share(p, only("taupe")) > share(p, only("stone")));
}

CAF_TEST(a named palette counts for more than materials on the way) {
    const auto p = read_palette("A wool throw and a linen sofa. Palette: sage, taupe.");
    CAF_CHECK(share(p, only("sage")) > share(p, only("linen")));
    CAF_CHECK(share(p, only("taupe")) > share(p, only("linen")));
}

CAF_TEST(repeated colours become one with a larger share) {
    CAF_CHECK_EQUAL(read_palette("navy, navy blue, navy").colours.size(), 1u);
    const auto p = read_palette("taupe, taupe, stone");
    CAF_CHECK(share(p, only("taupe")) > 1.5F * share(p, only("stone")));
}

CAF_TEST(what is not wanted is left out) {
    const auto p = read_palette("sage green, no white or red, without black and grey, teal");
    CAF_CHECK(has(p, only("sage")));
    CAF_CHECK(has(p, only("teal")));
    CAF_CHECK(!has(p, only("white")));
    CAF_CHECK(!has(p, only("black")));
    CAF_CHECK(!has(p, only("red")));
    CAF_CHECK(!has(p, only("grey")));
}

CAF_TEST(light words set the light) {
    CAF_CHECK(read_palette("bright, airy daylight").light.brightness > 0.5F);
    CAF_CHECK(read_palette("moody and dim").light.brightness < -0.5F);
    CAF_CHECK(read_palette("warm, golden candlelight").light.warmth > 0.5F);
    CAF_CHECK(read_palette("cool moonlight").light.warmth < -0.5F);
    CAF_CHECK(read_palette("crisp shadows").light.contrast > 0.2F);
    CAF_CHECK(read_palette("soft, diffuse").light.contrast < -0.2F);
    CAF_CHECK(read_palette("vibrant").light.saturation > 0.2F);
    CAF_CHECK(read_palette("muted").light.saturation < -0.2F);
}

CAF_TEST(a modifier of a colour is not a light word) {
    CAF_CHECK_EQUAL(read_palette("warm white").light.warmth, 0);
    CAF_CHECK_EQUAL(read_palette("dark oak").light.brightness, 0);
    CAF_CHECK_EQUAL(read_palette("soft grey, muted blue").light.contrast, 0);
}

CAF_TEST(light never leaves its range) {
    const auto light =
        read_palette("bright bright bright bright airy sunny sunny golden golden golden golden vivid "
                     "vivid vivid vivid crisp crisp crisp crisp")
            .light;
    for (const float v : {light.brightness, light.contrast, light.warmth, light.saturation})
        CAF_CHECK(v <= 1);
    CAF_CHECK_EQUAL(light.brightness, 1);
}
