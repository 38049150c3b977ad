#pragma once

#include "actors/domain/time.hpp"

#include <atomic>

namespace atelier::test {

/// A clock that stands still until it is told to go on. Thread-safe.
class manual_clock final : public clock {
public:
    explicit manual_clock(instant start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                                          std::chrono::hours{10})
        : now_{start} {}

    [[nodiscard]] instant now() const override { return now_; }
    void advance(microseconds by) { now_ = now_.load() + by; }

private:
    std::atomic<instant> now_;
};

} // namespace atelier::test
