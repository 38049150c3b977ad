#include "actors/dispatcher.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atelier {

void queue_depths::entered(user_id user) {
    const std::lock_guard lock{mutex_};
    ++total_;
    ++users_[user];
}

void queue_depths::left(user_id user) {
    const std::lock_guard lock{mutex_};
    --total_;
    if (--users_[user] == 0)
        users_.erase(user);
}

void queue_depths::reset() {
    const std::lock_guard lock{mutex_};
    total_ = 0;
    users_.clear();
}

std::size_t queue_depths::total() const {
    const std::lock_guard lock{mutex_};
    return total_;
}

std::size_t queue_depths::of(user_id user) const {
    const std::lock_guard lock{mutex_};
    const auto known = users_.find(user);
    return known == users_.end() ? 0 : known->second;
}

void dispatcher_state::start(const dispatcher_context& context) {
    context_ = &context;
    context.depths.reset();
    for (std::size_t i = 0; i < context.engines.size(); ++i) {
        const engine_id id{i};
        lane one;
        one.meters = &context.meters.engine(context.engines.at(id).name());
        one.slots = context.engines.slots(id);
        one.breaker = circuit_breaker{context.breaker};
        lanes_.push_back(std::move(one));
    }
}

void dispatcher_state::request(request_slot command, generation_actor who) {
    const auto address = caf::actor_cast<caf::actor_addr>(who);
    const auto [place, fresh] = jobs_.try_emplace(command.id);
    if (!fresh)
        return;
    auto& asking = place->second;
    asking.who = std::move(who);
    asking.user = command.user;
    asking.engines = std::move(command.engines);
    asking.at = choose(asking.engines);
    self_->monitor(address);
    owners_.emplace(address.id(), command.id);
    context_->depths.entered(command.user);
    lanes_.at(asking.at.index).waiting.push(command.user, command.id);
    hand_out(asking.at);
}

void dispatcher_state::release(const release_slot& command) {
    const auto known = jobs_.find(command.id);
    if (known == jobs_.end())
        return;
    const auto address = caf::actor_cast<caf::actor_addr>(known->second.who);
    self_->demonitor(address);
    owners_.erase(address.id());
    const auto at = known->second.at;
    if (known->second.granted)
        judge(lanes_.at(at.index), known->second, command);
    forget(command.id);
    hand_out(at);
}

void dispatcher_state::lost(const caf::actor_addr& who) {
    const auto owner = owners_.find(who.id());
    if (owner == owners_.end())
        return;
    const auto id = owner->second;
    owners_.erase(owner);
    const auto at = jobs_.at(id).at;
    if (jobs_.at(id).granted)
        lanes_.at(at.index).breaker.left();
    forget(id);
    hand_out(at);
}

outcome<queue_place> dispatcher_state::on(find_queue_place question) const {
    const auto known = jobs_.find(question.id);
    if (known == jobs_.end() || known->second.granted)
        return errc::not_found;
    const auto& at = lanes_.at(known->second.at.index);
    queue_place place;
    place.ahead = at.waiting.ahead_of(question.id).value_or(0);
    if (at.usual) {
        // All slots are taken, or it would not wait: on average one is free after a part of the usual time.
        const auto turns = static_cast<double>(place.ahead + 1) / static_cast<double>(at.slots);
        const auto pause = std::max(at.breaker.until() - context_->time.now(), microseconds{0});
        place.estimated_wait =
            std::chrono::duration_cast<std::chrono::milliseconds>(*at.usual * turns + pause);
    }
    return place;
}

void dispatcher_state::on(engine_pause_over over) {
    lanes_.at(over.engine.index).timer = false;
    hand_out(over.engine);
}

/// The first engine that takes jobs now; if none does, the one that will first.
engine_id dispatcher_state::choose(const std::vector<engine_id>& engines) const {
    const auto now = context_->time.now();
    const auto open =
        std::ranges::find_if(engines, [&](engine_id e) { return lanes_.at(e.index).breaker.admits(now); });
    if (open != engines.end())
        return *open;
    return *std::ranges::min_element(engines, {},
                                     [&](engine_id e) { return lanes_.at(e.index).breaker.until(); });
}

/// Notes what a job that gives back its slot says of the engine.
void dispatcher_state::judge(lane& at, const job& done, const release_slot& how) {
    const auto now = context_->time.now();
    if (how.retry_after)
        at.breaker.hold(now + *how.retry_after);
    switch (how.conduct) {
    case engine_conduct::good: {
        constexpr double weight = 0.2; // of the latest one
        const std::chrono::duration<double> took = now - *done.granted;
        at.usual = at.usual ? *at.usual * (1 - weight) + took * weight : took;
        at.breaker.succeeded();
        at.meters->good.Increment();
        break;
    }
    case engine_conduct::bad:
        at.breaker.failed(now);
        at.meters->bad.Increment();
        break;
    case engine_conduct::busy:
        at.breaker.left();
        at.meters->busy.Increment();
        break;
    case engine_conduct::unknown:
        at.breaker.left();
        at.meters->unknown.Increment();
        break;
    }
    at.meters->left_alone.Set(at.breaker.tripped() ? 1 : 0);
}

void dispatcher_state::forget(generation_id id) {
    const auto known = jobs_.find(id);
    auto& at = lanes_.at(known->second.at.index);
    if (known->second.granted) {
        --at.running;
    } else {
        at.waiting.erase(id);
        context_->depths.left(known->second.user);
    }
    jobs_.erase(known);
}

/// An engine takes nobody now: whoever waits there and has another one goes there.
void dispatcher_state::move_on(engine_id from) {
    std::vector<engine_id> touched;
    for (const auto id : lanes_.at(from.index).waiting.in_order()) {
        auto& one = jobs_.at(id);
        const auto to = choose(one.engines);
        if (to == from)
            continue;
        lanes_.at(from.index).waiting.erase(id);
        one.at = to;
        lanes_.at(to.index).waiting.push(one.user, id);
        touched.push_back(to);
    }
    for (const auto to : touched)
        hand_out(to);
}

void dispatcher_state::hand_out(engine_id from) {
    auto& at = lanes_.at(from.index);
    const auto now = context_->time.now();
    while (at.running < at.slots && at.breaker.admits(now)) {
        const auto next = at.waiting.pop();
        if (!next)
            break;
        auto& chosen = jobs_.at(*next);
        chosen.granted = now;
        ++at.running;
        at.breaker.began();
        context_->depths.left(chosen.user);
        self_->send(chosen.who, slot_granted{*next, from});
    }
    if (at.waiting.size() > 0 && !at.breaker.admits(now)) {
        if (now < at.breaker.until() && !std::exchange(at.timer, true))
            self_->delayed_send(self_, at.breaker.until() - now, engine_pause_over{from});
        move_on(from);
    }
    at.meters->queued.Set(static_cast<double>(at.waiting.size()));
    at.meters->running.Set(static_cast<double>(at.running));
}

dispatcher_actor::behavior_type dispatcher_behavior(dispatcher_state::actor* self,
                                                    const dispatcher_context* context) {
    auto& state = self->state;
    state.start(*context);
    self->set_down_handler([&state](const caf::down_msg& down) { state.lost(down.source); });
    return {
        [self, &state](request_slot& c) {
            state.request(std::move(c), caf::actor_cast<generation_actor>(self->current_sender()));
        },
        [&state](const release_slot& c) { state.release(c); },
        [&state](find_queue_place c) { return state.on(c); },
        [&state](engine_pause_over c) { state.on(c); },
    };
}

} // namespace atelier
