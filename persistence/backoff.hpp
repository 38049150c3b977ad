#pragma once

#include "actors/domain/random.hpp"

#include <algorithm>
#include <chrono>

namespace atelier {

/// Growing pauses between attempts, with jitter so that many who wait for the same thing do not come at once:
/// each is between half of and the whole of a step that doubles from `first` to `most`.
class backoff {
public:
    using milliseconds = std::chrono::milliseconds;

    explicit backoff(milliseconds first = milliseconds{20}, milliseconds most = milliseconds{1'000})
        : first_{first}, most_{most}, step_{first} {}

    [[nodiscard]] milliseconds next() {
        const auto whole = static_cast<double>(step_.count());
        const milliseconds pause{static_cast<milliseconds::rep>(whole * (0.5 + 0.5 * uniform(random_)))};
        step_ = std::min(2 * step_, most_);
        return pause;
    }

    /// After a success.
    void reset() { step_ = first_; }

private:
    milliseconds first_;
    milliseconds most_;
    milliseconds step_;
    system_random random_;
};

} // namespace atelier
