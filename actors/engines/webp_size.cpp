#include "actors/engines/webp_size.hpp"

namespace atelier {

std::optional<pixel_count> webp_pixels(std::string_view bytes) {
    if (bytes.size() < webp_header_size || !bytes.starts_with("RIFF") || bytes.substr(8, 4) != "WEBP")
        return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
        return value;
    };
    constexpr std::uint64_t fourteen_bits = 0x3FFF;
    const auto chunk = bytes.substr(12, 4);
    if (chunk == "VP8X")
        return (number(24, 3) + 1) * (number(27, 3) + 1);
    if (chunk == "VP8L")
        return ((number(21, 4) & fourteen_bits) + 1) * ((number(21, 4) >> 14U & fourteen_bits) + 1);
    if (chunk == "VP8 ")
        return (number(26, 2) & fourteen_bits) * (number(28, 2) & fourteen_bits);
    return std::nullopt;
}

} // namespace atelier
