#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace atelier {

/// What a pool of threads says of itself.
struct pool_reading {
    std::size_t waiting = 0;            ///< jobs now
    std::size_t busy = 0;               ///< threads now
    std::uint64_t jobs = 0;             ///< taken up so far
    std::uint64_t refused = 0;          ///< so far
    std::chrono::microseconds waited{}; ///< all jobs that were taken up, in sum
};

} // namespace atelier
