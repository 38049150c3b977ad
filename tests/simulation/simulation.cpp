#include "tests/simulation/simulation.hpp"

#include "tests/simulation/clients.hpp"

#include <array>
#include <utility>

namespace atelier::test {
namespace {

using namespace std::chrono_literals;

enum class event : std::uint8_t {
    run_actor,
    go_on_with_commit,
    go_on_with_read,
    deliver_to_writer,
    begin_command,
    retry_command,
    pass_time,
    lose_patience,
    jump_clock,
    kill_process,
    crash_wallet,
    crash_writer,
    write_as_foreigner,
    run_out_of_ids,
    commit_leftover,
    count_
};
constexpr std::size_t most_commands = 16;
constexpr auto event_count = static_cast<std::size_t>(event::count_);
using weights = std::array<int, event_count>;

class simulation {
public:
    simulation(simulation_runtime& runtime, std::uint64_t seed, const simulation_options& options)
        : world_{runtime, seed, options.trace}, clients_{world_} {
        plant(options.bug);
        choose_circumstances();
        favour(options.bug);
        start();
    }

    simulation_report run() {
        while (world_.now < last_step_ && world_.complaints.empty())
            step();
        if (world_.complaints.empty())
            come_to_rest();
        clients_.audit();
        world_.service.reset();
        for (const auto& what : world_.tables.complaints)
            world_.complain(what);
        // Timers of actors that are gone.
        world_.runtime.scheduler.trigger_timeouts();
        world_.runtime.settle();
        report_.complaints = std::move(world_.complaints);
        report_.accepted = clients_.accepted;
        report_.steps = world_.now;
        return std::move(report_);
    }

private:
    int& weight(event e) { return weights_.at(static_cast<std::size_t>(e)); }

    void plant(planted_bug bug) {
        auto& bugs = world_.tables.bugs;
        bugs.lots_without_guard = bug == planted_bug::spends_without_guard;
        bugs.generations_without_guard = bug == planted_bug::refunds_without_guard;
        bugs.keys_not_unique = bug == planted_bug::keys_not_unique;
        bugs.torn_change_sets = bug == planted_bug::tears_change_sets;
        settings_.answers_early = bug == planted_bug::replies_before_commit;
        settings_.forgets_lives = bug == planted_bug::goes_on_after_refusal;
        settings_.skips_barrier = bug == planted_bug::looks_too_early;
        settings_.bugs.forgets_committed = bug == planted_bug::repeats_unknown_commit;
        settings_.bugs.swallows_refusals = bug == planted_bug::swallows_refusals;
        settings_.bugs.leaves_no_fence = bug == planted_bug::restarts_without_fence;
    }

    /// Each run has some of the faults, so that each fault also meets runs without the others.
    void choose_circumstances() {
        auto& chance = world_.chance;
        settings_.writers = static_cast<std::size_t>(chance.between(1, 2));
        settings_.in_flight_limit = chance.chance(20) ? 3 : 16;
        settings_.batch_limit = static_cast<std::size_t>(chance.between(1, 8));
        settings_.backlog_limit = chance.chance(20) ? 2 : 32;
        order_ = chance.between(0, 2);
        weight(event::run_actor) = 600;
        weight(event::go_on_with_commit) = chance.between(40, 200);
        weight(event::go_on_with_read) = chance.between(40, 200);
        weight(event::deliver_to_writer) = chance.between(40, 200);
        weight(event::begin_command) = chance.between(30, 120);
        weight(event::retry_command) = 50;
        weight(event::pass_time) = 10;
        weight(event::commit_leftover) = 20;
        for (const auto fault :
             {event::lose_patience, event::jump_clock, event::kill_process, event::crash_wallet,
              event::crash_writer, event::write_as_foreigner, event::run_out_of_ids})
            weight(fault) = chance.chance(40) ? chance.between(2, 15) : 0;
        if (chance.chance(50)) {
            commits_.refusal = chance.between(0, 25);
            commits_.lost = chance.between(0, 40);
            failing_reads_ = chance.between(0, 15);
        }
        last_step_ = static_cast<stamp>(chance.between(60, 240));
    }

    /// Some bugs matter only in rare circumstances.
    void favour(planted_bug bug) {
        if (bug == planted_bug::restarts_without_fence) {
            weight(event::kill_process) = 15;
            weight(event::commit_leftover) = 5;
            weight(event::crash_wallet) = weight(event::crash_writer) = weight(event::write_as_foreigner) = 0;
        }
        if (bug == planted_bug::looks_too_early) {
            weight(event::crash_wallet) = 15;
            weight(event::go_on_with_commit) = 20;
        }
        world_.foreigners = settings_.looks_often = weight(event::write_as_foreigner) > 0;
    }

    void start() {
        auto& chance = world_.chance;
        const auto now = world_.runtime.time.now();
        for (int user = 1; user <= chance.between(1, 3); ++user) {
            world_.users.emplace_back(user);
            for (int lots = chance.between(1, 4); lots > 0; --lots)
                world_.tables.foreign_grant(
                    user_id{user}, next<purchase_id>(id_sequence::token_purchases), chance.between(1, 20),
                    now + std::chrono::hours{chance.between(1, 72)},
                    next<transaction_id>(id_sequence::token_transactions), now, 0, false);
        }
        restart();
    }

    template <class Id>
    Id next(id_sequence sequence) {
        return Id{world_.ids.next(sequence)};
    }

    void restart() {
        world_.service.emplace(world_.runtime, world_.tables, world_.ids, world_.gateway, settings_,
                               [this](const std::string& what) { world_.note(what); });
    }

    // -- one step -------------------------------------------------------------------------------------------

    void step() {
        ++world_.now;
        int sum = 0;
        std::array<int, event_count> until{};
        for (std::size_t i = 0; i < event_count; ++i)
            until.at(i) = sum += weights_.at(i) > 0 && possible(static_cast<event>(i)) ? weights_.at(i) : 0;
        const auto drawn = world_.chance.between(1, sum);
        for (std::size_t i = 0; i < event_count; ++i)
            if (drawn <= until.at(i))
                return happen(static_cast<event>(i));
    }

    [[nodiscard]] bool possible(event e) {
        switch (e) {
        case event::run_actor:
            return world_.runtime.scheduler.has_job();
        case event::go_on_with_commit:
            return some_writer([](process& p, std::size_t i) { return p.committer(i).busy(); });
        case event::go_on_with_read:
            return world_.service->reader().busy();
        case event::deliver_to_writer:
            return std::ranges::any_of(world_.service->links(),
                                       [](const auto& link) { return link->busy(); });
        case event::begin_command:
            return clients_.begun() < most_commands;
        case event::retry_command:
            return clients_.unfinished();
        case event::lose_patience:
            return clients_.waiting();
        case event::commit_leftover:
            return !leftovers_.empty();
        default:
            return true;
        }
    }

    void happen(event e) {
        auto& service = *world_.service;
        auto& chance = world_.chance;
        switch (e) {
        case event::run_actor:
            return run_actor();
        case event::go_on_with_commit: {
            const auto writer =
                chosen_writer([](process& p, std::size_t i) { return p.committer(i).busy(); });
            return service.committer(writer).step(chance, commits_, world_.now);
        }
        case event::go_on_with_read:
            return service.reader().step(chance, failing_reads_, world_.runtime.time.now());
        case event::deliver_to_writer:
            return deliver_to_writer();
        case event::begin_command:
            return clients_.begin();
        case event::retry_command:
            return clients_.retry();
        case event::lose_patience:
            return clients_.lose_patience();
        case event::pass_time:
            return pass_time(std::chrono::milliseconds{chance.between(1, 400)});
        case event::jump_clock:
            return jump_clock();
        case event::kill_process:
            return kill();
        case event::crash_wallet:
            return crash_wallet();
        case event::crash_writer:
            return crash_or_restart_writer();
        case event::write_as_foreigner:
            return write_as_foreigner();
        case event::run_out_of_ids:
            world_.note("the ids run dry, or are there again");
            return world_.ids.run_dry_after(std::exchange(dry_, !dry_) ? -1 : chance.between(0, 3));
        case event::commit_leftover:
            world_.note("what a dead process left commits");
            (void)world_.tables.commit(std::exchange(leftovers_, {}), world_.now);
            return;
        case event::count_:
            return;
        }
    }

    /// The next actor in some order handles one message.
    void run_actor() {
        auto& jobs = world_.runtime.scheduler.jobs;
        auto& chance = world_.chance;
        std::size_t which = 0;
        if (order_ == 0 || chance.chance(30))
            which = chance.below(jobs.size());
        else if (order_ == 1)
            which = jobs.size() - 1;
        std::swap(jobs[0], jobs[which]);
        world_.runtime.step();
    }

    void deliver_to_writer() {
        std::vector<writer_link*> busy;
        for (const auto& link : world_.service->links())
            if (link->busy())
                busy.push_back(link.get());
        world_.chance.of(busy)->step(world_.chance);
    }

    void pass_time(microseconds by) {
        world_.move_clock(by);
        world_.runtime.scheduler.advance_time(by);
    }

    /// The machine's clock is set; timers go by another one.
    void jump_clock() {
        const auto by = std::chrono::minutes{world_.chance.between(-120, 36 * 60)};
        world_.note("the clock jumps by " + std::to_string(by.count()) + " minutes");
        world_.move_clock(by);
    }

    void kill() {
        world_.note("the process is killed");
        ++report_.deaths;
        for (auto& set : world_.service->kill(world_.chance, world_.now))
            leftovers_.push_back(std::move(set));
        clients_.disconnected();
        restart();
    }

    void crash_wallet() {
        const auto user = world_.chance.of(world_.users);
        if (!world_.service->crash_wallet(user))
            return;
        ++report_.crashes;
        world_.note("the wallet of user " + std::to_string(user.value) + " crashes");
    }

    void crash_or_restart_writer() {
        auto& service = *world_.service;
        const auto writer = world_.chance.below(service.writers());
        if (service.writer_down(writer)) {
            world_.note("writer " + std::to_string(writer) + " is started again");
            return service.restart_writer(writer);
        }
        ++report_.crashes;
        world_.note("writer " + std::to_string(writer) + " crashes");
        service.crash_writer(writer);
    }

    void write_as_foreigner() {
        if (dry_)
            return;
        ++report_.foreign_writes;
        if (world_.chance.chance(20))
            give_as_foreigner();
        else
            take_as_foreigner();
    }

    void give_as_foreigner() {
        auto& chance = world_.chance;
        const auto user = chance.of(world_.users);
        const auto amount = chance.between(1, 10);
        const auto now = world_.runtime.time.now();
        world_.note("a foreigner gives " + std::to_string(amount) + " to user " + std::to_string(user.value));
        world_.tables.foreign_grant(user, next<purchase_id>(id_sequence::token_purchases), amount,
                                    now + std::chrono::hours{chance.between(1, 72)},
                                    next<transaction_id>(id_sequence::token_transactions), now, world_.now);
    }

    void take_as_foreigner() {
        auto& tables = world_.tables;
        const auto& [id, lot] = world_.chance.of(tables.lots);
        const auto now = world_.runtime.time.now();
        if (lot.remaining == 0 || lot.expires_at <= now)
            return;
        const auto amount = world_.chance.between(1, lot.remaining);
        world_.note("a foreigner takes " + std::to_string(amount) + " from lot " + std::to_string(id.value));
        tables.foreign_spend(next<generation_id>(id_sequence::generations), id, amount,
                             next<transaction_id>(id_sequence::token_transactions), now, world_.now);
    }

    template <class Is>
    bool some_writer(Is is) {
        for (std::size_t i = 0; i < world_.service->writers(); ++i)
            if (is(*world_.service, i))
                return true;
        return false;
    }

    template <class Is>
    std::size_t chosen_writer(Is is) {
        auto i = world_.chance.below(world_.service->writers());
        while (!is(*world_.service, i))
            i = (i + 1) % world_.service->writers();
        return i;
    }

    // -- the end --------------------------------------------------------------------------------------------

    /// Without faults from now on: whoever asked is answered, and every wallet falls asleep.
    void come_to_rest() {
        world_.note("no more faults");
        commits_ = {};
        failing_reads_ = 0;
        world_.ids.run_dry_after(-1);
        for (std::size_t i = 0; i < world_.service->writers(); ++i)
            if (world_.service->writer_down(i))
                world_.service->restart_writer(i);
        weights_.fill(0);
        for (const auto usual : {event::run_actor, event::go_on_with_commit, event::go_on_with_read,
                                 event::deliver_to_writer, event::retry_command, event::commit_leftover})
            weight(usual) = 1;
        go_on(5'000);
        if (clients_.waiting())
            world_.complain("somebody is never answered");
        if (!fall_asleep())
            world_.complain("a wallet does not leave memory");
    }

    void go_on(stamp steps) {
        for (const auto end = world_.now + steps; world_.now < end && anything_possible();)
            step();
    }

    bool anything_possible() {
        for (std::size_t i = 0; i < event_count; ++i)
            if (weights_.at(i) > 0 && possible(static_cast<event>(i)))
                return true;
        return false;
    }

    bool fall_asleep() {
        world_.move_clock(4h); // wherever it jumped back from
        std::size_t live = 1;
        for (int i = 0; i < 80 && live > 0; ++i) {
            pass_time(process::idle_timeout / 8);
            go_on(1'000);
            world_.service->request<children_report>(world_.service->wallets(), list_children{1},
                                                     [&](children_report* r) { live = r->live; });
            world_.runtime.settle();
        }
        return live == 0;
    }

    world world_;
    clients clients_;
    process::settings settings_;
    weights weights_{};
    int order_ = 0; ///< of actors: any, the last first, the first first
    commit_faults commits_;
    int failing_reads_ = 0;
    stamp last_step_ = 0;
    bool dry_ = false;
    std::vector<change_set> leftovers_;
    simulation_report report_;
};

} // namespace

simulation_report simulate(simulation_runtime& runtime, std::uint64_t seed,
                           const simulation_options& options) {
    return simulation{runtime, seed, options}.run();
}

} // namespace atelier::test
