#pragma once

#include "tests/simulation/process.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace atelier::test {

/// A bug that a simulation is told to have, to show that it is found.
enum class planted_bug : std::uint8_t {
    none,
    replies_before_commit,  ///< the writer says "committed" at once
    refunds_without_guard,  ///< the status of a generation is not compared
    repeats_unknown_commit, ///< a batch in doubt is committed again without a look whether it is there
    spends_without_guard,   ///< what is left of a lot is not compared
    keys_not_unique,        ///< an Idempotency-Key can be used twice
    goes_on_after_refusal,  ///< what was decided on a refused change set is committed
    swallows_refusals,      ///< a refused change set is reported as committed
    restarts_without_fence, ///< the batch of a dead process commits while the next one works
    looks_too_early,        ///< a new wallet does not wait for what the crashed one has sent
    tears_change_sets,      ///< a refused change set leaves its journal rows behind
};

struct simulation_options {
    planted_bug bug = planted_bug::none;
    std::ostream* trace = nullptr; ///< where to write every step, if anywhere
};

struct simulation_report {
    std::vector<std::string> complaints; ///< what was wrong; empty when all was right
    std::size_t accepted = 0;            ///< answers that acknowledged something
    std::size_t steps = 0;
    // What happened on the way.
    std::size_t deaths = 0;
    std::size_t crashes = 0;
    std::size_t foreign_writes = 0;
};

/// Runs the service's wallets and writers with clients and faults. Everything that happens, and its order,
/// follows from `seed`.
[[nodiscard]] simulation_report simulate(simulation_runtime& runtime, std::uint64_t seed,
                                         const simulation_options& options);

} // namespace atelier::test
