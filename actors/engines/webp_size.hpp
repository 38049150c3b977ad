#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace atelier {

/// Width times height of a WebP picture.
using pixel_count = std::uint64_t;

/// The bytes of a file that `webp_pixels` wants to see.
inline constexpr std::size_t webp_header_size = 30;

/// How many pixels a WebP file claims to have, by its first bytes: RFC 9649, sections 2.5 to 2.7, 3.4, and
/// RFC 6386, 9.1. Empty when they are no such header.
[[nodiscard]] std::optional<pixel_count> webp_pixels(std::string_view first_bytes);

} // namespace atelier
