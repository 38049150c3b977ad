#pragma once

#include "actors/domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace atelier {

/// The unit that plans count their periods in. Everything is UTC: there is no daylight saving.
enum class interval_unit : std::uint8_t { day, week, month };
/// As in subscription_plans.interval, e.g. "month".
[[nodiscard]] std::string_view to_string(interval_unit unit);
[[nodiscard]] std::optional<interval_unit> parse_interval_unit(std::string_view text);

/// How long a period of a plan lasts.
struct plan_interval {
    interval_unit unit{};
    std::int32_t count = 1; ///< positive

    friend bool operator==(const plan_interval&, const plan_interval&) = default;
};

/// The time that one charge pays for: from `start` until just before `end`.
struct billing_period {
    instant start;
    instant end;

    friend bool operator==(const billing_period&, const billing_period&) = default;
};

/// The moment `periods` intervals after `anchor`. A month that lacks the anchor's day has its last day
/// instead, and the next month comes back to the anchor's: from 31 January on 28 February, 31 March, 30
/// April.
[[nodiscard]] instant advance(instant anchor, plan_interval interval, std::int32_t periods);

/// Periods that follow one another without a gap, all counted from one anchor.
class billing_run {
public:
    /// Takes over a period that was laid out before: it continues the run or begins another.
    void adopt(const billing_period& period, plan_interval interval);

    /// The period that money of the moment `paid_at` pays for. It begins where the last one ends, when that
    /// is not over; also when it has been over for less than `grace`, because the gateway charges once a
    /// period is over and tries again for days, but never so that it would be over already. Otherwise it
    /// begins with the payment, and so does a new run.
    billing_period lay(instant paid_at, plan_interval interval, microseconds grace);

    /// The end of the last period; nothing before the first.
    [[nodiscard]] std::optional<instant> end() const { return end_; }

private:
    [[nodiscard]] bool continues(instant paid_at, plan_interval interval, microseconds grace) const;
    [[nodiscard]] instant next_end(plan_interval interval) const;

    instant anchor_;
    plan_interval interval_;
    std::int32_t periods_ = 0; ///< since the anchor
    std::optional<instant> end_;
};

} // namespace atelier
