#pragma once

#include "actors/domain/outcome.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atelier {

/// Readies libvips for files from strangers: the JPEG, PNG and WebP loaders and no other, one thread for each
/// operation, no cache. Called by everything here that needs it; any number of times, from any thread.
void start_vips();

/// "image/jpeg", "image/png" or "image/webp" by the first bytes of a file; "" for anything else. 12 bytes are
/// enough.
[[nodiscard]] std::string_view sniff_image(std::string_view first_bytes);

/// The same for a file. Errors: unsupported_media_type, unavailable (it cannot be read).
[[nodiscard]] outcome<std::string_view> image_type(const std::filesystem::path& file);

struct inspection_limits {
    std::uint64_t pixels = 0;
    std::chrono::milliseconds time{};
};

struct image_info {
    std::string content_type;
    std::int32_t width = 0;  ///< as it shows: after the EXIF orientation
    std::int32_t height = 0; ///< as it shows
};

/// Looks at an untrusted file: its type by content, its size from the header, and then all of its pixels, one
/// strip at a time, because a header can lie. Of an animation the first picture counts. Errors:
/// unsupported_media_type, image_too_large (before anything is decoded), invalid_image (truncated, damaged,
/// or not decoded in time), unavailable (the file cannot be read). Blocking.
[[nodiscard]] outcome<image_info> inspect_image(const std::filesystem::path& file, inspection_limits limits);

} // namespace atelier
