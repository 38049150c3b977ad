#pragma once

#include "actors/domain/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The secrets that people are given to show again later.
namespace atelier {

/// SHA-256 of a bearer token: all that is kept of it. The token has 256 random bits, so neither salt nor a
/// slow hash is needed.
struct token_digest {
    std::array<unsigned char, 32> bytes{};

    /// 64 lower-case hex digits, as the table `sessions` has it.
    [[nodiscard]] std::string hex() const;
    friend bool operator==(const token_digest&, const token_digest&) = default;
};

/// What a bearer token stands for, as its prefix tells.
enum class token_kind : std::uint8_t {
    session,   ///< "atl_"
    api_key,   ///< "atk_"
    operator_, ///< "ato_"
};

/// A new bearer token: its prefix and 32 random bytes in URL-safe Base64, 47 characters.
[[nodiscard]] std::string new_bearer_token(random_source& random, token_kind kind = token_kind::session);

/// The digest from its hex digits; none when they are none.
[[nodiscard]] std::optional<token_digest> digest_from_hex(std::string_view hex);

/// The digest under which a token is found; none when the text cannot be a bearer token of that kind.
[[nodiscard]] std::optional<token_digest> digest_of(std::string_view bearer_token,
                                                    token_kind kind = token_kind::session);

/// A token for a link in a mail, as Devise's `friendly_token` makes it: 15 random bytes as 20 URL-safe
/// characters, of which those that are easily mistaken for each other are replaced.
[[nodiscard]] std::string new_friendly_token(random_source& random);

} // namespace atelier

template <>
struct std::hash<atelier::token_digest> {
    std::size_t operator()(const atelier::token_digest& digest) const noexcept;
};
