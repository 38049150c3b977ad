#include "actors/engines/upload_picture.hpp"

#include "actors/engines/image_file.hpp"
#include "actors/engines/vips_image.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace atelier {
namespace {

constexpr int jpeg_quality = 92;

failure unreadable() {
    spdlog::debug("upload: {}", take_vips_errors());
    return {errc::invalid_image, "The image is damaged or cut off."};
}

/// 8-bit sRGB on white.
vips_image plain(const vips_image& image) {
    auto colour = vips_result([&](VipsImage** out) {
        return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
    if (colour && vips_image_hasalpha(colour.get()) != 0) {
        VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
        colour = vips_result(
            [&](VipsImage** out) { return vips_flatten(colour.get(), out, "background", white, nullptr); });
        vips_area_unref(VIPS_AREA(white));
    }
    if (!colour)
        return nullptr;
    return vips_result([&](VipsImage** out) { return vips_cast_uchar(colour.get(), out, nullptr); });
}

} // namespace

picture_size fitted_size(picture_size size, upload_shape shape) {
    const auto longest = std::max({size.width, size.height, 1});
    const double scale = std::min(1.0, static_cast<double>(shape.longest_side) / longest);
    const auto most = std::max(shape.multiple, shape.longest_side / shape.multiple * shape.multiple);
    const auto fit = [&](std::int32_t side) {
        const auto steps = std::lround(side * scale / shape.multiple);
        return std::clamp(static_cast<std::int32_t>(steps) * shape.multiple, shape.multiple, most);
    };
    return {.width = fit(size.width), .height = fit(size.height)};
}

outcome<picture_size> write_upload(const std::filesystem::path& photo, const std::filesystem::path& output,
                                   upload_shape shape) {
    start_vips();
    const auto type = image_type(photo);
    if (!type)
        return type.error();
    const auto header = open_image(photo, *type, VIPS_ACCESS_SEQUENTIAL);
    if (!header)
        return unreadable();
    picture_size size{.width = vips_image_get_width(header.get()),
                      .height = vips_image_get_height(header.get())};
    // Orientations 5 to 8 lie on their side.
    if (vips_image_get_orientation(header.get()) >= 5)
        std::swap(size.width, size.height);
    size = fitted_size(size, shape);
    const auto reduced = vips_result([&](VipsImage** out) {
        return vips_thumbnail(photo.c_str(), out, size.width, "height", size.height, "size", VIPS_SIZE_FORCE,
                              "export_profile", "srgb", "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
    });
    const auto picture = reduced ? plain(reduced) : nullptr;
    if (!picture)
        return unreadable();
    if (vips_jpegsave(picture.get(), output.c_str(), "Q", jpeg_quality, "strip", TRUE, nullptr) == 0)
        return size;
    // The pixels are decoded as they are written, so either may be at fault.
    const auto why = take_vips_errors();
    spdlog::debug("upload: {}", why);
    if (why.find("write") != std::string::npos || why.find("No space") != std::string::npos)
        return failure{errc::unavailable, "the temporary file cannot be written"};
    return failure{errc::invalid_image, "The image is damaged or cut off."};
}

} // namespace atelier
