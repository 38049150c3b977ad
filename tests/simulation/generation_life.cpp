#include "tests/simulation/generation_life.hpp"

namespace atelier::test {
namespace {

using namespace std::chrono_literals;

/// Generations of these styles begin with the last engine, or one in the middle.
constexpr style_id with_last{2};
constexpr style_id with_middle{3};

/// The watch is told the rules that are meant, also when the dispatcher has a bug.
circuit_breaker_rules rules_of(const life_settings& how) {
    auto rules = how.breaker;
    if (how.slots_of_dispatcher.never_leaves_alone)
        rules.failures_max = 1'000;
    return rules;
}

} // namespace

generation_life::generation_life(generation_world& w, const life_settings& how)
    : world_{w}, how_{how}, watch_{w, w.remotes.size(), how.breaker}, engines_{make_engines()},
      library_{*w.files, w.ids, w.random, "local", {100, 1min}, w.directory.path()},
      pool_{0, how.image_queue}, news_{w.runtime.time}, dispatching_{w.runtime.time, w.runtime.meters,
                                                                     depths_,        engines_,
                                                                     rules_of(how),  news_},
      context_{w.runtime.time,
               w.service->actors(),
               w.runtime.meters,
               news_,
               engines_,
               library_,
               pool_,
               how.attempts_max,
               [&w] { return w.chance.between(0, 99) / 100.0; },
               untraced_} {
    auto& service = *w.service;
    watch_.on_request = [this](const request_slot& c, std::size_t on_their_way) {
        requested(c, on_their_way);
    };
    start_dispatcher();
    constexpr std::size_t many = 1'000'000;
    const directory_options family{w.runtime.time, w.runtime.meters, process::idle_timeout, many, 1h};
    generations_ =
        service.born(generations_actor{w.runtime.system.spawn(generations_behavior, &context_, family)});
    service.actors().set(generations_);
}

engine_set generation_life::make_engines() {
    std::vector<engine_set::member> members;
    std::vector<engine_id> usual;
    for (auto& remote : world_.remotes) {
        const engine_id id{members.size()};
        auto driver = std::make_unique<engine_model>(world_, remote, world_.book, how_.slots,
                                                     world_.directory.path(), how_.ignores_attach);
        driver->on_submit = [this, id](generation_id job) { submitted(job, id); };
        drivers_.push_back(driver.get());
        members.push_back({std::move(driver), how_.slots});
        if (usual.empty() || how_.fallback)
            usual.push_back(id);
    }
    const engine_id last{members.size() - 1};
    const engine_id middle{last.index / 2};
    return engine_set{std::move(members), std::move(usual), {{with_last, last}, {with_middle, middle}}};
}

void generation_life::submitted(generation_id id, engine_id engine) {
    watch_.submitted(id, engine);
    if (engines_.order_for(world_.tables.generations.at(id).style).front() != engine)
        ++elsewhere_;
}

/// From the request on, the dispatcher counts a slot that another one gave. It may have given away too many
/// before that; then this one stays out of the count.
void generation_life::requested(const request_slot& command, std::size_t on_their_way) {
    auto& known = world_.book.of(command.id);
    if (known.unheard && command.held)
        known.unheard = drivers_.at(command.held->index)->known_jobs() + on_their_way >= how_.slots;
    else
        known.unheard = false;
}

void generation_life::cut_off() {
    for (auto* driver : drivers_)
        driver->cut_off();
    dispatcher_ = dispatcher_actor{};
    generations_ = generations_actor{};
}

double generation_life::slots_in_use() {
    double sum = 0;
    for (const auto& remote : world_.remotes)
        sum += world_.runtime.meters.engine(remote.name()).running.Value();
    return sum;
}

bool generation_life::crash_generation(generation_id id) {
    const auto known = watch_.actors.find(id);
    if (known == watch_.actors.end())
        return false;
    caf::anon_send_exit(known->second, caf::exit_reason::unhandled_exception);
    watch_.actors.erase(known);
    world_.book.lost_actor(id, world_.tables, world_.remotes);
    world_.book.of(id).excused = true;
    return true;
}

void generation_life::crash_dispatcher() {
    caf::anon_send_exit(dispatcher_, caf::exit_reason::unhandled_exception);
}

void generation_life::restart_dispatcher() {
    for (const auto& [id, row] : world_.tables.generations)
        world_.book.of(id).unheard = true;
    start_dispatcher();
}

void generation_life::start_dispatcher() {
    watch_.down = false;
    auto& service = *world_.service;
    const auto behave = [this](dispatcher_state::actor* self) {
        return watch_.behave(self, &dispatching_, how_.slots_of_dispatcher);
    };
    dispatcher_ = service.born(dispatcher_actor{world_.runtime.system.spawn(behave)});
    service.actors().set(dispatcher_);
}

} // namespace atelier::test
