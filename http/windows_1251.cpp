#include "http/windows_1251.hpp"

#include <array>

namespace atelier::http {
namespace {

/// Characters of the bytes 0x80 to 0xBF; 0 = none. Those from 0xC0 on follow each other from U+0410.
constexpr std::array<char16_t, 64> upper_half{
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039, 0x040A,
    0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0,      0x2122,
    0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6,
    0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407, 0x00B0, 0x00B1, 0x0406, 0x0456,
    0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457};

unsigned character_of(unsigned char byte) {
    if (byte < 0x80)
        return byte;
    return byte < 0xC0 ? upper_half.at(byte - 0x80U) : 0x0410U + (byte - 0xC0U);
}

void append_utf8(std::string& text, unsigned character) {
    const auto put = [&](unsigned byte) { text.push_back(static_cast<char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xC0U | (character >> 6U));
        put(0x80U | (character & 0x3FU));
    } else {
        put(0xE0U | (character >> 12U));
        put(0x80U | ((character >> 6U) & 0x3FU));
        put(0x80U | (character & 0x3FU));
    }
}

} // namespace

outcome<std::string> utf8_of_windows_1251(std::string_view text) {
    std::string converted;
    converted.reserve(2 * text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const auto character = character_of(byte);
        if (character == 0 && byte != 0)
            return failure{errc::malformed_request, "the byte 0x98 has no character in windows-1251"};
        append_utf8(converted, character);
    }
    return converted;
}

} // namespace atelier::http
