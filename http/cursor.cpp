#include "http/cursor.hpp"

#include "actors/domain/base64_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace atelier::http {
namespace {

constexpr std::size_t key_size = 8;
constexpr std::size_t check_size = 3;

/// Kind, key (big-endian) and check: 12 bytes, which Base64 writes as 16 characters without padding.
using packed = std::array<unsigned char, 1 + key_size + check_size>;
constexpr std::size_t text_size = packed{}.size() / 3 * 4;

packed pack(cursor_kind list, std::int64_t last, std::string_view filter) {
    packed bytes{static_cast<unsigned char>(list)};
    for (std::size_t i = 0; i < key_size; ++i)
        bytes[1 + i] =
            static_cast<unsigned char>(static_cast<std::uint64_t>(last) >> (8 * (key_size - 1 - i)));
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
    std::string checked(bytes.begin(), bytes.begin() + 1 + key_size);
    checked += filter;
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(checked.data()),
                       checked.size(), nullptr, 0);
    std::copy_n(digest.begin(), check_size, bytes.begin() + 1 + key_size);
    return bytes;
}

std::int64_t key_of(const packed& bytes) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < key_size; ++i)
        key = key << 8U | bytes[1 + i];
    return static_cast<std::int64_t>(key);
}

} // namespace

std::string encode_cursor(cursor_kind list, std::int64_t last, std::string_view filter) {
    const auto bytes = pack(list, last, filter);
    std::array<char, text_size + 1> text{};
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text.data();
}

outcome<std::int64_t> decode_cursor(cursor_kind list, std::string_view cursor, std::string_view filter) {
    packed bytes{};
    std::size_t size = 0;
    const bool decoded = cursor.size() == text_size && is_base64_text(cursor) &&
                         sodium_base642bin(bytes.data(), bytes.size(), cursor.data(), cursor.size(), nullptr,
                                           &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
    const auto key = key_of(bytes);
    if (!decoded || size != bytes.size() || key <= 0 || bytes != pack(list, key, filter))
        return invalid_field("cursor", "invalid", "is not a cursor of this list");
    return key;
}

} // namespace atelier::http
