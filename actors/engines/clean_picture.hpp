#pragma once

#include "actors/domain/image_variant.hpp"
#include "actors/domain/outcome.hpp"

#include <chrono>
#include <filesystem>

namespace atelier {

/// Writes what others may see of a photo to `output`: upright, in 8-bit sRGB, without any metadata (place,
/// camera, embedded previews), and for a thumbnail at most so wide; nothing is enlarged. A clean copy has the
/// type of the photo, and transparency as far as the type knows it. `original` is no variant to be made.
/// Errors: unsupported_media_type, invalid_image (damaged, or not done in `time`), unavailable. Blocking.
[[nodiscard]] status write_clean_picture(const std::filesystem::path& photo,
                                         const std::filesystem::path& output, const image_variant& variant,
                                         std::chrono::milliseconds time);

} // namespace atelier
