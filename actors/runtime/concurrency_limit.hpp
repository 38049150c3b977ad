#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace atelier {

/// How many asks may be under way at once: as many as keep the time of changes short.
///
/// When even the fastest change of a period took longer than `target`, changes wait for each other, and
/// letting in more of them would only make all of them late: the limit falls by a fifth, down to a twentieth.
/// When one was fast, it rises again (additive increase, multiplicative decrease, judged by the minimum as
/// CoDel does, RFC 8289). What is vital may use an eighth more than everybody. Thread-safe.
class concurrency_limit {
public:
    using microseconds = std::chrono::microseconds;

    concurrency_limit(std::size_t ceiling, microseconds target)
        : ceiling_{ceiling}, target_{target}, limit_{ceiling} {}

    /// Whether one more may come in; it must `leave`.
    [[nodiscard]] bool enter(bool vital) {
        const auto limit = limit_.load(std::memory_order_relaxed);
        const auto mine = vital ? limit + limit / reserve + 1 : limit;
        if (inside_.fetch_add(1, std::memory_order_relaxed) < mine)
            return true;
        inside_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    void leave(std::size_t count = 1) { inside_.fetch_sub(count, std::memory_order_relaxed); }
    /// A change was made durable after so long.
    void changed_after(microseconds time) {
        auto fastest = fastest_.load(std::memory_order_relaxed);
        while (time.count() < fastest &&
               !fastest_.compare_exchange_weak(fastest, time.count(), std::memory_order_relaxed)) {
        }
    }
    /// Ends a period, of some tenths of a second. For one thread.
    void adjust() {
        const auto fastest = fastest_.exchange(nobody, std::memory_order_relaxed);
        const auto limit = limit_.load(std::memory_order_relaxed);
        if (fastest == nobody) // nothing was asked, or nothing answers: the deadlines see to that
            return;
        if (fastest <= target_.count()) {
            limit_.store(std::min(limit + ceiling_ / 50 + 1, ceiling_), std::memory_order_relaxed);
            return;
        }
        const auto now = std::min(limit, inside());
        if (now > floor_) // a few that are slow do not wait for each other
            limit_.store(std::max(floor_, now - now / 5), std::memory_order_relaxed);
    }

    [[nodiscard]] std::size_t inside() const { return inside_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t limit() const { return limit_.load(std::memory_order_relaxed); }

private:
    static constexpr std::int64_t nobody = std::numeric_limits<std::int64_t>::max();
    static constexpr std::size_t reserve = 8;

    const std::size_t ceiling_;
    const std::size_t floor_ = ceiling_ / 20; ///< less could not fill the batches of a slow disk
    const microseconds target_;
    std::atomic<std::size_t> limit_;
    std::atomic<std::size_t> inside_{0};
    std::atomic<std::int64_t> fastest_{nobody};
};

} // namespace atelier
