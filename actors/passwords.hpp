#pragma once

#include "actors/domain/errors.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// What is wrong with a password that somebody wants to have: fewer than 6 characters, more than the 72 bytes
/// that bcrypt reads, only white space, not UTF-8, or a control character in it.
[[nodiscard]] std::optional<field_error> new_password_error(std::string_view password);

/// Password hashes as Devise stores them: bcrypt over the password followed by the pepper, of which bcrypt
/// reads the first 72 bytes. Thread-safe; each call occupies its thread for as long as the cost demands.
class passwords {
public:
    /// `cost`: binary logarithm of the work, 4 to 31. `random` must be thread-safe and outlive this object.
    passwords(unsigned cost, std::string pepper, random_source& random);

    /// A hash to store, "$2a$" and of this object's cost.
    [[nodiscard]] outcome<std::string> hash(std::string_view password) const;

    /// Whether `stored`, of prefix $2a$, $2b$ or $2y$ and of any cost, is the password's hash. Anything else
    /// never is, and a password with a NUL byte never fits. A "no" takes at least the time of one hash of
    /// this object's cost, whatever is stored: to hide that an account does not exist, verify against "".
    [[nodiscard]] bool verify(std::string_view stored, std::string_view password) const;

    /// Whether a hash that fitted is cheaper than a new one would be.
    [[nodiscard]] bool needs_rehash(std::string_view stored) const;

private:
    unsigned cost_;
    std::string pepper_;
    random_source* random_;
};

} // namespace atelier
