#include "config/seeds.hpp"

namespace atelier {

namespace {

constexpr style_seed styles[] = {
    {"Scandinavian", "Redesign this {room_type} in a {style} style: a pale oak floor, simple birch furniture "
                     "with tapered legs, a "
                     "linen sofa and a chunky wool throw. Bright, soft daylight falls through sheer curtains "
                     "onto matte painted "
                     "walls. Keep windows, doors and the perspective as they are. Palette: warm white, pale "
                     "oak, light grey and "
                     "sage green."},
    {"Japandi", "Redesign this {room_type} in a {style} style, where Japanese restraint meets Nordic "
                "comfort: low ash wood "
                "furniture, slatted screens, hand-thrown stoneware and a woven jute rug. Soft, diffuse light "
                "from rice paper "
                "lamps leaves the surfaces calm and uncluttered. Keep windows, doors and the perspective as "
                "they are. Palette: "
                "cream, sand, light oak, clay and charcoal."},
    {"Industrial", "Redesign this {room_type} in an {style} style: exposed brick, a polished concrete floor, "
                   "blackened steel "
                   "shelving and a worn leather armchair. Moody light comes from filament bulbs and tall "
                   "factory windows. Keep "
                   "windows, doors and the perspective as they are. Palette: brick red, concrete grey, dark "
                   "brown and black."},
    {"Mid-century modern", "Redesign this {room_type} in a {style} style: a walnut sideboard on slim legs, "
                           "an organic lounge chair, a "
                           "sunburst clock and a geometric wool rug. Warm afternoon light rakes across "
                           "smooth plaster walls. Keep windows, "
                           "doors and the perspective as they are. Palette: walnut brown, mustard yellow, "
                           "teal, burnt orange and off-white."},
    {"Bohemian", "Redesign this {room_type} in a {style} style: a rattan peacock chair, layered kilim rugs, "
                 "embroidered cushions, "
                 "macrame hangings and many trailing plants. Warm, golden light glows through patterned "
                 "textiles and pierced brass "
                 "lanterns. Keep windows, doors and the perspective as they are. Palette: terracotta, ochre, "
                 "deep red, turquoise "
                 "and cream."},
    {"Art Deco", "Redesign this {room_type} in an {style} style: a channel-tufted velvet sofa, fluted "
                 "panels, a lacquered cabinet, "
                 "fan-shaped mirrors and a marble floor with brass inlays. Dim, glamorous light comes from "
                 "stepped glass sconces. "
                 "Keep windows, doors and the perspective as they are. Palette: emerald green, gold, navy "
                 "blue, black and ivory."},
    {"Coastal", "Redesign this {room_type} in a {style} style: whitewashed floorboards, a slipcovered linen "
                "sofa, rope details, "
                "driftwood accents and a striped cotton rug. Bright, airy sea light fills every corner "
                "through open shutters. "
                "Keep windows, doors and the perspective as they are. Palette: white, sand, sky blue, aqua "
                "and navy blue."},
    {"Farmhouse", "Redesign this {room_type} in a {style} style: a reclaimed pine table, shiplap walls, open "
                  "shelves with enamel "
                  "ware, wicker baskets and gingham cotton. Soft, warm morning light settles on honest, "
                  "lightly worn surfaces. Keep "
                  "windows, doors and the perspective as they are. Palette: cream, honey, sage green, dusty "
                  "blue and light brown."},
    {"Minimalist",
     "Redesign this {room_type} in a {style} style: seamless micro-cement, handleless built-in cabinets, one "
     "low sofa "
     "in wool felt and a single sculptural lamp. Bright, even light and long empty surfaces let the room "
     "breathe. Keep "
     "windows, doors and the perspective as they are. Palette: white, off-white, light grey and graphite."},
    {"Mediterranean", "Redesign this {room_type} in a {style} style: lime-washed walls, an arched niche, "
                      "handmade terracotta tiles, "
                      "wrought iron, olive wood and glazed ceramics. Bright, warm sunlight draws crisp "
                      "shadows through wooden shutters. "
                      "Keep windows, doors and the perspective as they are. Palette: warm white, terracotta, "
                      "ochre, olive green and "
                      "cobalt blue."},
    {"Biophilic", "Redesign this {room_type} in a {style} style: a living wall of ferns and moss, a cork "
                  "floor, curved bamboo "
                  "furniture, river stone and unbleached linen. Soft, natural daylight filters through "
                  "leaves and skylights. Keep "
                  "windows, doors and the perspective as they are. Palette: forest green, moss green, sand, "
                  "light brown and white."},
    {"Loft noir", "Redesign this {room_type} in a {style} style: smoked oak panels, dark plaster, a deep "
                  "leather sofa, ribbed glass "
                  "and gunmetal fittings. Dim, moody light pools under low brass lamps and leaves the "
                  "corners in shadow. Keep "
                  "windows, doors and the perspective as they are. Palette: black, charcoal, dark brown, "
                  "burgundy and brass."},
    {"Hollywood Regency",
     "Redesign this {room_type} in a {style} style: a tufted velvet settee, mirrored side tables, a "
     "lacquered console, "
     "a zebra-striped rug and crystal lamps. Bright, sparkling light bounces off high-gloss surfaces. Keep "
     "windows, "
     "doors and the perspective as they are. Palette: blush pink, emerald green, gold, black and white."},
    {"Wabi-sabi",
     "Redesign this {room_type} in a {style} style: hand-troweled clay walls, a rough timber bench, crumpled "
     "linen, "
     "cracked pottery and a single dry branch. Soft, dim side light reveals every texture and imperfection. "
     "Keep "
     "windows, doors and the perspective as they are. Palette: beige, taupe, clay, stone grey and umber."},
};

constexpr token_package_seed token_packages[] = {
    {"Sketch", 10, 29'000, 90},
    {"Room", 50, 119'000, 90},
    {"Apartment", 150, 299'000, 90},
    {"Studio", 500, 849'000, 90},
};

constexpr subscription_plan_seed subscription_plans[] = {
    {"Weekly", 15, 34'900, "RUB", "week", 1},
    {"Monthly", 60, 119'000, "RUB", "month", 1},
    {"Professional", 300, 499'000, "RUB", "month", 1},
};

} // namespace

std::span<const style_seed> style_seeds() {
    return styles;
}

std::span<const token_package_seed> token_package_seeds() {
    return token_packages;
}

std::span<const subscription_plan_seed> subscription_plan_seeds() {
    return subscription_plans;
}

} // namespace atelier
