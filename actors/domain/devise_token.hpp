#pragma once

#include "actors/domain/rails_message.hpp"

#include <array>
#include <string>
#include <string_view>

namespace atelier {

/// Digests under which Devise stores tokens that it mails: HMAC-SHA256 with a key derived from the secret of
/// the application and the column. Pure; thread-safe.
/// Source: devise/lib/devise/token_generator.rb, activesupport/lib/active_support/key_generator.rb.
class devise_token_digest {
public:
    /// Derives the key, which takes tens of milliseconds. `column`, e.g. "reset_password_token".
    devise_token_digest(std::string_view secret_key_base, std::string_view column, rails_defaults written);
    ~devise_token_digest();
    devise_token_digest(const devise_token_digest&) = default;
    devise_token_digest& operator=(const devise_token_digest&) = default;

    /// 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string of(std::string_view token) const;

private:
    std::array<unsigned char, 64> key_{};
};

} // namespace atelier
