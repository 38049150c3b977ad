#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace atelier::http {

/// How long what comes to an event loop waits until the loop turns to it, told by how late a timer fires that
/// the loop has to serve like everything else. The better of the last two timers counts, so that a pause of
/// the whole machine is no queue. The loop's thread writes; any may read.
class loop_lag {
public:
    using clock = std::chrono::steady_clock;

    /// Between the timers.
    static constexpr std::chrono::milliseconds interval{20};

    void fired(clock::time_point due, clock::time_point now) {
        const auto late = std::max(now - due, clock::duration::zero());
        lag_.store(std::min(late, std::exchange(last_, late)), std::memory_order_relaxed);
    }
    [[nodiscard]] clock::duration lag() const { return lag_.load(std::memory_order_relaxed); }

private:
    clock::duration last_{0};
    std::atomic<clock::duration> lag_{clock::duration::zero()};
};

} // namespace atelier::http
