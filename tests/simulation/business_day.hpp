#pragma once

#include "tests/simulation/process.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace atelier::test {

/// What may happen to the notifications of a day.
struct day_faults {
    bool disorder = false; ///< delivered in any order and number, many at a time
    bool crashes = false;  ///< of the process, of commits and reads, between any two steps
};

struct day_report {
    std::string end; ///< payments, lots and refunds, as the database has them in the end
    std::vector<std::string> complaints;
    std::size_t deliveries = 0;
    std::size_t deaths = 0;
};

/// Plays a day of payments, as it follows from `seed`: orders of a few users, and what the gateway tells of
/// them. It repeats what is not accepted.
[[nodiscard]] day_report play_day(simulation_runtime& runtime, std::uint64_t seed, const day_faults& faults,
                                  std::ostream* trace = nullptr);

} // namespace atelier::test
