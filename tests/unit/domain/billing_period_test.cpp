#define CAF_SUITE billing_period

#include "actors/domain/billing_period.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <cstdio>
#include <rapidcheck.h>
#include <string>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr plan_interval day{interval_unit::day, 1};
constexpr plan_interval week{interval_unit::week, 1};
constexpr plan_interval month{interval_unit::month, 1};
constexpr plan_interval quarter{interval_unit::month, 3};
constexpr plan_interval year{interval_unit::month, 12};

constexpr instant at(int y, unsigned m, unsigned d, microseconds time = 0us) {
    return std::chrono::sys_days{std::chrono::year{y} / static_cast<int>(m) / static_cast<int>(d)} + time;
}

std::string date(instant moment) {
    const std::chrono::year_month_day ymd{std::chrono::floor<std::chrono::days>(moment)};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
    return text.data();
}

/// The ends of so many periods from the anchor on.
std::string ends(instant anchor, plan_interval interval, int count) {
    std::string all;
    for (int i = 1; i <= count; ++i)
        all += (i > 1 ? " " : "") + date(advance(anchor, interval, i));
    return all;
}

} // namespace

CAF_TEST(days and weeks are exact across the ends of months and years and through leap days) {
    CAF_CHECK_EQUAL(ends(at(2026, 12, 30), day, 3), "2026-12-31 2027-01-01 2027-01-02");
    CAF_CHECK_EQUAL(ends(at(2028, 2, 27), day, 3), "2028-02-28 2028-02-29 2028-03-01");
    CAF_CHECK_EQUAL(ends(at(2026, 2, 20), week, 3), "2026-02-27 2026-03-06 2026-03-13");
    CAF_CHECK_EQUAL(ends(at(2026, 12, 20), {interval_unit::week, 2}, 2), "2027-01-03 2027-01-17");
    CAF_CHECK(advance(at(2026, 3, 29, 1h), day, 1) - at(2026, 3, 29, 1h) == 24h); // clocks change elsewhere
    CAF_CHECK(advance(at(2026, 10, 24, 1h), week, 1) - at(2026, 10, 24, 1h) == 7 * 24h);
}

CAF_TEST(a month that lacks the day has its last one and the next comes back to it) {
    CAF_CHECK_EQUAL(ends(at(2026, 1, 31), month, 5),
                    "2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30");
    CAF_CHECK_EQUAL(ends(at(2028, 1, 31), month, 2), "2028-02-29 2028-03-31");
    CAF_CHECK_EQUAL(ends(at(2026, 1, 30), month, 3), "2026-02-28 2026-03-30 2026-04-30");
    CAF_CHECK_EQUAL(ends(at(2026, 1, 29), month, 2), "2026-02-28 2026-03-29");
    CAF_CHECK_EQUAL(ends(at(2026, 1, 28), month, 2), "2026-02-28 2026-03-28");
    CAF_CHECK_EQUAL(ends(at(2026, 11, 30), quarter, 3), "2027-02-28 2027-05-30 2027-08-30");
    CAF_CHECK_EQUAL(ends(at(2028, 2, 29), year, 4), "2029-02-28 2030-02-28 2031-02-28 2032-02-29");
    CAF_CHECK_EQUAL(ends(at(2096, 2, 29), year, 4), "2097-02-28 2098-02-28 2099-02-28 2100-02-28");
    CAF_CHECK_EQUAL(ends(at(2026, 12, 31), month, 2), "2027-01-31 2027-02-28");
}

CAF_TEST(the time of day stays to the microsecond) {
    const auto time = 23h + 59min + 59s + 999'999us;
    CAF_CHECK(advance(at(2026, 1, 31, time), month, 1) == at(2026, 2, 28, time));
    CAF_CHECK(advance(at(1969, 12, 31, time), month, 2) == at(1970, 2, 28, time));
    CAF_CHECK(advance(at(2026, 2, 28, time), day, 1) == at(2026, 3, 1, time));
}

CAF_TEST(periods only go forward and no month is left out) {
    CAF_CHECK(rc::check([] {
        const auto anchor =
            at(2020, 1, 1) + microseconds{*rc::gen::inRange<std::int64_t>(0, 400'000'000'000'000)};
        const plan_interval interval{
            *rc::gen::element(interval_unit::day, interval_unit::week, interval_unit::month),
            *rc::gen::inRange(1, 13)};
        const auto n = *rc::gen::inRange(0, 100);
        const auto begin = advance(anchor, interval, n);
        const auto end = advance(anchor, interval, n + 1);
        RC_ASSERT(begin < end);
        if (interval.unit != interval_unit::month)
            return;
        const std::chrono::year_month_day a{std::chrono::floor<std::chrono::days>(begin)};
        const std::chrono::year_month_day b{std::chrono::floor<std::chrono::days>(end)};
        RC_ASSERT((b.year() / b.month() - a.year() / a.month()).count() == interval.count);
        const std::chrono::year_month_day first{std::chrono::floor<std::chrono::days>(anchor)};
        RC_ASSERT(b.day() <= first.day());
        RC_ASSERT(b.day() == first.day() ||
                  b == std::chrono::year_month_day{b.year() / b.month() / std::chrono::last});
    }));
}

CAF_TEST(a run begins with its first payment and goes on from end to end) {
    billing_run run;
    CAF_CHECK(!run.end());
    const auto noon = at(2026, 1, 31, 12h);
    CAF_CHECK(run.lay(noon, month, 72h) == (billing_period{noon, at(2026, 2, 28, 12h)}));
    CAF_CHECK(run.lay(at(2026, 2, 28, 12h + 5s), month, 72h) ==
              (billing_period{at(2026, 2, 28, 12h), at(2026, 3, 31, 12h)}));
    CAF_CHECK(run.lay(at(2026, 3, 1), month, 72h) == // ahead of time
              (billing_period{at(2026, 3, 31, 12h), at(2026, 4, 30, 12h)}));
    CAF_CHECK(run.end() == at(2026, 4, 30, 12h));
}

CAF_TEST(what is paid after the grace begins anew) {
    const auto noon = at(2026, 1, 31, 12h);
    const auto second = [&](instant paid_at, microseconds grace) {
        billing_run run;
        run.lay(noon, month, grace);
        return run.lay(paid_at, month, grace).start;
    };
    const auto end = at(2026, 2, 28, 12h);
    CAF_CHECK(second(end, 0s) == end);
    CAF_CHECK(second(end + 1us, 0s) == end + 1us);
    CAF_CHECK(second(end + 72h - 1us, 72h) == end);
    CAF_CHECK(second(end + 72h, 72h) == end + 72h);
    CAF_CHECK(second(end + 400h, 9'999h) == end);
    const auto over = at(2026, 3, 31, 12h); // then the second period would be over when it is paid
    CAF_CHECK(second(over - 1us, 9'999h) == end);
    CAF_CHECK(second(over, 9'999h) == over);
}

CAF_TEST(another interval goes on from the end with an anchor of its own) {
    billing_run run;
    run.lay(at(2026, 1, 31), month, 0s);
    CAF_CHECK(run.lay(at(2026, 2, 3), week, 0s) == (billing_period{at(2026, 2, 28), at(2026, 3, 7)}));
    CAF_CHECK(run.lay(at(2026, 2, 3), month, 0s) == (billing_period{at(2026, 3, 7), at(2026, 4, 7)}));
}

CAF_TEST(a run that was taken over goes on as if it had been laid) {
    CAF_CHECK(rc::check([] {
        billing_run laid;
        billing_run adopted;
        auto moment = at(2026, 1, 31);
        for (int i = *rc::gen::inRange(1, 30); i > 0; --i) {
            moment += std::chrono::hours{*rc::gen::inRange(0, 2'000)};
            const auto interval = *rc::gen::element(day, week, month, quarter);
            const auto period = laid.lay(moment, interval, 72h);
            RC_ASSERT(period.start < period.end);
            auto copy = adopted;
            RC_ASSERT(copy.lay(moment, interval, 72h) == period);
            adopted.adopt(period, interval);
        }
    }));
}

CAF_TEST(units are known by their names) {
    for (const auto unit : {interval_unit::day, interval_unit::week, interval_unit::month})
        CAF_CHECK(parse_interval_unit(to_string(unit)) == unit);
    CAF_CHECK(!parse_interval_unit("Month"));
    CAF_CHECK(!parse_interval_unit(""));
}
