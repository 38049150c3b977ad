#include "actors/engines/clean_picture.hpp"

#include "actors/engines/image_file.hpp"
#include "actors/engines/vips_image.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <system_error>

namespace atelier {
namespace {

constexpr int copy_quality = 92;
constexpr int thumbnail_quality = 80;

/// JPEG knows no transparency.
vips_image on_white(vips_image picture) {
    if (!picture || vips_image_hasalpha(picture.get()) == 0)
        return picture;
    VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
    auto flat = vips_result(
        [&](VipsImage** out) { return vips_flatten(picture.get(), out, "background", white, nullptr); });
    vips_area_unref(VIPS_AREA(white));
    return flat;
}

bool has_profile(const std::filesystem::path& photo, std::string_view type) {
    const auto header = open_image(photo, type, VIPS_ACCESS_SEQUENTIAL);
    return header && vips_image_get_typeof(header.get(), VIPS_META_ICC_NAME) != 0;
}

/// Reduced, upright, in 8-bit sRGB. Grey stays grey.
vips_image reduced(const std::filesystem::path& photo, std::string_view type, std::int32_t width) {
    // A photo without a profile is in sRGB already, and another trip through it would shift its colours.
    const bool converted = has_profile(photo, type);
    auto picture = vips_result([&](VipsImage** out) {
        return vips_thumbnail(photo.c_str(), out, width, "height", VIPS_MAX_COORD, "size", VIPS_SIZE_DOWN,
                              "fail_on", VIPS_FAIL_ON_ERROR, "intent", VIPS_INTENT_RELATIVE,
                              converted ? "export_profile" : nullptr, "srgb", nullptr);
    });
    if (!picture)
        return nullptr;
    const bool grey = vips_image_get_bands(picture.get()) < 3;
    picture = vips_result([&](VipsImage** out) {
        return vips_colourspace(picture.get(), out, grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                                nullptr);
    });
    if (!picture)
        return nullptr;
    return vips_result([&](VipsImage** out) { return vips_cast_uchar(picture.get(), out, nullptr); });
}

/// The pixels and nothing else. Savers are told to strip, too, but that of WebP in libvips 8.14 does not; it
/// adds an Exif of its own, with size and resolution.
vips_image bare(vips_image picture) {
    if (!picture)
        return nullptr;
    auto copy = vips_result([&](VipsImage** out) { return vips_copy(picture.get(), out, nullptr); });
    if (!copy)
        return nullptr;
    const std::unique_ptr<char*, decltype(&g_strfreev)> names{vips_image_get_fields(copy.get()), &g_strfreev};
    for (auto* name = names.get(); *name != nullptr; ++name)
        vips_image_remove(copy.get(), *name); // what describes the pixels cannot be removed
    return copy;
}

bool save(VipsImage* picture, const std::filesystem::path& output, std::string_view type, int quality) {
    if (type == "image/png")
        return vips_pngsave(picture, output.c_str(), "strip", TRUE, nullptr) == 0;
    if (type == "image/webp")
        return vips_webpsave(picture, output.c_str(), "Q", quality, "strip", TRUE, nullptr) == 0;
    return vips_jpegsave(picture, output.c_str(), "Q", quality, "optimize_coding", TRUE, "strip", TRUE,
                         nullptr) == 0;
}

} // namespace

status write_clean_picture(const std::filesystem::path& photo, const std::filesystem::path& output,
                           const image_variant& variant, std::chrono::milliseconds time) {
    start_vips();
    const auto until = std::chrono::steady_clock::now() + time;
    const auto original = image_type(photo);
    if (!original)
        return original.error();
    const bool thumbnail = variant.what == image_variant::kind::thumbnail;
    const auto type = content_type_of(variant, *original);
    auto picture = reduced(photo, *original, thumbnail ? variant.width : VIPS_MAX_COORD);
    if (type == "image/jpeg")
        picture = on_white(std::move(picture));
    picture = bare(std::move(picture));
    if (picture) {
        const vips_time_limit limit{picture.get(), until};
        if (save(picture.get(), output, type, thumbnail ? thumbnail_quality : copy_quality))
            return done{};
    }
    std::error_code ignored; // the first error counts
    std::filesystem::remove(output, ignored);
    if (std::chrono::steady_clock::now() >= until) {
        vips_error_clear();
        return failure{errc::invalid_image, "The image takes too long to decode."};
    }
    // The pixels are decoded as they are written, so either may be at fault.
    const auto why = take_vips_errors();
    spdlog::debug("image: {}", why);
    if (why.find("write") != std::string::npos || why.find("No space") != std::string::npos)
        return failure{errc::unavailable, "the file cannot be written"};
    return failure{errc::invalid_image, "The image is damaged or cut off."};
}

} // namespace atelier
