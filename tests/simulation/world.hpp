#pragma once

#include "tests/simulation/gateway_model.hpp"
#include "tests/simulation/process.hpp"
#include "tests/support/sequence_ids.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace atelier::test {

/// What a simulation is made of: the service, its database, chance and time.
struct world {
    world(simulation_runtime& r, std::uint64_t seed, std::ostream* to) : runtime{r}, chance{seed}, trace{to} {
        // Every run begins at the same time, whatever ran before.
        runtime.time.advance(instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}} -
                             runtime.time.now());
        clock_changes.emplace_back(0, runtime.time.now());
    }

    /// A line of the trace.
    void note(const std::string& what) const {
        if (trace != nullptr)
            *trace << now << "  " << what << '\n' << std::flush;
    }

    void complain(const std::string& what) {
        note("WRONG: " + what);
        complaints.push_back(what);
    }

    void move_clock(microseconds by) {
        runtime.time.advance(by);
        clock_changes.emplace_back(now, runtime.time.now());
    }

    /// The latest time that the clock showed since `since`.
    [[nodiscard]] instant latest_clock(stamp since) const {
        auto latest = runtime.time.now();
        for (auto change = clock_changes.rbegin(); change != clock_changes.rend(); ++change) {
            latest = std::max(latest, change->second);
            if (change->first < since)
                break;
        }
        return latest;
    }

    simulation_runtime& runtime;
    dice chance;
    database tables;
    sequence_ids ids;
    gateway_model gateway{runtime.time};
    std::optional<process> service;
    stamp now = 1;                                        ///< counts the steps
    std::vector<std::pair<stamp, instant>> clock_changes; ///< every change of the clock
    std::vector<user_id> users;
    std::ostream* trace;     ///< may be null
    bool foreigners = false; ///< whether somebody else writes, so that commands may run into conflicts
    std::vector<std::string> complaints;
};

} // namespace atelier::test
