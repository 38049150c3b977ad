#pragma once

#include "actors/domain/ids.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// A part of what a user may do.
enum class scope : std::uint8_t {
    read,     ///< see everything of one's own
    generate, ///< upload and delete images; create, cancel and delete generations
    pay,      ///< order packages, manage the subscription
    account,  ///< all else: password, address, sessions, keys, webhooks. No API key has it.
};
[[nodiscard]] std::string_view to_string(scope s);

/// A set of scopes. Written as OAuth 2.0 does (RFC 6749, 3.3): names with a space between them.
class scopes {
public:
    constexpr scopes() = default;
    constexpr scopes(std::initializer_list<scope> members) {
        for (const auto s : members)
            bits_ |= bit(s);
    }
    [[nodiscard]] static constexpr scopes all() {
        return {scope::read, scope::generate, scope::pay, scope::account};
    }
    /// Names that an API key can have, each at most once; none when one of them is something else, or there
    /// is none.
    [[nodiscard]] static std::optional<scopes> of_key(std::string_view text);

    [[nodiscard]] constexpr bool contain(scope s) const { return (bits_ & bit(s)) != 0; }
    /// In the order of their declaration.
    [[nodiscard]] std::vector<scope> members() const;
    [[nodiscard]] std::string text() const;
    friend constexpr bool operator==(scopes, scopes) = default;

private:
    static constexpr std::uint8_t bit(scope s) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(s));
    }
    std::uint8_t bits_ = 0;
};

/// Whoever has shown a valid token, and what they may do.
struct principal {
    user_id user;
    scopes may;

    friend bool operator==(const principal&, const principal&) = default;
};

} // namespace atelier
