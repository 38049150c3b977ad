#include "actors/domain/throttle.hpp"

#include <algorithm>

namespace atelier {
namespace {

std::chrono::seconds whole_seconds(microseconds time) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(time), std::chrono::seconds{1});
}

} // namespace

attempt_rate::attempt_rate(std::string_view policy, std::int64_t limit, std::chrono::seconds window,
                           std::size_t clients_max)
    : policy_{policy}, limit_{limit}, window_{window}, clients_{clients_max} {}

attempt_rate::attempt attempt_rate::take(std::string_view client, instant now) {
    attempt made;
    if (limit_ == 0)
        return made;
    const microseconds window = window_;
    const microseconds one = window / limit_;
    auto& rate = made.rate.emplace();
    rate.policy = policy_;
    rate.limit = limit_;
    rate.window = window_;
    const std::lock_guard lock{mutex_};
    auto& spent_until = clients_.at(client).spent_until;
    const auto with_this_one = std::max(spent_until, now) + one;
    made.allowed = with_this_one - now <= window;
    if (made.allowed) {
        spent_until = with_this_one;
        rate.remaining = (window - (with_this_one - now)) / one;
        rate.reset = whole_seconds(std::min(one, with_this_one - now));
    } else {
        rate.reset = whole_seconds(with_this_one - now - window);
    }
    return made;
}

lockout::lockout(lockout_rules rules, std::size_t names_max) : rules_{rules}, names_{names_max} {}

lockout::verdict lockout::begin(std::string_view name, instant now) {
    verdict result;
    if (rules_.free_attempts == 0)
        return result;
    const std::lock_guard lock{mutex_};
    auto& known = names_.at(name);
    if (now < known.open_at) {
        result.wait = whole_seconds(known.open_at - now);
        result.failures = known.failures;
        return result;
    }
    if (now - known.last >= rules_.forgotten_after)
        known.failures = 0;
    result.failures = ++known.failures;
    known.last = now;
    if (known.failures < rules_.free_attempts)
        return result;
    const int doublings = std::min(known.failures - rules_.free_attempts, 30);
    result.next_wait = std::min(rules_.first_delay * (std::int64_t{1} << doublings), rules_.longest_delay);
    known.open_at = now + result.next_wait;
    return result;
}

void lockout::succeeded(std::string_view name) {
    const std::lock_guard lock{mutex_};
    names_.erase(name);
}

} // namespace atelier
