#include "tests/simulation/slot_watch.hpp"

#include <caf/actor_cast.hpp>

namespace atelier::test {

dispatcher_actor::behavior_type slot_watch::behave(dispatcher_state::actor* self,
                                                   const dispatcher_context* context, slot_bugs bugs) {
    auto& state = self->state;
    jobs_.clear();
    users_.clear();
    queues_.clear();
    state.start(*context);
    self->attach_functor([this] { down = another_ = true; });
    self->set_down_handler([this, &state](const caf::down_msg& message) {
        state.lost(message.source);
        lost(message.source);
        look(state);
    });
    return {
        [this, self, &state, bugs](request_slot& c) {
            const auto who = caf::actor_cast<generation_actor>(self->current_sender());
            asks(c, caf::actor_cast<caf::actor_addr>(who));
            if (bugs.knows_no_users)
                c.user = user_id{1};
            state.request(std::move(c), who);
            look(state);
        },
        [this, &state, bugs](release_slot& c) {
            gives_back(c);
            if (bugs.keeps_slots)
                return;
            if (bugs.never_leaves_alone)
                c = release_slot{c.id, engine_conduct::unknown};
            state.release(c);
            look(state);
        },
        [&state](find_queue_place c) { return state.on(c); },
        [this, &state](engine_pause_over c) {
            state.on(c);
            look(state);
        },
        [&state](tell_places c) { state.on(c); },
    };
}

void slot_watch::asks(const request_slot& command, const caf::actor_addr& who) {
    actors[command.id] = who;
    on_request(command, static_cast<std::size_t>(std::ranges::count_if(jobs_, [](const auto& known) {
                   return known.second.granted && !known.second.engine;
               })));
    if (jobs_.contains(command.id))
        return;
    if (!waits(command.engines, command.user))
        users_[command.engines][command.user].clear();
    job asking;
    asking.user = command.user;
    asking.engines = command.engines;
    asking.who = who;
    asking.granted = command.held.has_value();
    jobs_.emplace(command.id, std::move(asking));
}

void slot_watch::gives_back(const release_slot& command) {
    const auto known = jobs_.find(command.id);
    if (known == jobs_.end())
        return;
    const auto done = known->second;
    jobs_.erase(known);
    if (!done.granted || !done.engine || another_)
        return;
    auto& at = lanes_.at(done.engine->index);
    if (command.retry_after)
        at.left_alone = std::max(at.left_alone, world_.runtime.time.now() + *command.retry_after);
    if (command.conduct == engine_conduct::bad)
        failed(at, done.then.at(done.engine->index));
    if (command.conduct == engine_conduct::good) {
        at.failures = at.trips_in_row = 0;
        at.tripped = false;
    }
}

void slot_watch::failed(lane& at, const lane& then) {
    // What was there before it tripped tells nothing new.
    if (then.trips != at.trips || (++at.failures < rules_.failures_max && !at.tripped))
        return;
    const auto pause = std::min(rules_.pause * (1 << at.trips_in_row), rules_.pause_limit);
    at.left_alone = std::max(at.left_alone, world_.runtime.time.now() + pause);
    at.tripped = true;
    ++at.trips_in_row;
    ++at.trips;
    ++trips;
}

void slot_watch::lost(const caf::actor_addr& who) {
    std::erase_if(jobs_, [&](const auto& known) { return known.second.who == who; });
}

/// Who does not wait any more has got a slot.
void slot_watch::look(const dispatcher_state& dispatcher) {
    std::map<engine_list, std::map<user_id, int>> users;
    std::map<engine_list, int> queues;
    for (auto& [id, waiting] : jobs_) {
        if (waiting.granted || dispatcher.on(find_queue_place{id}))
            continue;
        waiting.granted = true;
        waiting.granted_at = world_.runtime.time.now();
        waiting.then = lanes_;
        ++users[waiting.engines][waiting.user];
        ++queues[waiting.engines];
        world_.note("generation " + std::to_string(id.value) + " has a slot");
    }
    for (const auto& [engines, granted] : users)
        judge_users(engines, granted);
    judge_queues(queues);
}

bool slot_watch::waits(const engine_list& engines) const {
    return std::ranges::any_of(
        jobs_, [&](const auto& known) { return known.second.engines == engines && !known.second.granted; });
}

bool slot_watch::waits(const engine_list& engines, user_id user) const {
    return std::ranges::any_of(jobs_, [&](const auto& known) {
        return known.second.engines == engines && known.second.user == user && !known.second.granted;
    });
}

/// Whether every job waits for the first of its engines.
bool slot_watch::calm() const {
    return !another_ && std::ranges::none_of(lanes_, [now = world_.runtime.time.now()](const lane& at) {
        return at.tripped || at.left_alone > now;
    });
}

/// While a user waits for the next slot, every other one gets one at most.
void slot_watch::judge_users(const engine_list& engines, const std::map<user_id, int>& granted) {
    auto& overtaken = users_[engines];
    for (const auto& [user, times] : granted)
        overtaken[user].clear();
    for (auto& [user, others] : overtaken) {
        if (granted.contains(user) || !waits(engines, user))
            continue;
        for (const auto& [other, times] : granted)
            if ((others[other] += times) > 1)
                world_.complain("user " + std::to_string(other.value) + " goes before user " +
                                std::to_string(user.value) + " twice");
    }
}

/// While a queue waits for an engine, every other one gets one of its slots at most.
void slot_watch::judge_queues(const std::map<engine_list, int>& granted) {
    if (!calm())
        return queues_.clear();
    for (const auto& [id, waiting] : jobs_)
        if (!waiting.granted)
            queues_.try_emplace(waiting.engines);
    std::erase_if(queues_,
                  [&](const auto& queue) { return granted.contains(queue.first) || !waits(queue.first); });
    for (auto& [queue, others] : queues_)
        for (const auto& [other, times] : granted)
            if (other.front() == queue.front() && (others[other] += times) > 1)
                world_.complain("a queue for engine " + std::to_string(queue.front().index) +
                                " is passed over twice");
}

void slot_watch::submitted(generation_id id, engine_id engine) {
    const auto known = jobs_.find(id);
    if (known == jobs_.end() || !known->second.granted)
        return;
    auto& given = known->second;
    given.engine = engine;
    if (another_)
        return;
    const auto& then = given.then.at(engine.index);
    const auto name = "generation " + std::to_string(id.value);
    if (then.left_alone > given.granted_at)
        world_.complain(name + " goes to engine " + std::to_string(engine.index) +
                        ", which is to be left alone");
    if (!then.tripped)
        return;
    ++trials;
    for (const auto& [other, j] : jobs_)
        if (other != id && j.engine == engine && j.then.at(engine.index).tripped &&
            j.then.at(engine.index).trips == then.trips)
            world_.complain(name + " tries engine " + std::to_string(engine.index) +
                            " while another one does");
}

} // namespace atelier::test
