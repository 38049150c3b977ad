#include "actors/checkout_key.hpp"

#include "actors/domain/signature.hpp"

#include <sodium.h>

#include <algorithm>

namespace atelier {
namespace {

constexpr std::size_t key_length = 22; ///< 132 bits

} // namespace

std::string checkout_key(std::string_view subject, std::string_view secret) {
    auto key = hmac_sha256_base64("checkout " + std::string{subject}, secret);
    key.resize(key_length);
    std::ranges::replace(key, '+', '-');
    std::ranges::replace(key, '/', '_');
    return key;
}

bool is_checkout_key(std::string_view key, std::string_view subject, std::string_view secret) {
    const auto right = checkout_key(subject, secret);
    return key.size() == right.size() && sodium_memcmp(key.data(), right.data(), right.size()) == 0;
}

} // namespace atelier
