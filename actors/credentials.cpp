#include "actors/credentials.hpp"

#include "actors/domain/hex_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace atelier {
namespace {

constexpr std::size_t prefix_size = 4;
constexpr std::size_t bearer_random_bytes = 32;
constexpr std::size_t bearer_size = prefix_size + 43;
constexpr std::size_t friendly_random_bytes = 15;

std::string_view prefix_of(token_kind kind) {
    switch (kind) {
    case token_kind::session:
        return "atl_";
    case token_kind::api_key:
        return "atk_";
    case token_kind::operator_:
        break;
    }
    return "ato_";
}

bool is_base64url(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

template <std::size_t Size>
std::string random_base64url(random_source& random) {
    std::array<std::byte, Size> bytes{};
    random.fill(bytes);
    std::array<char, sodium_base64_ENCODED_LEN(Size, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), Size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text.data();
}

char unmistakable(char c) {
    switch (c) {
    case 'l':
        return 's';
    case 'I':
        return 'x';
    case 'O':
        return 'y';
    case '0':
        return 'z';
    default:
        return c;
    }
}

} // namespace

std::string token_digest::hex() const {
    return to_hex(bytes);
}

std::optional<token_digest> digest_from_hex(std::string_view hex) {
    token_digest digest;
    std::size_t size = 0;
    if (hex.size() != 2 * digest.bytes.size() ||
        sodium_hex2bin(digest.bytes.data(), digest.bytes.size(), hex.data(), hex.size(), nullptr, &size,
                       nullptr) != 0 ||
        size != digest.bytes.size())
        return std::nullopt;
    return digest;
}

std::string new_bearer_token(random_source& random, token_kind kind) {
    return std::string{prefix_of(kind)} + random_base64url<bearer_random_bytes>(random);
}

std::optional<token_digest> digest_of(std::string_view bearer_token, token_kind kind) {
    if (bearer_token.size() != bearer_size || !bearer_token.starts_with(prefix_of(kind)) ||
        !std::ranges::all_of(bearer_token.substr(prefix_size), is_base64url))
        return std::nullopt;
    token_digest digest;
    crypto_hash_sha256(digest.bytes.data(), reinterpret_cast<const unsigned char*>(bearer_token.data()),
                       bearer_token.size());
    return digest;
}

std::string new_friendly_token(random_source& random) {
    auto token = random_base64url<friendly_random_bytes>(random);
    std::ranges::transform(token, token.begin(), unmistakable);
    return token;
}

} // namespace atelier

std::size_t std::hash<atelier::token_digest>::operator()(const atelier::token_digest& digest) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}
