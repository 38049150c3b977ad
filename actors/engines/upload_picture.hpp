#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace atelier {

/// What an engine wants to be sent.
struct upload_shape {
    std::int32_t longest_side = 1024; ///< pixels
    std::int32_t multiple = 8;        ///< of which both sides have to be; 1 = any

    friend bool operator==(const upload_shape&, const upload_shape&) = default;
};

struct picture_size {
    std::int32_t width = 0;
    std::int32_t height = 0;

    friend bool operator==(const picture_size&, const picture_size&) = default;
};

/// A size of about the same proportions within a shape; nothing is enlarged but to reach a multiple. Pure.
[[nodiscard]] picture_size fitted_size(picture_size size, upload_shape shape);

/// Writes a photo as strangers may see it: upright, reduced, in 8-bit sRGB on white, as a JPEG without any
/// metadata (place, camera). Errors: unsupported_media_type, invalid_image, unavailable. Blocking.
[[nodiscard]] outcome<picture_size> write_upload(const std::filesystem::path& photo,
                                                 const std::filesystem::path& output, upload_shape shape);

} // namespace atelier
