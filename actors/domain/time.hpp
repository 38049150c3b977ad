#pragma once

#include <chrono>

namespace atelier {

/// A moment in UTC, in microseconds: the precision of PostgreSQL's `timestamp(6)`.
using instant = std::chrono::sys_time<std::chrono::microseconds>;

using std::chrono::microseconds;

/// Where the present comes from. Injected everywhere, so that tests own time. Thread-safe.
class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual instant now() const = 0;
};

/// The machine's clock.
class system_clock final : public clock {
public:
    [[nodiscard]] instant now() const override {
        return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
    }
};

} // namespace atelier
