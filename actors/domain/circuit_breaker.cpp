#include "actors/domain/circuit_breaker.hpp"

#include <algorithm>

namespace atelier {

circuit_breaker::era circuit_breaker::began() {
    trying_ = tripped_;
    return era_;
}

void circuit_breaker::succeeded() {
    failures_ = 0;
    trips_ = 0;
    tripped_ = false;
    trying_ = false;
}

void circuit_breaker::failed(instant now, era began) {
    if (began != era_)
        return;
    trying_ = false;
    if (++failures_ < rules_.failures_max && !tripped_)
        return;
    constexpr std::int32_t doublings_max = 20;
    const auto pause = rules_.pause * (std::int64_t{1} << std::min(trips_, doublings_max));
    hold(now + std::min(pause, rules_.pause_limit));
    ++trips_;
    ++era_;
    tripped_ = true;
}

void circuit_breaker::left(era began) {
    if (began == era_)
        trying_ = false;
}

void circuit_breaker::hold(instant until) {
    until_ = std::max(until_, until);
}

} // namespace atelier
