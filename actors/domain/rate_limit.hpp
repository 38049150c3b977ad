#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace atelier {

/// How often somebody may do something, and how much of that is left: what the RateLimit headers say.
struct rate_limit {
    std::string policy;          ///< its name: letters and hyphens
    std::int64_t limit = 0;      ///< in a window
    std::int64_t remaining = 0;  ///< now
    std::chrono::seconds window; ///< in which that many are regained
    std::chrono::seconds reset;  ///< until something is regained

    rate_limit() = default;
};

} // namespace atelier
