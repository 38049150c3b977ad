#pragma once

#include "tests/simulation/generation_life.hpp"
#include "tests/simulation/generation_simulation.hpp"

#include <array>
#include <cstddef>

namespace atelier::test {

/// What can happen next in a simulation of generations.
enum class generation_step : std::uint8_t {
    run_actor,
    go_on_with_commit,
    go_on_with_read,
    deliver_to_writer,
    go_on_at_engine,
    look_at_image,
    spend,
    cancel,
    sweep,
    pass_time,
    pass_long_time,
    forget_work,
    kill_process,
    crash_generation,
    crash_dispatcher,
    crash_wallet,
    crash_writer,
    count_
};
constexpr auto generation_step_count = static_cast<std::size_t>(generation_step::count_);

/// What is peculiar to one run. Each has some of the faults, so that each fault also meets runs without the
/// others.
struct generation_circumstances {
    generation_circumstances(generation_world& w, generation_bug bug);

    int& weight(generation_step step) { return weights.at(static_cast<std::size_t>(step)); }
    /// From now on nothing goes wrong, and nobody asks for anything new.
    void end_faults();

    std::array<int, generation_step_count> weights{};
    process::settings service;
    life_settings life;
    commit_faults commits;
    engine_faults engines;
    int failing_reads = 0;
    int order = 0; ///< of actors: any, the last first, the first first
    stamp last_step = 0;

private:
    void choose(generation_world& w);
    void choose_weights(dice& chance);
    void plant(generation_world& w, generation_bug bug);
};

} // namespace atelier::test
