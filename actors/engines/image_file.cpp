#include "actors/engines/image_file.hpp"

#include "actors/engines/vips_image.hpp"
#include "actors/engines/webp_size.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <utility>

namespace atelier {
namespace {

using steady_time = vips_time_limit::steady_time;

void log_warning(const char* /*domain*/, GLogLevelFlags /*level*/, const char* message, void* /*data*/) {
    spdlog::debug("libvips: {}", message);
}

/// Decodes everything and keeps nothing; true when it went well.
bool decodes(VipsImage* image, steady_time until) {
    const vips_time_limit limit{image, until};
    double mean = 0;
    return vips_avg(image, &mean, nullptr) == 0;
}

/// Whether warnings of libjpeg mean that a part of the picture is missing: it fills the gap with grey and
/// goes on, as it does with harmless oddities of cameras. Source: libjpeg-turbo, jerror.h.
bool tells_of_loss(std::string_view warnings) {
    constexpr std::array signs{"remature end", "bad Huffman code", "instead of RST",
                               "Inconsistent progression"};
    return std::ranges::any_of(signs,
                               [&](const char* s) { return warnings.find(s) != std::string_view::npos; });
}

/// The first bytes of a file, fewer when it is shorter.
outcome<std::string> head_of(const std::filesystem::path& file) {
    std::string head(webp_header_size, '\0');
    std::ifstream in{file, std::ios::binary};
    if (!in)
        return failure{errc::unavailable, "the file cannot be read"};
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(in.gcount()));
    return head;
}

status check_pixels(std::uint64_t pixels, const inspection_limits& limits) {
    if (pixels <= limits.pixels)
        return done{};
    return failure{errc::image_too_large, "The image has " + std::to_string(pixels) +
                                              " pixels; the limit is " + std::to_string(limits.pixels) + "."};
}

failure unreadable() {
    spdlog::debug("image: {}", take_vips_errors());
    return {errc::invalid_image, "The image is damaged or cut off."};
}

} // namespace

void start_vips() {
    static std::once_flag once;
    std::call_once(once, [] {
        // Fails only on a broken installation.
        if (VIPS_INIT("atelier") != 0)
            std::abort();
        vips_operation_block_set("VipsForeignLoad", TRUE);
        for (const auto* loader : {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"})
            vips_operation_block_set(loader, FALSE);
        vips_concurrency_set(1);
        vips_cache_set_max(0);
        // What strangers' files make it say does not belong on our standard error.
        g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, log_warning, nullptr);
    });
}

std::string_view sniff_image(std::string_view first_bytes) {
    using namespace std::string_view_literals;
    if (first_bytes.starts_with("\xff\xd8\xff"sv))
        return "image/jpeg";
    if (first_bytes.starts_with("\x89PNG\r\n\x1a\n"sv))
        return "image/png";
    if (first_bytes.size() >= 12 && first_bytes.starts_with("RIFF"sv) && first_bytes.substr(8, 4) == "WEBP"sv)
        return "image/webp";
    return "";
}

outcome<std::string_view> image_type(const std::filesystem::path& file) {
    const auto head = head_of(file);
    if (!head)
        return head.error();
    const auto type = sniff_image(*head);
    if (type.empty())
        return failure{errc::unsupported_media_type, "The file is not a JPEG, PNG or WebP image."};
    return type;
}

outcome<image_info> inspect_image(const std::filesystem::path& file, inspection_limits limits) {
    start_vips();
    const auto until = std::chrono::steady_clock::now() + limits.time;
    const auto type = image_type(file);
    if (!type)
        return type.error();
    // libvips sets memory for the whole canvas aside when it opens a WebP file: the limit comes first.
    if (const auto head = head_of(file); head)
        if (const auto allowed = check_pixels(webp_pixels(*head).value_or(0), limits); !allowed)
            return allowed.error();
    auto image = open_image(file, *type, VIPS_ACCESS_SEQUENTIAL, VIPS_FAIL_ON_WARNING);
    if (!image)
        return unreadable();
    image_info info{.content_type = std::string{*type},
                    .width = vips_image_get_width(image.get()),
                    .height = vips_image_get_height(image.get())};
    const auto pixels = static_cast<std::uint64_t>(info.width) * static_cast<std::uint64_t>(info.height);
    if (const auto allowed = check_pixels(pixels, limits); !allowed)
        return allowed.error();
    // Orientations 5 to 8 lie on their side.
    if (vips_image_get_orientation(image.get()) >= 5)
        std::swap(info.width, info.height);
    if (decodes(image.get(), until))
        return info;
    // Another thread may have added its own warnings: at worst, an odd file is refused for the fault of
    // another one.
    if (!tells_of_loss(take_vips_errors())) {
        image = open_image(file, *type, VIPS_ACCESS_SEQUENTIAL);
        if (image && decodes(image.get(), until))
            return info;
    }
    if (std::chrono::steady_clock::now() < until)
        return unreadable();
    vips_error_clear();
    return failure{errc::invalid_image, "The image takes too long to decode."};
}

} // namespace atelier
