#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/engines/image_file.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace atelier {

/// The picture to make.
struct preview_order {
    std::filesystem::path input;  ///< a checked JPEG, PNG or WebP
    std::filesystem::path output; ///< where the JPEG goes; overwritten
    std::string_view prompt;      ///< of the style, filled in
    std::uint64_t seed = 0;
};

/// Called now and then with the share done, from 0 to 1; false ends the work. Must not throw.
using preview_watch = std::function<bool(double)>;

/// Lays the colours and the light of a style over a photo: an upright sRGB JPEG of the same size without any
/// metadata. Goes through the photo in strips, so that memory does not grow with its height. Transparent
/// parts become white. Errors: invalid_image or unsupported_media_type (the input), engine_failed "stopped"
/// (by the watch), unavailable (the output cannot be written). Leaves no output behind on failure. Blocking,
/// on one core.
[[nodiscard]] outcome<image_info> make_preview(const preview_order& order, const preview_watch& watch);

} // namespace atelier
