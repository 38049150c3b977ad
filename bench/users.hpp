#pragma once

#include "actors/domain/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace atelier::bench {

/// Small, fast and good enough to choose users by: Steele, Lea, Flood, Fast Splittable Pseudorandom Number
/// Generators, OOPSLA 2014. Each stream of numbers has a state of its own.
[[nodiscard]] std::uint64_t next_random(std::uint64_t& state);

/// A number in [0, 1) out of 64 random bits.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) {
    return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

/// How spends are spread over users.
enum class spread : std::uint8_t { uniform, zipf, hot };

/// Which user spends next. Immutable, so thread-safe.
class users {
public:
    /// `count` users with the ids `stride`, 2 `stride`, …; `zipf` has the exponent 1.1, `hot` is the first
    /// user alone.
    users(spread how, std::size_t count, std::int64_t stride);

    [[nodiscard]] user_id next(std::uint64_t& state) const;
    /// All of them that may come.
    [[nodiscard]] std::vector<user_id> all() const;

private:
    [[nodiscard]] user_id number(std::size_t i) const {
        return user_id{static_cast<std::int64_t>(i + 1) * stride_};
    }

    std::size_t count_;
    std::int64_t stride_;
    std::vector<double> cumulative_; ///< probability of this user or one before it; empty: all are equal
};

} // namespace atelier::bench
