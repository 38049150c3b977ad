#include "actors/engines/colour_words.hpp"

#include <algorithm>
#include <array>

namespace atelier {
namespace {

using enum colour_kind;

// Each table is sorted by its words.

constexpr std::array colours{
    colour_word{"amber", 0xC9882E, named},
    colour_word{"anthracite", 0x3A3D40, named},
    colour_word{"apricot", 0xE9B489, named},
    colour_word{"aqua", 0x7FC4C0, named},
    colour_word{"aquamarine", 0x86C9B8, named},
    colour_word{"ash", 0xCDBBA0, material},
    colour_word{"bamboo", 0xCDB27A, material},
    colour_word{"beech", 0xCFAE84, material},
    colour_word{"beige", 0xD9C9AE, named},
    colour_word{"birch", 0xDCC8A4, material},
    colour_word{"black", 0x1F1E1D, hue},
    colour_word{"blackened steel", 0x2B2B2C, material},
    colour_word{"blue", 0x3F6C9E, hue},
    colour_word{"blush", 0xE3BDB2, named},
    colour_word{"bone", 0xE6DFCF, named},
    colour_word{"bordeaux", 0x5E1F2A, named},
    colour_word{"brass", 0xB08D4A, material},
    colour_word{"brick", 0x9E5440, material},
    colour_word{"bronze", 0x80603A, material},
    colour_word{"brown", 0x6F4D35, hue},
    colour_word{"burgundy", 0x6A2433, named},
    colour_word{"burnt orange", 0xBC5F2A, named},
    colour_word{"camel", 0xBE9663, named},
    colour_word{"caramel", 0xAF7640, named},
    colour_word{"celadon", 0xB3CBB4, named},
    colour_word{"cement", 0xA9A7A2, material},
    colour_word{"champagne", 0xE6D6B8, named},
    colour_word{"charcoal", 0x3B3C3E, named},
    colour_word{"cherry", 0x7E3F2C, material},
    colour_word{"chestnut", 0x74452F, named},
    colour_word{"chocolate", 0x4E3527, named},
    colour_word{"chrome", 0xBFC3C6, material},
    colour_word{"clay", 0xB98B6D, named},
    colour_word{"cobalt", 0x2F53A0, named},
    colour_word{"cocoa", 0x66493A, named},
    colour_word{"cognac", 0x8F542D, named},
    colour_word{"concrete", 0xA3A19C, material},
    colour_word{"copper", 0xB06F4B, material},
    colour_word{"coral", 0xE2866D, named},
    colour_word{"cork", 0xB88F63, material},
    colour_word{"cotton", 0xEDE7DB, material},
    colour_word{"cream", 0xF0E6D0, named},
    colour_word{"crimson", 0x972A33, named},
    colour_word{"denim", 0x4C6585, named},
    colour_word{"driftwood", 0xB3A48F, material},
    colour_word{"ebony", 0x332B26, material},
    colour_word{"ecru", 0xDDD0B4, named},
    colour_word{"eggplant", 0x4B2D47, named},
    colour_word{"eggshell", 0xECE5D5, named},
    colour_word{"emerald", 0x1F6E52, named},
    colour_word{"espresso", 0x3E2C23, named},
    colour_word{"eucalyptus", 0x8FA596, named},
    colour_word{"fern", 0x5E7F4A, named},
    colour_word{"forest", 0x2F5440, named},
    colour_word{"fuchsia", 0xB33B7E, named},
    colour_word{"gold", 0xC29B4B, named},
    colour_word{"graphite", 0x46484B, named},
    colour_word{"gray", 0x9A9996, hue},
    colour_word{"green", 0x5C7F5B, hue},
    colour_word{"greige", 0xC3B9A9, named},
    colour_word{"grey", 0x9A9996, hue},
    colour_word{"gunmetal", 0x45494D, named},
    colour_word{"honey", 0xCB9A50, named},
    colour_word{"indigo", 0x34386B, named},
    colour_word{"iron", 0x45423F, material},
    colour_word{"ivory", 0xF0E9DA, named},
    colour_word{"jade", 0x4F9277, named},
    colour_word{"jute", 0xBFA478, material},
    colour_word{"khaki", 0xAB9F76, named},
    colour_word{"lavender", 0xB7ACD0, named},
    colour_word{"leather", 0x7F5334, material},
    colour_word{"lemon", 0xE9D870, named},
    colour_word{"lilac", 0xBFA6C8, named},
    colour_word{"lime", 0xA3BB58, named},
    colour_word{"lime washed", 0xE7E2D6, named},
    colour_word{"limestone", 0xD7CEBD, material},
    colour_word{"linen", 0xE2D8C5, material},
    colour_word{"mahogany", 0x5F2F24, material},
    colour_word{"maple", 0xD2AC78, material},
    colour_word{"marble", 0xE4E1DC, material},
    colour_word{"maroon", 0x62262C, named},
    colour_word{"mauve", 0xAA8B9C, named},
    colour_word{"metal", 0x8B8D8E, material},
    colour_word{"midnight", 0x1F2A44, named},
    colour_word{"mint", 0xB0D6BF, named},
    colour_word{"mocha", 0x7C5F4B, named},
    colour_word{"moss", 0x6D7746, named},
    colour_word{"mushroom", 0xB9AB9B, named},
    colour_word{"mustard", 0xC79A34, named},
    colour_word{"navy", 0x26375A, named},
    colour_word{"oak", 0xC39B6A, material},
    colour_word{"oatmeal", 0xDCCFB8, named},
    colour_word{"ochre", 0xC08A3C, named},
    colour_word{"off white", 0xEFEAE0, named},
    colour_word{"olive", 0x767541, named},
    colour_word{"olive wood", 0xA67F4F, material},
    colour_word{"orange", 0xD27B35, hue},
    colour_word{"peach", 0xEBBF9F, named},
    colour_word{"pearl", 0xE8E4DC, named},
    colour_word{"petrol", 0x1F4E5A, named},
    colour_word{"pine", 0xD0A86C, material},
    colour_word{"pink", 0xDDA5A6, hue},
    colour_word{"plaster", 0xDDD3C5, material},
    colour_word{"plum", 0x63385A, named},
    colour_word{"powder blue", 0xB5C9D8, named},
    colour_word{"purple", 0x6C4A86, hue},
    colour_word{"rattan", 0xC29A61, material},
    colour_word{"red", 0xA63A32, hue},
    colour_word{"rose", 0xCF9A97, named},
    colour_word{"rosewood", 0x65322A, material},
    colour_word{"ruby", 0x8B2338, named},
    colour_word{"russet", 0x8C4A2C, named},
    colour_word{"rust", 0xA5532C, named},
    colour_word{"sage", 0xA4AF94, named},
    colour_word{"salmon", 0xE0A08B, named},
    colour_word{"sand", 0xD7C29D, named},
    colour_word{"sandstone", 0xCDAE85, material},
    colour_word{"sapphire", 0x24478B, named},
    colour_word{"seafoam", 0xAFD2C0, named},
    colour_word{"seagrass", 0xB9A777, material},
    colour_word{"sepia", 0x704F35, named},
    colour_word{"sienna", 0xA0633B, named},
    colour_word{"silver", 0xC1C3C4, named},
    colour_word{"sky blue", 0xA4C6DE, named},
    colour_word{"slate", 0x5E6870, named},
    colour_word{"smoke", 0x8A8986, named},
    colour_word{"snow", 0xF6F6F4, named},
    colour_word{"steel", 0x7C8084, material},
    colour_word{"stone", 0xB5AC9E, material},
    colour_word{"straw", 0xDCC587, named},
    colour_word{"tan", 0xC5A27A, named},
    colour_word{"taupe", 0x94857A, named},
    colour_word{"teak", 0xA8743F, material},
    colour_word{"teal", 0x2A6E73, named},
    colour_word{"terracotta", 0xBE6E4E, named},
    colour_word{"timber", 0xAD8356, material},
    colour_word{"travertine", 0xD6C5AA, material},
    colour_word{"turquoise", 0x45A5A3, named},
    colour_word{"umber", 0x64503D, named},
    colour_word{"violet", 0x735594, named},
    colour_word{"walnut", 0x6B4A32, material},
    colour_word{"wenge", 0x40312A, material},
    colour_word{"white", 0xF4F2EE, hue},
    colour_word{"white oak", 0xD5BC93, material},
    colour_word{"whitewashed", 0xE9E5DD, named},
    colour_word{"wicker", 0xBD9660, material},
    colour_word{"wine", 0x64232F, named},
    colour_word{"wood", 0xAF8455, material},
    colour_word{"wool", 0xE1D8C9, material},
    colour_word{"yellow", 0xDDB848, hue},
};

constexpr std::array modifiers{
    colour_modifier{"bleached", 0.45F, 0.6F, 0}, colour_modifier{"bright", 0.15F, 1.2F, 0},
    colour_modifier{"burnt", -0.2F, 1.1F, 4},    colour_modifier{"cool", 0, 0.95F, -6},
    colour_modifier{"dark", -0.45F, 0.9F, 0},    colour_modifier{"deep", -0.3F, 1.1F, 0},
    colour_modifier{"dusky", -0.15F, 0.75F, 0},  colour_modifier{"dusty", 0.1F, 0.65F, 0},
    colour_modifier{"faded", 0.25F, 0.6F, 0},    colour_modifier{"inky", -0.5F, 0.9F, 0},
    colour_modifier{"light", 0.4F, 0.8F, 0},     colour_modifier{"lightly", 0.2F, 0.9F, 0},
    colour_modifier{"muted", 0, 0.6F, 0},        colour_modifier{"pale", 0.45F, 0.75F, 0},
    colour_modifier{"pastel", 0.45F, 0.7F, 0},   colour_modifier{"rich", -0.1F, 1.25F, 0},
    colour_modifier{"smoked", -0.4F, 0.7F, 0},   colour_modifier{"soft", 0.2F, 0.75F, 0},
    colour_modifier{"vivid", 0, 1.35F, 0},       colour_modifier{"warm", 0, 1, 5},
};

// brightness, contrast, warmth, saturation
constexpr std::array lights{
    light_word{"airy", {0.4F, -0.15F, 0, 0}},
    light_word{"ambient", {0, -0.1F, 0.1F, 0}},
    light_word{"atmospheric", {-0.3F, 0.2F, 0, 0}},
    light_word{"bold", {0, 0.2F, 0, 0.3F}},
    light_word{"bright", {0.45F, 0, 0, 0}},
    light_word{"calm", {0, -0.1F, 0, -0.15F}},
    light_word{"candle", {-0.35F, 0.1F, 0.7F, 0}},
    light_word{"candlelight", {-0.35F, 0.1F, 0.7F, 0}},
    light_word{"candlelit", {-0.35F, 0.1F, 0.7F, 0}},
    light_word{"cold", {0, 0, -0.5F, 0}},
    light_word{"cool", {0, 0, -0.45F, 0}},
    light_word{"cosy", {-0.15F, 0, 0.35F, 0}},
    light_word{"cozy", {-0.15F, 0, 0.35F, 0}},
    light_word{"crisp", {0.05F, 0.4F, -0.05F, 0}},
    light_word{"dark", {-0.4F, 0.1F, 0, 0}},
    light_word{"daylight", {0.3F, 0, -0.05F, 0}},
    light_word{"diffuse", {0, -0.3F, 0, 0}},
    light_word{"dim", {-0.55F, 0, 0.1F, 0}},
    light_word{"dramatic", {-0.2F, 0.5F, 0, 0}},
    light_word{"dusk", {-0.4F, 0, -0.2F, 0}},
    light_word{"even", {0, -0.15F, 0, 0}},
    light_word{"evening", {-0.3F, 0, 0.3F, 0}},
    light_word{"filament", {-0.1F, 0, 0.35F, 0}},
    light_word{"firelight", {-0.35F, 0.15F, 0.7F, 0.1F}},
    light_word{"glamorous", {0, 0.2F, 0, 0.1F}},
    light_word{"gloomy", {-0.6F, 0, -0.2F, -0.2F}},
    light_word{"glow", {0, -0.05F, 0.25F, 0}},
    light_word{"golden", {0.05F, 0, 0.6F, 0.1F}},
    light_word{"luminous", {0.4F, 0, 0, 0}},
    light_word{"misty", {0.1F, -0.4F, -0.1F, -0.2F}},
    light_word{"moody", {-0.5F, 0.25F, 0, 0}},
    light_word{"moonlight", {-0.45F, 0.1F, -0.6F, -0.1F}},
    light_word{"muted", {0, -0.1F, 0, -0.4F}},
    light_word{"night", {-0.5F, 0.1F, -0.1F, 0}},
    light_word{"pastel", {0.2F, -0.1F, 0, -0.3F}},
    light_word{"rich", {0, 0.1F, 0, 0.25F}},
    light_word{"serene", {0, -0.15F, 0, -0.1F}},
    light_word{"shadow", {-0.1F, 0.1F, 0, 0}},
    light_word{"soft", {0, -0.25F, 0, 0}},
    light_word{"sparkling", {0.2F, 0.2F, 0, 0}},
    light_word{"sunlight", {0.3F, 0.1F, 0.3F, 0}},
    light_word{"sunlit", {0.3F, 0.1F, 0.3F, 0}},
    light_word{"sunny", {0.35F, 0.1F, 0.3F, 0}},
    light_word{"sunset", {-0.15F, 0, 0.6F, 0.1F}},
    light_word{"vibrant", {0, 0.1F, 0, 0.45F}},
    light_word{"vivid", {0, 0.15F, 0, 0.45F}},
    light_word{"warm", {0, 0, 0.4F, 0}},
};

struct extent {
    std::string_view word;
    float factor;
};

constexpr std::array extents{
    extent{"accent", 0.4F},  extent{"armchair", 0.8F}, extent{"basket", 0.4F},   extent{"cabinet", 1.2F},
    extent{"carpet", 1.4F},  extent{"ceiling", 1.5F},  extent{"chair", 0.7F},    extent{"curtain", 1},
    extent{"cushion", 0.4F}, extent{"detail", 0.3F},   extent{"fitting", 0.3F},  extent{"floor", 2},
    extent{"floorboard", 2}, extent{"handle", 0.3F},   extent{"hardware", 0.3F}, extent{"inlay", 0.3F},
    extent{"lamp", 0.4F},    extent{"leg", 0.4F},      extent{"panel", 1.8F},    extent{"panelling", 1.8F},
    extent{"rug", 1.2F},     extent{"sofa", 1.2F},     extent{"throw", 0.5F},    extent{"tile", 1.5F},
    extent{"touch", 0.3F},   extent{"trim", 0.5F},     extent{"wall", 3},        extent{"wallpaper", 3},
};

/// The entry for a word, also when the word is its plural.
template <class Table>
auto find(const Table& table, std::string_view word) -> decltype(table.data()) {
    const auto exact = [&](std::string_view w) -> decltype(table.data()) {
        const auto at = std::ranges::lower_bound(table, w, {}, [](const auto& entry) { return entry.word; });
        return at != table.end() && at->word == w ? &*at : nullptr;
    };
    const auto* found = exact(word);
    if (found == nullptr && word.ends_with('s'))
        found = exact(word.substr(0, word.size() - 1));
    return found;
}

constexpr auto word_of = [](const auto& entry) { return entry.word; };
static_assert(std::ranges::is_sorted(colours, {}, word_of));
static_assert(std::ranges::is_sorted(modifiers, {}, word_of));
static_assert(std::ranges::is_sorted(lights, {}, word_of));
static_assert(std::ranges::is_sorted(extents, {}, word_of));

} // namespace

const colour_word* find_colour(std::string_view word) {
    return find(colours, word);
}

const colour_modifier* find_modifier(std::string_view word) {
    return find(modifiers, word);
}

const light_word* find_light(std::string_view word) {
    return find(lights, word);
}

std::optional<float> find_extent(std::string_view word) {
    const auto* found = find(extents, word);
    return found == nullptr ? std::nullopt : std::optional{found->factor};
}

} // namespace atelier
