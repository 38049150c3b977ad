#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace atelier {

/// Where chance comes from. Injected everywhere, so that tests own it. Thread-safe.
class random_source {
public:
    virtual ~random_source() = default;
    /// Fills `bytes` with bytes that nobody can predict.
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// The operating system's generator, through libsodium.
class system_random final : public random_source {
public:
    system_random();
    void fill(std::span<std::byte> bytes) override;
};

/// 64 random bits.
[[nodiscard]] std::uint64_t random_number(random_source& random);

/// A uniform number in [0, 1).
[[nodiscard]] double uniform(random_source& random);

} // namespace atelier
