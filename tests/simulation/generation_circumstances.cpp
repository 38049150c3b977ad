#include "tests/simulation/generation_circumstances.hpp"

namespace atelier::test {

using step = generation_step;

generation_circumstances::generation_circumstances(generation_world& w, generation_bug bug) {
    choose(w);
    choose_weights(w.chance);
    plant(w, bug);
}

void generation_circumstances::choose(generation_world& w) {
    auto& chance = w.chance;
    service.writers = static_cast<std::size_t>(chance.between(1, 2));
    service.batch_limit = static_cast<std::size_t>(chance.between(1, 8));
    service.backlog_limit = 32;
    service.in_flight_limit = 16;
    order = chance.between(0, 2);
    life.slots = static_cast<std::size_t>(chance.between(1, 2));
    life.fallback = chance.chance(60);
    life.attempts_max = chance.between(1, 3);
    life.image_queue = chance.chance(20) ? 1 : 8;
    static constexpr std::array names{"alpha", "beta", "gamma"};
    for (int i = chance.between(1, 3); i > 0; --i)
        w.remotes.emplace_back(names.at(w.remotes.size()), chance.chance(75));
    w.files = std::make_unique<memory_store>(chance, chance.chance(30));
    if (chance.chance(50)) {
        commits.refusal = chance.between(0, 25);
        commits.lost = chance.between(0, 40);
        failing_reads = chance.between(0, 20);
        w.files->failures = chance.between(0, 20);
    }
    engines.slow = chance.between(20, 98);
    engines.failure = chance.chance(70) ? chance.between(0, 90) : 0;
    engines.cancel_ignored = chance.between(0, 60);
    last_step = static_cast<stamp>(chance.between(500, 5'000));
}

void generation_circumstances::choose_weights(dice& chance) {
    weight(step::run_actor) = 600;
    weight(step::go_on_with_commit) = weight(step::go_on_with_read) = chance.between(80, 200);
    weight(step::deliver_to_writer) = chance.between(80, 200);
    weight(step::go_on_at_engine) = chance.between(5, 100);
    weight(step::look_at_image) = chance.between(20, 100);
    weight(step::spend) = chance.between(5, 40);
    weight(step::cancel) = chance.chance(70) ? chance.between(1, 20) : 0;
    weight(step::sweep) = chance.between(1, 10);
    weight(step::pass_time) = chance.between(10, 60);
    weight(step::pass_long_time) = chance.chance(50) ? chance.between(1, 10) : 0;
    for (auto& usual : weights)
        usual *= 2; // faults are rare
    for (const auto fault : {step::forget_work, step::kill_process, step::crash_generation,
                             step::crash_dispatcher, step::crash_wallet, step::crash_writer})
        weight(fault) = chance.chance(35) ? chance.between(1, 5) : 0;
}

/// Some bugs matter only in rare circumstances, which are made likely.
void generation_circumstances::plant(generation_world& w, generation_bug bug) {
    w.tables.bugs.failures_stay_open = bug == generation_bug::failures_stay_open;
    w.tables.bugs.generations_without_guard = bug == generation_bug::ends_without_guard;
    life.slots_of_dispatcher.keeps_slots = bug == generation_bug::keeps_slots;
    life.slots_of_dispatcher.never_leaves_alone = bug == generation_bug::never_leaves_alone;
    life.slots_of_dispatcher.knows_no_users = bug == generation_bug::knows_no_users;
    w.tables.bugs.counts_attaching = bug == generation_bug::counts_attaching;
    life.ignores_attach = bug == generation_bug::ignores_attach;
    service.bugs.swallows_refusals = bug == generation_bug::swallows_refusals;
    if (bug == generation_bug::ends_without_guard) {
        weight(step::crash_generation) = 15;
        weight(step::cancel) = 20;
    }
    if (bug == generation_bug::ignores_attach || bug == generation_bug::counts_attaching)
        weight(step::kill_process) = weight(step::crash_generation) = 5;
}

void generation_circumstances::end_faults() {
    commits = {};
    engines = {};
    failing_reads = 0;
    weights.fill(0);
    for (const auto usual : {step::run_actor, step::go_on_with_commit, step::go_on_with_read,
                             step::deliver_to_writer, step::go_on_at_engine})
        weight(usual) = 1;
}

} // namespace atelier::test
