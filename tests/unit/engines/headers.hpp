#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

/// Image files whose headers claim another size than their data has.
namespace atelier::test {

inline std::string big_endian(std::uint32_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
    return text;
}

inline std::string crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return big_endian(~crc, 4);
}

/// PNG, section 11.2.1: the size stands at the beginning of the first chunk, which ends with a CRC.
inline std::string png_claiming(std::string file, std::uint32_t width, std::uint32_t height) {
    file.replace(16, 8, big_endian(width, 4) + big_endian(height, 4));
    file.replace(29, 4, crc32(std::string_view{file}.substr(12, 17)));
    return file;
}

/// JPEG, ITU-T T.81, B.2.2: height and width follow the marker, length and precision of the frame.
inline std::string jpeg_claiming(std::string file, std::uint32_t width, std::uint32_t height) {
    // Segments up to the frame, each with its length.
    std::size_t at = 2;
    const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<std::uint8_t>(file.at(i)));
    };
    while (byte(at + 1) != 0xC0 && byte(at + 1) != 0xC2)
        at += 2 + byte(at + 2) * 256 + byte(at + 3);
    file.replace(at + 5, 4, big_endian(height, 2) + big_endian(width, 2));
    return file;
}

/// WebP, RFC 6386, 9.1: 14 bits each, little-endian, after the start code of the frame.
inline std::string webp_claiming(std::string file, std::uint32_t width, std::uint32_t height) {
    const auto at = file.find("\x9d\x01\x2a");
    if (at == std::string::npos)
        throw std::runtime_error{"not a lossy WebP"};
    const auto little_endian = [](std::uint32_t v) {
        return std::string{static_cast<char>(v & 0xFFU), static_cast<char>(v >> 8U)};
    };
    file.replace(at + 3, 4, little_endian(width) + little_endian(height));
    return file;
}

} // namespace atelier::test
