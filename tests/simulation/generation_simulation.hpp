#pragma once

#include "tests/simulation/process.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace atelier::test {

/// A bug that a simulation of generations is told to have, to show that it is found.
enum class generation_bug : std::uint8_t {
    none,
    failures_stay_open, ///< the tokens are returned, and the generation is not marked as failed
    ends_without_guard, ///< the status is not compared: an output is committed although it was cancelled
    keeps_slots,        ///< a slot that is given back stays taken
    never_leaves_alone, ///< an engine that fails, or asks for a pause, gets jobs all the same
    knows_no_users,     ///< slots go to the oldest job of all, whosever it is
    ignores_attach,     ///< what an engine works on already is begun, and paid for, again
    counts_attaching,   ///< going on with an attempt is taken for another one
    swallows_refusals,  ///< a refused commit is reported as made
};

struct generation_options {
    generation_bug bug = generation_bug::none;
    std::ostream* trace = nullptr; ///< where to write every step, if anywhere
};

struct generation_report {
    std::vector<std::string> complaints; ///< what was wrong; empty when all was right
    std::size_t steps = 0;
    // What happened on the way.
    std::size_t succeeded = 0;
    std::size_t canceled = 0;
    std::size_t failed = 0;    ///< in other ways
    std::size_t attached = 0;  ///< jobs that went on with earlier work
    std::size_t elsewhere = 0; ///< jobs that went to another engine than their first
    std::size_t trips = 0;     ///< of circuit breakers
    std::size_t trials = 0;    ///< jobs that tried an engine after its pause
    std::size_t deaths = 0;
    std::size_t crashes = 0;

    void add(const generation_report& other);
};

/// Runs the real generations, dispatcher, wallets and writers with models of engines and all kinds of faults.
/// Everything that happens, and its order, follows from `seed`.
[[nodiscard]] generation_report simulate_generations(simulation_runtime& runtime, std::uint64_t seed,
                                                     const generation_options& options);

} // namespace atelier::test
