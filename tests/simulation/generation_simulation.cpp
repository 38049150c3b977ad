#include "tests/simulation/generation_simulation.hpp"

#include "tests/simulation/generation_circumstances.hpp"
#include "tests/simulation/generation_users.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <optional>
#include <utility>

namespace atelier::test {
namespace {

using namespace std::chrono_literals;

using event = generation_step;
constexpr std::size_t most_orders = 24;

class simulation {
public:
    simulation(simulation_runtime& runtime, std::uint64_t seed, const generation_options& options)
        : world_{runtime, seed, options.trace}, users_{world_}, today_{world_, options.bug} {
        start();
    }

    generation_report run() {
        while (world_.now < today_.last_step && world_.complaints.empty())
            step();
        if (world_.complaints.empty())
            come_to_rest();
        if (world_.complaints.empty())
            audit();
        end_life();
        for (const auto& what : world_.tables.complaints)
            world_.complain(what);
        // Timers of actors that are gone.
        world_.runtime.scheduler.trigger_timeouts();
        world_.runtime.settle();
        report_.complaints = std::move(world_.complaints);
        report_.steps = world_.now;
        return std::move(report_);
    }

private:
    void start() {
        auto& chance = world_.chance;
        const auto now = world_.runtime.time.now();
        for (int user = 1; user <= chance.between(1, 3); ++user) {
            world_.users.emplace_back(user);
            world_.tables.foreign_grant(
                user_id{user}, purchase_id{world_.ids.next(id_sequence::token_purchases)},
                chance.between(10, 40), now + 72h,
                transaction_id{world_.ids.next(id_sequence::token_transactions)}, now, 0, false);
        }
        begin_life();
    }

    // -- lives of the process -------------------------------------------------------------------------------

    void begin_life() {
        world_.service.emplace(world_.runtime, world_.tables, world_.ids, world_.gateway, today_.service,
                               [this](const std::string& what) { world_.note(what); });
        life_.emplace(world_, today_.life);
    }

    void end_life() {
        life_->cut_off();
        (void)world_.service->kill(world_.chance, world_.now);
        for (const auto* driver : life_->drivers())
            report_.attached += driver->attached;
        report_.elsewhere += life_->elsewhere();
        report_.trips += life_->watch().trips;
        report_.trials += life_->watch().trials;
        life_.reset();
        world_.service.reset();
    }

    void kill() {
        world_.note("the process is killed");
        ++report_.deaths;
        end_life();
        world_.book.lost_process(world_.tables, world_.remotes);
        users_.disconnected();
        begin_life();
        sweep();
    }

    // -- one step -------------------------------------------------------------------------------------------

    void step() {
        ++world_.now;
        int sum = 0;
        std::array<int, generation_step_count> until{};
        for (std::size_t i = 0; i < generation_step_count; ++i)
            until.at(i) = sum +=
                today_.weights.at(i) > 0 && possible(static_cast<event>(i)) ? today_.weights.at(i) : 0;
        const auto drawn = world_.chance.between(1, sum);
        for (std::size_t i = 0; i < generation_step_count; ++i)
            if (drawn <= until.at(i))
                return happen(static_cast<event>(i));
    }

    [[nodiscard]] bool possible(event e) {
        switch (e) {
        case event::run_actor:
            return world_.runtime.scheduler.has_job();
        case event::go_on_with_commit:
            return !busy_committers().empty();
        case event::go_on_with_read:
            return world_.service->reader().busy();
        case event::deliver_to_writer:
            return !busy_links().empty();
        case event::go_on_at_engine:
            return !busy_engines().empty();
        case event::spend:
            return users_.ordered() < most_orders;
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
            auto busy = busy_committers();
            return chance.of(busy)->step(chance, today_.commits, world_.now);
        }
        case event::go_on_with_read:
            return service.reader().step(chance, today_.failing_reads, world_.runtime.time.now());
        case event::deliver_to_writer: {
            auto busy = busy_links();
            return chance.of(busy)->step(chance);
        }
        case event::go_on_at_engine: {
            auto busy = busy_engines();
            return chance.of(busy)->step(today_.engines);
        }
        case event::look_at_image:
            life_->images().run_one();
            return;
        case event::spend:
            return users_.spend();
        case event::cancel:
            return users_.cancel(life_->generations());
        case event::sweep:
            return sweep();
        case event::pass_time:
            return pass_time(std::chrono::milliseconds{chance.between(1, 2'000)});
        case event::pass_long_time:
            return pass_time(std::chrono::seconds{chance.between(2, 30)});
        case event::forget_work:
            return forget_work();
        case event::kill_process:
            return kill();
        case event::crash_generation:
            return crash_generation();
        case event::crash_dispatcher:
            return crash_or_restart_dispatcher();
        case event::crash_wallet:
            report_.crashes += service.crash_wallet(chance.of(world_.users)) ? 1U : 0U;
            return world_.note("a wallet crashes");
        case event::crash_writer:
            return crash_or_restart_writer();
        case event::count_:
            return;
        }
    }

    /// The next actor in some order handles one message.
    void run_actor() {
        auto& jobs = world_.runtime.scheduler.jobs;
        auto& chance = world_.chance;
        std::size_t which = 0;
        if (today_.order == 0 || chance.chance(30))
            which = chance.below(jobs.size());
        else if (today_.order == 1)
            which = jobs.size() - 1;
        std::swap(jobs[0], jobs[which]);
        world_.runtime.step();
    }

    [[nodiscard]] std::vector<committer_model*> busy_committers() {
        std::vector<committer_model*> busy;
        for (std::size_t i = 0; i < world_.service->writers(); ++i)
            if (world_.service->committer(i).busy())
                busy.push_back(&world_.service->committer(i));
        return busy;
    }

    [[nodiscard]] std::vector<writer_link*> busy_links() {
        std::vector<writer_link*> busy;
        for (const auto& link : world_.service->links())
            if (link->busy())
                busy.push_back(link.get());
        return busy;
    }

    [[nodiscard]] std::vector<engine_model*> busy_engines() {
        std::vector<engine_model*> busy;
        std::ranges::copy_if(life_->drivers(), std::back_inserter(busy),
                             [](const auto* driver) { return driver->busy(); });
        return busy;
    }

    /// As the sweeper: what it has found may be out of date when it tells of it.
    void sweep() {
        auto found = std::exchange(found_, {});
        for (const auto& [id, row] : world_.tables.generations)
            if (!is_final(row.status))
                found_.emplace_back(id, row.user, row.deadline, row.style,
                                    row.status == generation_status::running);
        if (found.empty() || world_.chance.chance(70))
            found = found_;
        for (std::size_t copies = world_.chance.below(3) * found.size(); copies > 0; --copies)
            found.push_back(found[world_.chance.below(found.size())]);
        for (std::size_t i = 1; i < found.size(); ++i)
            std::swap(found[i], found[world_.chance.below(i + 1)]);
        world_.note("the sweeper tells of " + std::to_string(found.size()) + " generations");
        for (const auto& one : found)
            caf::anon_send(life_->generations(), one);
    }

    void pass_time(microseconds by) {
        world_.move_clock(by);
        world_.runtime.scheduler.advance_time(by);
    }

    void forget_work() {
        auto& remote = world_.chance.of(world_.remotes);
        const auto whose = remote.forget_some(world_.chance);
        if (!whose)
            return;
        world_.note(remote.name() + " forgets its work for generation " + std::to_string(whose->value));
        ++world_.book.of(*whose).may_begin;
    }

    void crash_generation() {
        if (world_.tables.generations.empty())
            return;
        const auto id = world_.chance.of(world_.tables.generations).first;
        if (!life_->crash_generation(id))
            return;
        ++report_.crashes;
        world_.note("generation " + std::to_string(id.value) + " crashes");
    }

    void crash_or_restart_dispatcher() {
        if (life_->dispatcher_down()) {
            world_.note("the dispatcher is started again");
            return life_->restart_dispatcher();
        }
        ++report_.crashes;
        world_.note("the dispatcher crashes");
        life_->crash_dispatcher();
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

    // -- the end --------------------------------------------------------------------------------------------

    /// Without faults from now on: every generation ends, and nobody waits for anything.
    void come_to_rest() {
        calm_since_ = world_.runtime.time.now();
        world_.note("no more faults");
        today_.end_faults();
        world_.files->failures = 0;
        for (std::size_t i = 0; i < world_.service->writers(); ++i)
            if (world_.service->writer_down(i))
                world_.service->restart_writer(i);
        constexpr int rounds = 150; // longer than any deadline
        for (int i = 0; i < rounds && !at_rest(); ++i) {
            go_on(5'000);
            if (life_->dispatcher_down())
                life_->restart_dispatcher();
            pass_time(4s);
            sweep();
        }
        if (!at_rest())
            world_.complain("generations do not end");
        if (users_.waiting())
            world_.complain("somebody is never answered");
        if (const auto awake = still_awake(); !awake.empty())
            world_.complain("generation " + awake + " does not leave memory");
        if (life_->depths().total() != 0)
            world_.complain("somebody waits for a slot still");
        if (life_->slots_in_use() != 0)
            world_.complain("a slot is not given back");
    }

    [[nodiscard]] bool at_rest() const {
        return !life_->dispatcher_down() && !users_.waiting() &&
               std::ranges::all_of(world_.tables.generations,
                                   [](const auto& known) { return is_final(known.second.status); });
    }

    void go_on(stamp steps) {
        for (const auto end = world_.now + steps; world_.now < end && world_.complaints.empty();) {
            if (anything_possible())
                step();
            else if (!life_->images().run_one())
                return;
        }
    }

    bool anything_possible() {
        for (std::size_t i = 0; i < generation_step_count; ++i)
            if (today_.weights.at(i) > 0 && possible(static_cast<event>(i)))
                return true;
        return false;
    }

    /// Some generation whose actor stays though nothing happens until its deadline; "" when there is none.
    std::string still_awake() {
        children_report left;
        left.live = 1;
        for (int i = 0; i < 40 && left.live > 0; ++i) {
            pass_time(10s);
            go_on(1'000);
            world_.service->request<children_report>(life_->generations(), list_children{1},
                                                     [&](children_report* r) { left = std::move(*r); });
            world_.runtime.settle();
        }
        return left.live == 0 ? "" : left.children.at(0).key;
    }

    void audit() {
        for (const auto& what : test::audit(world_.tables))
            world_.complain(what);
        users_.audit();
        std::map<std::string, int> outputs; // by what they say of their generation
        for (const auto& [id, metadata] : world_.tables.images)
            ++outputs[metadata];
        for (const auto& [id, row] : world_.tables.generations) {
            const auto name = "generation " + std::to_string(id.value);
            const bool succeeded = row.status == generation_status::succeeded;
            if (outputs["{\"generation_id\":" + std::to_string(id.value) + "}"] != (succeeded ? 1 : 0))
                world_.complain(name + " has another number of outputs than it should");
            if (succeeded != row.error.empty() || succeeded != row.output.has_value())
                world_.complain(name + " has an error and an output, or neither");
            if (row.run.finished_at > std::max(row.deadline, calm_since_) + 90s)
                world_.complain(name + " ends long after its deadline");
            check_attempts(name, row, world_.book.of(id));
            auto& counted = succeeded                           ? report_.succeeded
                            : row.error.starts_with("canceled") ? report_.canceled
                                                                : report_.failed;
            ++counted;
        }
    }

    void check_attempts(const std::string& name, const database::generation& row,
                        const generation_book::entry& known) {
        if (row.run.attempt > today_.life.attempts_max ||
            known.submitted > today_.life.attempts_max + known.may_submit)
            world_.complain(name + " was tried too often");
        // No engine hears of an attempt that is cancelled before, or whose photo cannot be fetched.
        const bool tried_last = row.error.empty() || row.error.starts_with("engine_failed");
        if (tried_last && !world_.files->elsewhere() && row.run.attempt > known.begun + known.lost)
            world_.complain(name + " counts attempts that were none");
    }

    generation_world world_;
    generation_users users_;
    generation_circumstances today_;
    std::optional<generation_life> life_;
    std::vector<start_generation> found_; ///< by the sweeper, last time
    instant calm_since_;                  ///< nothing goes wrong any more
    generation_report report_;
};

} // namespace

void generation_report::add(const generation_report& other) {
    steps += other.steps;
    succeeded += other.succeeded;
    canceled += other.canceled;
    failed += other.failed;
    attached += other.attached;
    elsewhere += other.elsewhere;
    trips += other.trips;
    trials += other.trials;
    deaths += other.deaths;
    crashes += other.crashes;
}

generation_report simulate_generations(simulation_runtime& runtime, std::uint64_t seed,
                                       const generation_options& options) {
    spdlog::set_level(spdlog::level::err); // what is warned of is the order of the day here
    return simulation{runtime, seed, options}.run();
}

} // namespace atelier::test
