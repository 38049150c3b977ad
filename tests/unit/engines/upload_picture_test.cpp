#define CAF_SUITE upload_picture

#include "actors/engines/image_file.hpp"
#include "actors/engines/upload_picture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/pictures.hpp"

using namespace atelier;
using namespace atelier::test;

CAF_TEST(sizes keep their proportions within a shape) {
    const upload_shape shape{.longest_side = 1024, .multiple = 64};
    const auto fits = [&](std::int32_t width, std::int32_t height, picture_size expected) {
        CAF_CHECK(fitted_size({.width = width, .height = height}, shape) == expected);
    };
    fits(4000, 3000, {.width = 1024, .height = 768});
    fits(3000, 4000, {.width = 768, .height = 1024});
    fits(800, 600, {.width = 832, .height = 576});
    fits(10'000, 10, {.width = 1024, .height = 64});
    fits(1, 1, {.width = 64, .height = 64});
    const upload_shape odd{.longest_side = 1000, .multiple = 64};
    CAF_CHECK(fitted_size({.width = 2000, .height = 2000}, odd) ==
              (picture_size{.width = 960, .height = 960}));
    const upload_shape any{.longest_side = 1000, .multiple = 1};
    CAF_CHECK(fitted_size({.width = 333, .height = 77}, any) == (picture_size{.width = 333, .height = 77}));
}

CAF_TEST(every kind of photo is sent upright and without metadata as a JPEG) {
    const temporary_directory directory;
    const auto output = directory.path() / "out";
    for (const auto* photo :
         {"plain.png", "alpha.png", "cmyk.jpg", "grayscale.jpg", "living_room.jpg", "living_room_small.webp",
          "progressive.jpg", "sideways.jpg", "sixteen_bit.png", "wide_gamut.jpg"}) {
        CAF_MESSAGE(photo);
        const auto before = inspect_image(room(photo), {100'000'000, std::chrono::minutes{1}});
        const auto size = write_upload(room(photo), output, {.longest_side = 256, .multiple = 8});
        CAF_REQUIRE(size.has_value());
        CAF_CHECK_EQUAL(size->width > size->height, before->width > before->height);
        const auto after = inspect_image(output, {100'000'000, std::chrono::minutes{1}});
        CAF_REQUIRE(after.has_value());
        CAF_CHECK_EQUAL(after->content_type, "image/jpeg");
        CAF_CHECK_EQUAL(after->width, size->width);
        CAF_CHECK_EQUAL(after->height, size->height);
        CAF_CHECK_EQUAL(read_bytes(output).find("Exif"), std::string::npos);
    }
}

CAF_TEST(what is no photo is not sent) {
    const temporary_directory directory;
    const auto output = directory.path() / "out";
    CAF_CHECK(write_upload(room("truncated.jpg"), output, {}).error().code == errc::invalid_image);
    CAF_CHECK(write_upload(room("README.md"), output, {}).error().code == errc::unsupported_media_type);
    CAF_CHECK(write_upload(room("nothing"), output, {}).error().code == errc::unavailable);
    CAF_CHECK(write_upload(room("plain.png"), directory.path() / "no" / "out", {}).error().code ==
              errc::unavailable);
}
