#pragma once

#include "actors/domain/errors.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// What is wrong with a password that somebody wants to have: fewer than 6 characters, more than the 72 bytes
/// that bcrypt reads, only white space, not UTF-8, or a control character in it.
[[nodiscard]] std::optional<field_error> new_password_error(std::string_view password);

/// How new passwords are hashed.
struct password_rules {
    enum class scheme : std::uint8_t {
        bcrypt,   ///< which Rails reads
        argon2id, ///< for a database that is not shared with Rails
    };
    scheme hashed_with = scheme::bcrypt;
    unsigned bcrypt_cost = 12;                          ///< binary logarithm of the work, 4 to 31
    std::uint64_t argon2id_memory = 64UL * 1024 * 1024; ///< bytes for each hash
    std::uint64_t argon2id_passes = 3;
    std::string pepper{}; ///< secret; follows each password
};
[[nodiscard]] password_rules rules_of(const accounts_settings& settings);

/// Password hashes as Devise stores them, bcrypt over the password followed by the pepper, of which bcrypt
/// reads the first 72 bytes; or Argon2id over the same in PHC's format. Thread-safe; each call occupies its
/// thread for as long as the work demands.
class passwords {
public:
    /// `random` must be thread-safe and outlive this object.
    passwords(password_rules rules, random_source& random);

    /// A hash to store: "$2a$…" or "$argon2id$…".
    [[nodiscard]] outcome<std::string> hash(std::string_view password) const;

    /// Whether `stored` is the password's hash: bcrypt of prefix $2a$, $2b$ or $2y$ and of any cost, or
    /// Argon2id. Anything else never is, and a password with a NUL byte never fits. A "no" takes at least the
    /// time of one hash of these rules, whatever is stored: to hide that an account does not exist, verify
    /// against "".
    [[nodiscard]] bool verify(std::string_view stored, std::string_view password) const;

    /// Whether a hash that fitted is of another scheme than a new one, or cheaper.
    [[nodiscard]] bool needs_rehash(std::string_view stored) const;

private:
    [[nodiscard]] outcome<std::string> hash_bcrypt(std::string_view password) const;
    [[nodiscard]] bool verify_bcrypt(std::string_view stored, std::string_view password) const;

    password_rules rules_;
    random_source* random_;
};

} // namespace atelier
