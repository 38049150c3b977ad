#define CAF_SUITE preview_picture

#include "actors/engines/preview_picture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/pictures.hpp"

#include <algorithm>
#include <vector>

using namespace atelier;
using namespace atelier::test;

namespace {

constexpr std::string_view art_deco =
    "Dim, glamorous light. Palette: emerald green, gold, navy blue, black and ivory.";
constexpr std::string_view coastal =
    "Bright, airy light. Palette: white, sand, sky blue, aqua and navy blue.";
constexpr std::string_view rustic = "Warm, golden light. Palette: terracotta, ochre, deep red and cream.";

bool go_on(double /*done*/) {
    return true;
}

struct studio {
    temporary_directory directory;

    /// A new picture of a room; its file.
    std::filesystem::path make(const std::filesystem::path& input, std::string_view prompt,
                               std::uint64_t seed = 1) {
        auto output = directory.path() / (std::to_string(++count) + ".jpg");
        const auto made =
            make_preview({.input = input, .output = output, .prompt = prompt, .seed = seed}, go_on);
        CAF_REQUIRE(made.has_value());
        return output;
    }

    /// The picture has the upright size of the photo, other colours and the same edges.
    void check_restyled(const std::filesystem::path& photo) {
        CAF_MESSAGE(photo.filename());
        constexpr inspection_limits limits{.pixels = 100'000'000, .time = std::chrono::minutes{1}};
        const auto output = make(photo, art_deco);
        const auto before = inspect_image(photo, limits);
        const auto after = inspect_image(output, limits);
        CAF_REQUIRE(before.has_value());
        CAF_REQUIRE(after.has_value());
        CAF_CHECK_EQUAL(after->content_type, "image/jpeg");
        CAF_CHECK_EQUAL(after->width, before->width);
        CAF_CHECK_EQUAL(after->height, before->height);
        const auto was = look_at(photo);
        const auto is = look_at(output);
        CAF_CHECK(mean_distance(was, is) > 10);
        CAF_CHECK(correlation(edges(was), edges(is)) > 0.8);
    }

    int count = 0;
};

bool has_field(const std::filesystem::path& file, const char* name) {
    VipsImage* image = nullptr;
    CAF_REQUIRE(vips_jpegload(file.c_str(), &image, nullptr) == 0);
    const std::shared_ptr<VipsImage> guard{image, g_object_unref};
    return vips_image_get_typeof(image, name) != 0;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(preview_picture_tests, studio)

CAF_TEST(every kind of file becomes a restyled picture) {
    for (const auto* name : {"plain.png", "living_room_small.webp", "progressive.jpg", "alpha.png"})
        check_restyled(room(name));
}

CAF_TEST(every kind of colour becomes a restyled picture) {
    for (const auto* name : {"sixteen_bit.png", "cmyk.jpg", "grayscale.jpg", "wide_gamut.jpg"})
        check_restyled(room(name));
}

CAF_TEST(a photo that lies on its side becomes an upright picture) {
    check_restyled(room("sideways.jpg"));
}

CAF_TEST(a phone photo loses its metadata) {
    CAF_REQUIRE(read_bytes(room("living_room.jpg")).find("Exif") != std::string::npos);
    const auto output = make(room("living_room.jpg"), coastal);
    for (const auto* field :
         {VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME, VIPS_META_ORIENTATION})
        CAF_CHECK(!has_field(output, field));
    CAF_CHECK(read_bytes(output).find("Exif") == std::string::npos);
    CAF_MESSAGE("but not its size or its edges");
    const auto was = look_at(room("living_room.jpg"));
    const auto is = look_at(output);
    CAF_CHECK(correlation(edges(was), edges(is)) > 0.8);
    CAF_CHECK(mean_distance(was, is) > 5);
}

CAF_TEST(styles differ from each other) {
    const auto first = look_at(make(room("plain.png"), art_deco));
    const auto second = look_at(make(room("plain.png"), coastal));
    const auto third = look_at(make(room("plain.png"), rustic));
    CAF_CHECK(mean_distance(first, second) > 12);
    CAF_CHECK(mean_distance(second, third) > 12);
    CAF_CHECK(mean_distance(first, third) > 12);
    CAF_MESSAGE("in the direction that their words say");
    CAF_CHECK(mean_colour(first).l < mean_colour(second).l - 15);
    CAF_CHECK(mean_colour(third).b > mean_colour(second).b + 8);
    CAF_CHECK(mean_colour(third).a > mean_colour(first).a + 3);
}

CAF_TEST(colours stay believable) {
    for (const auto prompt :
         {art_deco, coastal, rustic, std::string_view{"vivid vibrant bold red walls, lime, fuchsia"}}) {
        const auto picture = look_at(make(room("plain.png"), prompt));
        const auto neon = std::ranges::count_if(picture.pixels, [](const lab& c) { return chroma(c) > 85; });
        CAF_CHECK(neon * 200 < static_cast<std::ptrdiff_t>(picture.pixels.size()));
    }
}

CAF_TEST(the same seed gives the same bytes and another one slightly different colours) {
    const auto first = make(room("plain.png"), rustic, 7);
    const auto again = make(room("plain.png"), rustic, 7);
    const auto other = make(room("plain.png"), rustic, 8);
    CAF_CHECK(read_bytes(first) == read_bytes(again));
    const auto difference = mean_distance(look_at(first), look_at(other));
    CAF_CHECK(difference > 0.3F);
    CAF_CHECK(difference < 12);
}

CAF_TEST(a wide gamut photo shows the colours that it means) {
    // The same room, once in Adobe RGB: the results must be close, although the stored numbers are not.
    const auto plain = look_at(make(room("plain.png"), coastal));
    const auto wide = look_at(make(room("wide_gamut.jpg"), coastal));
    CAF_CHECK(mean_distance(plain, wide) < 6);
}

CAF_TEST(transparent parts become white) {
    const auto picture = look_at(make(room("alpha.png"), art_deco));
    CAF_CHECK(picture.lightness(0, 0) > 90);
}

CAF_TEST(tiny and odd shapes work) {
    start_vips();
    for (const auto& [width, height] :
         {std::pair{1, 1}, std::pair{3, 2000}, std::pair{5000, 2}, std::pair{17, 9}}) {
        CAF_MESSAGE(width << " x " << height);
        const auto file = directory.path() / "shape.png";
        VipsImage* image = nullptr;
        CAF_REQUIRE(vips_black(&image, width, height, "bands", 1, nullptr) == 0);
        const std::shared_ptr<VipsImage> guard{image, g_object_unref};
        CAF_REQUIRE(vips_pngsave(image, file.c_str(), nullptr) == 0);
        const auto info =
            inspect_image(make(file, rustic), {.pixels = 1'000'000, .time = std::chrono::minutes{1}});
        CAF_REQUIRE(info.has_value());
        CAF_CHECK_EQUAL(info->width, width);
        CAF_CHECK_EQUAL(info->height, height);
    }
}

CAF_TEST(a palette of few colours and one of many work) {
    for (const auto* prompt : {"", "black",
                               "red orange yellow green blue purple pink brown black white grey navy teal "
                               "sage rust gold silver copper ivory"})
        CAF_CHECK(correlation(edges(look_at(room("plain.png"))),
                              edges(look_at(make(room("plain.png"), prompt)))) > 0.6);
}

CAF_TEST(progress grows up to the end) {
    std::vector<double> told;
    const auto output = directory.path() / "progress.jpg";
    const auto made =
        make_preview({.input = room("plain.png"), .output = output, .prompt = rustic, .seed = 1},
                     [&](double done) { return told.push_back(done), true; });
    CAF_REQUIRE(made.has_value());
    CAF_CHECK(told.size() > 5);
    CAF_CHECK(std::ranges::is_sorted(told));
    CAF_CHECK(told.front() >= 0);
    CAF_CHECK(told.back() > 0.9);
    CAF_CHECK(told.back() <= 1);
}

CAF_TEST(a watch that says no ends the work and leaves nothing) {
    for (const double until : {0.0, 0.1, 0.5, 0.9}) {
        const auto output = directory.path() / "stopped.jpg";
        const auto made =
            make_preview({.input = room("plain.png"), .output = output, .prompt = rustic, .seed = 1},
                         [&](double done) { return done < until; });
        CAF_REQUIRE(!made.has_value());
        CAF_CHECK(made.error().code == errc::engine_failed);
        CAF_CHECK(!std::filesystem::exists(output));
    }
}

CAF_TEST(a broken photo is an error and leaves nothing) {
    const auto output = directory.path() / "broken.jpg";
    const auto made =
        make_preview({.input = room("truncated.jpg"), .output = output, .prompt = rustic, .seed = 1}, go_on);
    CAF_REQUIRE(!made.has_value());
    CAF_CHECK(made.error().code == errc::invalid_image);
    CAF_CHECK(!std::filesystem::exists(output));
}

CAF_TEST(an output that cannot be written is an error of its own) {
    const auto made = make_preview({.input = room("plain.png"),
                                    .output = directory.path() / "no such directory" / "out.jpg",
                                    .prompt = rustic,
                                    .seed = 1},
                                   go_on);
    CAF_REQUIRE(!made.has_value());
    CAF_CHECK(made.error().code == errc::unavailable);
}

CAF_TEST_FIXTURE_SCOPE_END()
