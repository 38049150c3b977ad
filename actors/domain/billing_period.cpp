#include "actors/domain/billing_period.hpp"

#include "actors/domain/names.hpp"

#include <array>
#include <cassert>

namespace atelier {
namespace {

constexpr std::array<std::string_view, 3> names{"day", "week", "month"};

instant add_months(instant anchor, std::int32_t count) {
    const auto day = std::chrono::floor<std::chrono::days>(anchor);
    const std::chrono::year_month_day date{day};
    const auto month = std::chrono::year_month{date.year(), date.month()} + std::chrono::months{count};
    const std::chrono::year_month_day same_day{month.year(), month.month(), date.day()};
    const std::chrono::sys_days moved =
        same_day.ok() ? same_day : month.year() / month.month() / std::chrono::last;
    return moved + (anchor - day);
}

} // namespace

std::string_view to_string(interval_unit unit) {
    return names.at(static_cast<std::size_t>(unit));
}

std::optional<interval_unit> parse_interval_unit(std::string_view text) {
    return parse_name<interval_unit>(names, text);
}

instant advance(instant anchor, plan_interval interval, std::int32_t periods) {
    assert(interval.count > 0);
    const auto count = interval.count * periods;
    switch (interval.unit) {
    case interval_unit::day:
        return anchor + std::chrono::days{count};
    case interval_unit::week:
        return anchor + std::chrono::weeks{count};
    case interval_unit::month:
        break;
    }
    return add_months(anchor, count);
}

void billing_run::adopt(const billing_period& period, plan_interval interval) {
    if (period.start != end_ || interval != interval_) {
        anchor_ = period.start;
        interval_ = interval;
        periods_ = 0;
    }
    ++periods_;
    end_ = period.end;
}

billing_period billing_run::lay(instant paid_at, plan_interval interval, microseconds grace) {
    billing_period period{paid_at, advance(paid_at, interval, 1)};
    if (continues(paid_at, interval, grace))
        period = {*end_, next_end(interval)};
    adopt(period, interval);
    return period;
}

bool billing_run::continues(instant paid_at, plan_interval interval, microseconds grace) const {
    if (!end_)
        return false;
    return paid_at <= *end_ || (paid_at < *end_ + grace && paid_at < next_end(interval));
}

instant billing_run::next_end(plan_interval interval) const {
    return interval == interval_ ? advance(anchor_, interval, periods_ + 1) : advance(*end_, interval, 1);
}

} // namespace atelier
