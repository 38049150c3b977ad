#include "tests/simulation/slot_watch.hpp"

#include <caf/actor_cast.hpp>

namespace atelier::test {

dispatcher_actor::behavior_type slot_watch::behave(dispatcher_state::actor* self,
                                                   const dispatcher_context* context, slot_bugs bugs) {
    auto& state = self->state;
    jobs_.clear();
    overtaken_.clear();
    state.start(*context);
    self->attach_functor([this] { down = another_ = true; });
    self->set_down_handler([this, &state](const caf::down_msg& message) {
        state.lost(message.source);
        lost(message.source);
        look(state);
    });
    return {
        [this, self, &state](request_slot& c) {
            const auto who = caf::actor_cast<generation_actor>(self->current_sender());
            asks(c, caf::actor_cast<caf::actor_addr>(who));
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
    };
}

void slot_watch::asks(const request_slot& command, const caf::actor_addr& who) {
    actors[command.id] = who;
    if (jobs_.contains(command.id))
        return;
    if (!waits(command.user))
        overtaken_[command.user].clear();
    job asking;
    asking.user = command.user;
    asking.who = who;
    jobs_.emplace(command.id, std::move(asking));
}

void slot_watch::gives_back(const release_slot& command) {
    const auto known = jobs_.find(command.id);
    if (known == jobs_.end())
        return;
    const auto done = known->second;
    jobs_.erase(known);
    if (!done.granted || !done.engine)
        return;
    auto& at = lanes_.at(done.engine->index);
    const auto now = world_.runtime.time.now();
    if (command.retry_after)
        at.left_alone = std::max(at.left_alone, now + *command.retry_after);
    if (command.conduct == engine_conduct::good)
        at.failures = 0;
    if (command.conduct == engine_conduct::bad && ++at.failures == rules_.failures_max)
        at.left_alone = std::max(at.left_alone, now + rules_.pause);
}

void slot_watch::lost(const caf::actor_addr& who) {
    std::erase_if(jobs_, [&](const auto& known) { return known.second.who == who; });
}

/// Who does not wait any more has got a slot.
void slot_watch::look(const dispatcher_state& dispatcher) {
    std::map<user_id, int> granted;
    for (auto& [id, waiting] : jobs_) {
        if (waiting.granted || dispatcher.on(find_queue_place{id}))
            continue;
        waiting.granted = true;
        waiting.granted_at = world_.runtime.time.now();
        for (const auto& at : lanes_)
            waiting.left_alone.push_back(at.left_alone);
        ++granted[waiting.user];
        world_.note("generation " + std::to_string(id.value) + " has a slot");
    }
    if (lanes_.size() == 1) // several engines have a queue each
        judge_fairness(granted);
}

bool slot_watch::waits(user_id user) const {
    return std::ranges::any_of(
        jobs_, [&](const auto& known) { return known.second.user == user && !known.second.granted; });
}

/// While somebody waits for his next slot, every other one gets one at most.
void slot_watch::judge_fairness(const std::map<user_id, int>& granted) {
    for (const auto& [user, times] : granted)
        overtaken_[user].clear();
    for (auto& [user, others] : overtaken_) {
        if (granted.contains(user) || !waits(user))
            continue;
        for (const auto& [other, times] : granted)
            if ((others[other] += times) > 1)
                world_.complain("user " + std::to_string(other.value) + " goes before user " +
                                std::to_string(user.value) + " twice");
    }
}

void slot_watch::submitted(generation_id id, engine_id engine) {
    const auto known = jobs_.find(id);
    if (known == jobs_.end() || !known->second.granted || another_)
        return;
    auto& given = known->second;
    given.engine = engine;
    if (given.left_alone.at(engine.index) > given.granted_at)
        world_.complain("generation " + std::to_string(id.value) + " goes to engine " +
                        std::to_string(engine.index) + ", which is to be left alone");
}

} // namespace atelier::test
