#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace atelier {

/// Growing pauses between attempts, with jitter so that many who wait for the same thing do not come at once:
/// each is between half of and the whole of a step that doubles from `first` to `most`.
class backoff {
public:
    using milliseconds = std::chrono::milliseconds;

    explicit backoff(milliseconds first = milliseconds{20}, milliseconds most = milliseconds{1'000})
        : first_{first}, most_{most}, step_{first} {}

    [[nodiscard]] milliseconds next() {
        const auto pause =
            milliseconds{std::uniform_int_distribution{step_.count() / 2, step_.count()}(random_)};
        step_ = std::min(2 * step_, most_);
        return pause;
    }

    /// After a success.
    void reset() { step_ = first_; }

private:
    milliseconds first_;
    milliseconds most_;
    milliseconds step_;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace atelier
