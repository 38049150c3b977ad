#pragma once

#include "actors/domain/time.hpp"

#include <cstddef>
#include <deque>

namespace atelier {

/// "So many restarts in so long": beyond it, restarting does not help and the failure goes up to the parent.
class restart_intensity {
public:
    restart_intensity(std::size_t limit, microseconds window) : limit_{limit}, window_{window} {}

    /// Notes a restart; false when it was one too many.
    [[nodiscard]] bool allow(instant now) {
        while (!recent_.empty() && recent_.front() + window_ <= now)
            recent_.pop_front();
        recent_.push_back(now);
        return recent_.size() <= limit_;
    }

private:
    std::size_t limit_;
    microseconds window_;
    std::deque<instant> recent_;
};

} // namespace atelier
