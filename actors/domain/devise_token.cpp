#include "actors/domain/devise_token.hpp"

#include "actors/domain/hex_text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>

namespace atelier {
namespace {

constexpr int derivation_rounds = 65'536;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

devise_token_digest::devise_token_digest(std::string_view secret_key_base, std::string_view column,
                                         rails_defaults written) {
    const auto salt = "Devise " + std::string{column};
    const EVP_MD* const digest = written == rails_defaults::v6_1 ? EVP_sha1() : EVP_sha256();
    PKCS5_PBKDF2_HMAC(secret_key_base.data(), static_cast<int>(secret_key_base.size()), bytes(salt),
                      static_cast<int>(salt.size()), derivation_rounds, digest, static_cast<int>(key_.size()),
                      key_.data());
}

devise_token_digest::~devise_token_digest() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

std::string devise_token_digest::of(std::string_view token) const {
    std::array<unsigned char, 32> digest{};
    unsigned size = digest.size();
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes(token), token.size(), digest.data(),
         &size);
    return to_hex(digest);
}

} // namespace atelier
