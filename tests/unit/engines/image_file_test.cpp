#define CAF_SUITE image_file

#include "actors/engines/image_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/headers.hpp"
#include "tests/unit/engines/pictures.hpp"

#include <vips/vips.h>

#include <tuple>

using namespace atelier;
using namespace atelier::test;

namespace {

constexpr inspection_limits limits{.pixels = 64'000'000, .time = std::chrono::minutes{1}};

/// The error code of a file with these bytes, or its type.
std::string verdict(std::string_view bytes, inspection_limits with = limits) {
    const temporary_directory directory;
    const auto file = directory.path() / "picture.jpg";
    write_bytes(file, bytes);
    const auto info = inspect_image(file, with);
    return info ? info->content_type : std::string{to_string(info.error().code)};
}

} // namespace

CAF_TEST(the type follows from the content alone) {
    CAF_CHECK_EQUAL(sniff_image("\xff\xd8\xff\xe0"), "image/jpeg");
    CAF_CHECK_EQUAL(sniff_image("\x89PNG\r\n\x1a\n...."), "image/png");
    CAF_CHECK_EQUAL(sniff_image("RIFF....WEBPVP8 "), "image/webp");
    CAF_CHECK_EQUAL(sniff_image("RIFF....WAVEfmt "), "");
    CAF_CHECK_EQUAL(sniff_image("GIF89a"), "");
    CAF_CHECK_EQUAL(sniff_image("<svg xmlns="), "");
    CAF_CHECK_EQUAL(sniff_image("\xff\xd8"), "");
    CAF_CHECK_EQUAL(sniff_image(""), "");
}

CAF_TEST(every kind of photo is measured as it shows) {
    using expected = std::tuple<const char*, const char*, int, int>;
    for (const auto& [name, type, width, height] :
         {expected{"living_room.jpg", "image/jpeg", 4000, 3000},
          expected{"sideways.jpg", "image/jpeg", 2400, 1800},
          expected{"living_room_small.webp", "image/webp", 1024, 768},
          expected{"plain.png", "image/png", 800, 600}, expected{"alpha.png", "image/png", 800, 600},
          expected{"sixteen_bit.png", "image/png", 640, 480}, expected{"cmyk.jpg", "image/jpeg", 800, 600},
          expected{"grayscale.jpg", "image/jpeg", 800, 600},
          expected{"progressive.jpg", "image/jpeg", 800, 600},
          expected{"wide_gamut.jpg", "image/jpeg", 800, 600}}) {
        CAF_MESSAGE(name);
        const auto info = inspect_image(room(name), limits);
        CAF_REQUIRE(info.has_value());
        CAF_CHECK_EQUAL(info->content_type, type);
        CAF_CHECK_EQUAL(info->width, width);
        CAF_CHECK_EQUAL(info->height, height);
    }
}

CAF_TEST(a file that is cut off is invalid at whatever place) {
    CAF_CHECK_EQUAL(verdict(read_bytes(room("truncated.jpg"))), "invalid_image");
    for (const auto* name : {"plain.png", "living_room_small.webp", "progressive.jpg", "cmyk.jpg"}) {
        const auto bytes = read_bytes(room(name));
        for (const std::size_t percent : {1, 10, 50, 90}) {
            CAF_MESSAGE(name << " up to " << percent << " %");
            CAF_CHECK_EQUAL(verdict(bytes.substr(0, bytes.size() * percent / 100)), "invalid_image");
        }
    }
}

CAF_TEST(a damaged file is invalid) {
    auto png = read_bytes(room("plain.png"));
    png.replace(png.size() / 2, 64, std::string(64, '\x55'));
    CAF_CHECK_EQUAL(verdict(png), "invalid_image");
    CAF_CHECK_EQUAL(verdict("\xff\xd8\xff\xe0" + std::string(5000, '\x17')), "invalid_image");
    CAF_CHECK_EQUAL(verdict("\x89PNG\r\n\x1a\n" + std::string(5000, '\x17')), "invalid_image");
    CAF_CHECK_EQUAL(verdict("RIFF\x10\x27\x01\x01WEBPVP8 " + std::string(5000, '\x17')), "invalid_image");
}

CAF_TEST(what is no picture at all has an unsupported type) {
    CAF_CHECK_EQUAL(verdict(""), "unsupported_media_type");
    CAF_CHECK_EQUAL(verdict("Dear customer, this is a text."), "unsupported_media_type");
    CAF_CHECK_EQUAL(verdict("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
                    "unsupported_media_type");
    CAF_CHECK_EQUAL(verdict("GIF89a\x01\x01\x01\x01"), "unsupported_media_type");
    CAF_CHECK_EQUAL(verdict(std::string(4096, '\0')), "unsupported_media_type");
}

CAF_TEST(a file that is not there is unavailable) {
    const temporary_directory directory;
    const auto info = inspect_image(directory.path() / "none.jpg", limits);
    CAF_REQUIRE(!info.has_value());
    CAF_CHECK(info.error().code == errc::unavailable);
}

CAF_TEST(a claim of too many pixels is refused before anything is decoded) {
    const auto highest = vips_tracked_get_mem_highwater();
    CAF_CHECK_EQUAL(verdict(png_claiming(read_bytes(room("plain.png")), 30'000, 30'000)), "image_too_large");
    CAF_CHECK_EQUAL(verdict(jpeg_claiming(read_bytes(room("cmyk.jpg")), 30'000, 30'000)), "image_too_large");
    CAF_CHECK_EQUAL(verdict(jpeg_claiming(read_bytes(room("progressive.jpg")), 30'000, 30'000)),
                    "image_too_large");
    CAF_CHECK_EQUAL(verdict(webp_claiming(read_bytes(room("living_room_small.webp")), 16'000, 16'000)),
                    "image_too_large");
    CAF_CHECK(vips_tracked_get_mem_highwater() < highest + 1'000'000);
}

CAF_TEST(the limit counts pixels and is inclusive) {
    const auto bytes = read_bytes(room("plain.png"));
    CAF_CHECK_EQUAL(verdict(bytes, {.pixels = 480'000, .time = limits.time}), "image/png");
    CAF_CHECK_EQUAL(verdict(bytes, {.pixels = 479'999, .time = limits.time}), "image_too_large");
}

CAF_TEST(a header that claims more than the data has is found out in strips) {
    const auto before = vips_tracked_get_mem_highwater();
    CAF_CHECK_EQUAL(verdict(png_claiming(read_bytes(room("plain.png")), 6'000, 6'000)), "invalid_image");
    CAF_CHECK_EQUAL(verdict(jpeg_claiming(read_bytes(room("wide_gamut.jpg")), 6'000, 6'000)),
                    "invalid_image");
    // 6,000 × 6,000 × 3 bytes would be 108 MB.
    CAF_CHECK(vips_tracked_get_mem_highwater() < before + 20'000'000);
}

CAF_TEST(decoding that takes too long is given up) {
    const auto info = inspect_image(room("living_room.jpg"), {.pixels = limits.pixels, .time = {}});
    CAF_REQUIRE(!info.has_value());
    CAF_CHECK(info.error().code == errc::invalid_image);
    CAF_CHECK_EQUAL(info.error().detail, "The image takes too long to decode.");
    CAF_MESSAGE("the next file is not affected");
    CAF_CHECK(inspect_image(room("plain.png"), limits).has_value());
}

CAF_TEST(errors do not tell where files lie) {
    const temporary_directory directory;
    const auto file = directory.path() / "picture.jpg";
    write_bytes(file, read_bytes(room("truncated.jpg")));
    const auto info = inspect_image(file, limits);
    CAF_REQUIRE(!info.has_value());
    CAF_CHECK(info.error().detail.find(directory.path().string()) == std::string::npos);
}

CAF_TEST(loaders of other formats are blocked) {
    start_vips();
    const temporary_directory directory;
    const auto file = directory.path() / "drawing.svg";
    write_bytes(file, "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
    VipsImage* image = nullptr;
    CAF_CHECK(vips_svgload(file.c_str(), &image, nullptr) != 0);
    CAF_CHECK(image == nullptr);
    vips_error_clear();
}
