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

std::optional<rate_limit> attempt_rate::take(std::string_view client, instant now) {
    if (limit_ == 0)
        return std::nullopt;
    const microseconds window = window_;
    const microseconds one = window / limit_;
    const std::lock_guard lock{mutex_};
    auto& spent_until = clients_.at(client).spent_until;
    const auto with_this_one = std::max(spent_until, now) + one;
    if (with_this_one - now <= window) {
        spent_until = with_this_one;
        return std::nullopt;
    }
    rate_limit reached;
    reached.policy = policy_;
    reached.limit = limit_;
    reached.window = window_;
    reached.reset = whole_seconds(with_this_one - now - window);
    return reached;
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
