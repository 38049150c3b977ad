#pragma once

#include "actors/domain/random.hpp"

#include <mutex>
#include <random>

namespace atelier::test {

/// The same random bytes in every run. Thread-safe.
class seeded_random final : public random_source {
public:
    explicit seeded_random(std::uint64_t seed = 1) : engine_{seed} {}

    void fill(std::span<std::byte> bytes) override {
        const std::lock_guard lock{mutex_};
        for (auto& b : bytes)
            b = static_cast<std::byte>(engine_() & 0xFFU);
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

} // namespace atelier::test
