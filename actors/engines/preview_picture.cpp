#include "actors/engines/preview_picture.hpp"

#include "actors/engines/local_colour.hpp"
#include "actors/engines/palette.hpp"
#include "actors/engines/restyle.hpp"
#include "actors/engines/vips_image.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>
#include <span>
#include <system_error>

namespace atelier {
namespace {

constexpr int jpeg_quality = 90;
/// The part of the time that the study of the small picture takes.
constexpr double study_share = 0.3;

vips_image on_white(vips_image image) {
    if (!image || !vips_image_hasalpha(image.get()))
        return image;
    VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
    auto flat = vips_result(
        [&](VipsImage** out) { return vips_flatten(image.get(), out, "background", white, nullptr); });
    vips_area_unref(VIPS_AREA(white));
    return flat;
}

/// 8-bit sRGB on white, whatever it was.
vips_image to_srgb(const vips_image& image) {
    vips_image colour;
    if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0)
        colour = vips_result([&](VipsImage** out) {
            return vips_icc_transform(image.get(), out, "srgb", "embedded", TRUE, "black_point_compensation",
                                      TRUE, nullptr);
        });
    // Without a profile, or with a broken one.
    if (!colour)
        colour = vips_result([&](VipsImage** out) {
            return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
        });
    colour = on_white(std::move(colour));
    if (!colour)
        return nullptr;
    return vips_result([&](VipsImage** out) { return vips_cast_uchar(colour.get(), out, nullptr); });
}

/// The photo at full size, upright, as a pipeline that decodes while it is read.
vips_image open_photo(const std::filesystem::path& file, std::string_view type) {
    auto image = open_image(file, type, VIPS_ACCESS_SEQUENTIAL);
    if (image && vips_image_get_orientation(image.get()) > 1) {
        // Turning needs the pixels in another order than the file has them.
        image = open_image(file, type, VIPS_ACCESS_RANDOM);
        if (image)
            image = vips_result([&](VipsImage** out) { return vips_autorot(image.get(), out, nullptr); });
    }
    return image ? to_srgb(image) : nullptr;
}

/// The photo reduced for the study; JPEG and WebP are decoded small at once.
std::optional<small_picture> open_small(const std::filesystem::path& file) {
    constexpr int side = small_picture_side;
    const auto thumbnail = vips_result([&](VipsImage** out) {
        return vips_thumbnail(file.c_str(), out, side, "height", side, "size", VIPS_SIZE_DOWN, "fail_on",
                              VIPS_FAIL_ON_ERROR, nullptr);
    });
    if (!thumbnail)
        return std::nullopt;
    const auto image = to_srgb(thumbnail);
    if (!image)
        return std::nullopt;
    std::size_t size = 0;
    const std::unique_ptr<void, decltype(&g_free)> bytes{vips_image_write_to_memory(image.get(), &size),
                                                         &g_free};
    if (!bytes)
        return std::nullopt;
    small_picture picture;
    picture.width = static_cast<std::size_t>(vips_image_get_width(image.get()));
    picture.height = static_cast<std::size_t>(vips_image_get_height(image.get()));
    const std::span values{static_cast<const std::uint8_t*>(bytes.get()), size};
    picture.pixels.reserve(size / 3);
    for (std::size_t i = 0; i + 3 <= size; i += 3)
        picture.pixels.push_back({.r = static_cast<float>(values[i]) / 255,
                                  .g = static_cast<float>(values[i + 1]) / 255,
                                  .b = static_cast<float>(values[i + 2]) / 255});
    return picture;
}

/// The change of colour of one photo under way, as libvips calls it for piece after piece.
struct recolouring {
    const local_colour& colours;
    const preview_watch& watch;
    std::size_t width;
    std::size_t height;
    std::atomic<bool> stopped = false;
    std::atomic<bool> unreadable = false;
};

int recolour_piece(VipsRegion* out, void* sequence, void* /*input*/, void* context, gboolean* /*stop*/) {
    auto* in = static_cast<VipsRegion*>(sequence);
    auto& work = *static_cast<recolouring*>(context);
    const auto& piece = out->valid;
    const double done = static_cast<double>(piece.top) / static_cast<double>(work.height);
    if (work.stopped || !work.watch(study_share + (1 - study_share) * done)) {
        work.stopped = true;
        return -1;
    }
    if (vips_region_prepare(in, &piece) != 0) {
        work.unreadable = true;
        return -1;
    }
    const auto bytes = 3 * static_cast<std::size_t>(piece.width);
    for (int y = piece.top; y < piece.top + piece.height; ++y)
        work.colours.apply(work.width, work.height, static_cast<std::size_t>(y),
                           static_cast<std::size_t>(piece.left),
                           std::span<const std::uint8_t>{VIPS_REGION_ADDR(in, piece.left, y), bytes},
                           std::span<std::uint8_t>{VIPS_REGION_ADDR(out, piece.left, y), bytes});
    return 0;
}

vips_image recoloured(const vips_image& photo, recolouring& work) {
    vips_image out{vips_image_new()};
    if (vips_image_pipelinev(out.get(), VIPS_DEMAND_STYLE_THINSTRIP, photo.get(), nullptr) != 0 ||
        vips_image_generate(out.get(), vips_start_one, recolour_piece, vips_stop_one, photo.get(), &work) !=
            0)
        return nullptr;
    return out;
}

failure unreadable() {
    spdlog::debug("preview: {}", take_vips_errors());
    return {errc::invalid_image, "The image is damaged or cut off."};
}

failure stopped() {
    vips_error_clear();
    return {errc::engine_failed, "stopped"};
}

} // namespace

outcome<image_info> make_preview(const preview_order& order, const preview_watch& watch) {
    start_vips();
    const auto type = image_type(order.input);
    if (!type)
        return type.error();
    if (!watch(0))
        return stopped();
    const auto small = open_small(order.input);
    if (!small)
        return unreadable();
    if (!watch(study_share / 2))
        return stopped();
    const auto styled = restyle(*small, read_palette(order.prompt), order.seed);
    const auto colours = local_colour::between(*small, styled, 8, 0.0004F);

    const auto photo = open_photo(order.input, *type);
    if (!photo || vips_image_get_bands(photo.get()) != 3)
        return unreadable();
    image_info info{.content_type = "image/jpeg",
                    .width = vips_image_get_width(photo.get()),
                    .height = vips_image_get_height(photo.get())};
    recolouring work{.colours = colours,
                     .watch = watch,
                     .width = static_cast<std::size_t>(info.width),
                     .height = static_cast<std::size_t>(info.height)};
    const auto picture = recoloured(photo, work);
    if (!picture)
        return unreadable();
    if (vips_jpegsave(picture.get(), order.output.c_str(), "Q", jpeg_quality, "strip", TRUE, nullptr) == 0)
        return info;

    std::error_code ignored;
    std::filesystem::remove(order.output, ignored);
    if (work.stopped)
        return stopped();
    if (work.unreadable)
        return unreadable();
    spdlog::warn("preview: {}", take_vips_errors());
    return failure{errc::unavailable, "the output cannot be written"};
}

} // namespace atelier
