#include "actors/domain/signature.hpp"

#include "actors/domain/base64_text.hpp"
#include "actors/domain/hex_text.hpp"

#include <sodium.h>

#include <array>

namespace atelier {
namespace {

using digest = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

digest hmac_sha256(std::string_view message, std::string_view key) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes(message), message.size());
    digest result{};
    crypto_auth_hmacsha256_final(&state, result.data());
    sodium_memzero(&state, sizeof state);
    return result;
}

std::optional<digest> decode(std::string_view base64) {
    digest result{};
    std::size_t length = 0;
    if (!is_base64_text(base64) ||
        sodium_base642bin(result.data(), result.size(), base64.data(), base64.size(), nullptr, &length,
                          nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    return length == result.size() ? std::optional{result} : std::nullopt;
}

bool matches(std::string_view header, std::string_view message, std::string_view secret) {
    const auto claimed = decode(header);
    if (!claimed)
        return false;
    const auto expected = hmac_sha256(message, secret);
    return sodium_memcmp(claimed->data(), expected.data(), expected.size()) == 0;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return std::nullopt;
}

/// The byte that `text`, which begins with `%`, escapes; nothing when it is no escape.
std::optional<char> escaped_byte(std::string_view text) {
    if (text.size() < 3)
        return std::nullopt;
    const auto high = hex_digit(text[1]);
    const auto low = hex_digit(text[2]);
    if (!high || !low)
        return std::nullopt;
    return static_cast<char>(*high * 16 + *low);
}

} // namespace

std::string hmac_sha256_base64(std::string_view message, std::string_view key) {
    const auto mac = hmac_sha256(message, key);
    return to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), bytes(text), text.size());
    return to_hex(hash);
}

std::string form_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto escaped = text[i] == '%' ? escaped_byte(text.substr(i)) : std::nullopt;
        if (escaped) {
            decoded += *escaped;
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

bool verify_signature(std::optional<std::string_view> content_hmac,
                      std::optional<std::string_view> x_content_hmac, std::string_view message,
                      parameter_encoding encoding, std::string_view secret) {
    if (message.empty() || secret.empty())
        return false;
    if (content_hmac)
        return matches(*content_hmac, message, secret);
    if (!x_content_hmac)
        return false;
    if (encoding == parameter_encoding::json)
        return matches(*x_content_hmac, message, secret);
    return matches(*x_content_hmac, form_decoded(message), secret);
}

} // namespace atelier
