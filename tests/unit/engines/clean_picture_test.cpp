#define CAF_SUITE clean_picture

#include "actors/engines/clean_picture.hpp"
#include "actors/engines/image_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/pictures.hpp"

#include <vector>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

const image_variant clean;

struct darkroom {
    temporary_directory directory;
    std::filesystem::path output = directory.path() / "output";

    [[nodiscard]] status make(std::string_view photo, const image_variant& variant) const {
        return write_clean_picture(room(photo), output, variant, 60s);
    }
    [[nodiscard]] image_info look() const {
        const auto info = inspect_image(output, {.pixels = 100'000'000, .time = 60s});
        CAF_REQUIRE(info.has_value());
        return *info;
    }
    [[nodiscard]] picture_ptr opened() const {
        return must([&](VipsImage** out) {
            *out = vips_image_new_from_file(output.c_str(), nullptr);
            return *out == nullptr ? -1 : 0;
        });
    }
    /// The size that is stored, whatever an orientation says.
    [[nodiscard]] std::pair<int, int> stored_size() const {
        const auto image = opened();
        return {vips_image_get_width(image.get()), vips_image_get_height(image.get())};
    }
    /// Names of what is stored besides the pixels and what describes them. Into WebP libvips always writes an
    /// Exif of its own, with size and resolution.
    [[nodiscard]] std::vector<std::string> metadata() const {
        const auto image = opened();
        std::vector<std::string> found;
        const std::unique_ptr<char*, decltype(&g_strfreev)> names{vips_image_get_fields(image.get()),
                                                                  &g_strfreev};
        for (auto* name = names.get(); *name != nullptr; ++name)
            for (const std::string_view kind : {"ifd1", "ifd3", "Make", "Model", "Software", "DateTime",
                                                "Focal", "xmp", "iptc", "photoshop", "icc", "comment"})
                if (std::string_view{*name}.find(kind) != std::string_view::npos)
                    found.emplace_back(*name);
        return found;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(clean_picture_tests, darkroom)

CAF_TEST(place and camera are gone) {
    const auto before = read_bytes(room("living_room.jpg"));
    CAF_REQUIRE(before.find("Exif") != std::string::npos);
    CAF_REQUIRE(make("living_room.jpg", clean).has_value());
    CAF_CHECK(read_bytes(output).find("Exif") == std::string::npos);
    CAF_CHECK(metadata().empty());
    CAF_CHECK_EQUAL(look().content_type, "image/jpeg");
    CAF_CHECK_EQUAL(look().width, 4000);
    CAF_CHECK_EQUAL(look().height, 3000);
    CAF_MESSAGE("and nothing else");
    CAF_CHECK_LESS(mean_distance(look_at(output), look_at(room("living_room.jpg"))), 0.5f);
}

CAF_TEST(a sideways photo is stored upright) {
    CAF_REQUIRE(make("sideways.jpg", clean).has_value());
    CAF_CHECK(stored_size() == std::pair(2400, 1800));
    CAF_CHECK(metadata().empty());
    CAF_CHECK_LESS(mean_distance(look_at(output), look_at(room("sideways.jpg"))), 0.5f);
}

CAF_TEST(a wide gamut is converted) {
    CAF_REQUIRE(make("wide_gamut.jpg", clean).has_value());
    CAF_CHECK(metadata().empty());
    CAF_CHECK_LESS(mean_distance(look_at(output), look_at(room("wide_gamut.jpg"))), 2.0f);
}

CAF_TEST(every kind of photo keeps its type) {
    for (const auto* photo : {"alpha.png", "sixteen_bit.png", "plain.png", "cmyk.jpg", "grayscale.jpg",
                              "progressive.jpg", "living_room_small.webp"}) {
        CAF_MESSAGE(photo);
        CAF_REQUIRE(make(photo, clean).has_value());
        CAF_CHECK(look().content_type == *image_type(room(photo)));
        CAF_CHECK_LESS(mean_distance(look_at(output), look_at(room(photo))), 2.0f);
        CAF_CHECK(metadata().empty());
    }
}

CAF_TEST(a thumbnail has its width and type) {
    CAF_REQUIRE(make("living_room.jpg", image_variant{320, true}).has_value());
    CAF_CHECK_EQUAL(look().content_type, "image/webp");
    CAF_CHECK(stored_size() == std::pair(320, 240));
    CAF_CHECK(metadata().empty());
    CAF_REQUIRE(make("sideways.jpg", image_variant{160, false}).has_value());
    CAF_CHECK_EQUAL(look().content_type, "image/jpeg");
    CAF_CHECK(stored_size() == std::pair(160, 120));
    CAF_CHECK(metadata().empty());
    CAF_CHECK_LESS(read_bytes(output).size(), 20'000u);
}

CAF_TEST(nothing is enlarged) {
    CAF_REQUIRE(make("plain.png", image_variant{1920, false}).has_value());
    CAF_CHECK(stored_size() == std::pair(800, 600));
}

CAF_TEST(transparency stays where the type knows it and is white elsewhere) {
    const auto bands = [&] {
        const auto image = opened();
        return vips_image_get_bands(image.get());
    };
    CAF_REQUIRE(make("alpha.png", clean).has_value());
    CAF_CHECK_EQUAL(bands(), 4);
    CAF_REQUIRE(make("alpha.png", image_variant{320, true}).has_value());
    CAF_CHECK_EQUAL(bands(), 4);
    CAF_REQUIRE(make("alpha.png", image_variant{320, false}).has_value());
    CAF_CHECK_EQUAL(bands(), 3);
    CAF_CHECK_GREATER(look_at(output).lightness(0, 0), 0.95f);
}

CAF_TEST(what cannot be decoded leaves nothing behind) {
    const auto cut = make("truncated.jpg", clean);
    CAF_REQUIRE(!cut.has_value());
    CAF_CHECK(cut.error().code == errc::invalid_image);
    CAF_CHECK(!std::filesystem::exists(output));
    const auto text = directory.path() / "text";
    write_bytes(text, "GIF89a and so on");
    const auto foreign = write_clean_picture(text, output, clean, 60s);
    CAF_REQUIRE(!foreign.has_value());
    CAF_CHECK(foreign.error().code == errc::unsupported_media_type);
    const auto late = write_clean_picture(room("living_room.jpg"), output, clean, 1ms);
    CAF_REQUIRE(!late.has_value());
    CAF_CHECK(late.error().code == errc::invalid_image);
    CAF_CHECK(!std::filesystem::exists(output));
    const auto nowhere = write_clean_picture(room("plain.png"), directory.path() / "no/place", clean, 60s);
    CAF_REQUIRE(!nowhere.has_value());
    CAF_CHECK(nowhere.error().code == errc::unavailable);
}

CAF_TEST_FIXTURE_SCOPE_END()
