#include "actors/dispatcher.hpp"

#include "actors/domain/views.hpp"
#include "actors/runtime/event_hub.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

constexpr auto places_pause = std::chrono::seconds{1};
/// So many places are looked up at once, for their cost: that many times the users who wait.
constexpr std::size_t places_max = 200;

} // namespace

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
    show(); // not what the last one has shown
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
    self_->monitor(address);
    owners_.emplace(address.id(), command.id);
    if (command.held) {
        // Of a dispatcher that is no more.
        asking.at = *command.held;
        asking.granted = context_->time.now();
        ++at(asking.at).running;
    } else {
        context_->depths.entered(command.user);
        waiting_[asking.engines].push(command.user, command.id);
    }
    hand_out();
}

void dispatcher_state::release(const release_slot& command) {
    const auto known = jobs_.find(command.id);
    if (known == jobs_.end())
        return;
    const auto address = caf::actor_cast<caf::actor_addr>(known->second.who);
    self_->demonitor(address);
    owners_.erase(address.id());
    if (known->second.granted)
        judge(known->second, command);
    forget(command.id);
    hand_out();
}

void dispatcher_state::lost(const caf::actor_addr& who) {
    const auto owner = owners_.find(who.id());
    if (owner == owners_.end())
        return;
    const auto id = owner->second;
    owners_.erase(owner);
    if (const auto& gone = jobs_.at(id); gone.granted)
        at(gone.at).breaker.left(gone.era);
    forget(id);
    hand_out();
}

outcome<queue_place> dispatcher_state::on(find_queue_place question) const {
    const auto known = jobs_.find(question.id);
    if (known == jobs_.end() || known->second.granted)
        return errc::not_found;
    return place_of(question.id, known->second);
}

queue_place dispatcher_state::place_of(generation_id id, const job& waiting) const {
    const auto& engines = waiting.engines;
    const auto engine = choose(engines);
    const auto own = waiting_.at(engines).ahead_of(id).value_or(0);
    queue_place place;
    place.ahead = own;
    for (const auto& [others, queue] : waiting_) // which take turns with its own
        if (others != engines && choose(others) == engine)
            place.ahead += std::min(queue.size(), own + 1);
    const auto& where = lanes_.at(engine.index);
    if (where.usual) {
        // All slots are taken, or it would not wait: on average one is free after a part of the usual time.
        const auto turns = static_cast<double>(place.ahead + 1) / static_cast<double>(where.slots);
        const auto pause = std::max(where.breaker.until() - context_->time.now(), microseconds{0});
        place.estimated_wait =
            std::chrono::duration_cast<std::chrono::milliseconds>(*where.usual * turns + pause);
    }
    return place;
}

void dispatcher_state::on(engine_pause_over over) {
    at(over.engine).timer = false;
    hand_out();
}

/// Only news, and only to those who listen; who comes later begins with the present.
void dispatcher_state::on(tell_places) {
    places_due_ = false;
    std::size_t looked = 0;
    auto next = jobs_.upper_bound(last_told_);
    for (std::size_t i = 0; i < jobs_.size() && looked < places_max; ++i, ++next) {
        if (next == jobs_.end())
            next = jobs_.begin();
        auto& [id, waiting] = *next;
        last_told_ = id;
        if (waiting.granted || !context_->news.has_audience(waiting.user))
            continue;
        ++looked;
        const auto place = place_of(id, waiting);
        if (std::exchange(waiting.told_ahead, place.ahead) != place.ahead)
            context_->news.tell(waiting.user, id, {"queue", queue_json(id, place)});
    }
    if (looked == places_max)
        set_places_timer();
}

void dispatcher_state::set_places_timer() {
    if (!waiting_.empty() && !std::exchange(places_due_, true))
        self_->delayed_send(self_, places_pause, tell_places{});
}

/// The first engine that takes jobs now; if none does, the one that will first.
engine_id dispatcher_state::choose(const engine_list& engines) const {
    const auto now = context_->time.now();
    const auto open =
        std::ranges::find_if(engines, [&](engine_id e) { return lanes_.at(e.index).breaker.admits(now); });
    if (open != engines.end())
        return *open;
    return *std::ranges::min_element(engines, {},
                                     [&](engine_id e) { return lanes_.at(e.index).breaker.until(); });
}

/// Notes what a job that gives back its slot says of the engine.
void dispatcher_state::judge(const job& done, const release_slot& how) {
    auto& where = at(done.at);
    const auto now = context_->time.now();
    if (how.retry_after)
        where.breaker.hold(now + *how.retry_after);
    switch (how.conduct) {
    case engine_conduct::good: {
        constexpr double weight = 0.2; // of the latest one
        const std::chrono::duration<double> took = now - *done.granted;
        where.usual = where.usual ? *where.usual * (1 - weight) + took * weight : took;
        where.breaker.succeeded();
        where.meters->good.Increment();
        break;
    }
    case engine_conduct::bad:
        where.breaker.failed(now, done.era);
        where.meters->bad.Increment();
        break;
    case engine_conduct::busy:
        where.breaker.left(done.era);
        where.meters->busy.Increment();
        break;
    case engine_conduct::unknown:
        where.breaker.left(done.era);
        where.meters->unknown.Increment();
        break;
    }
}

void dispatcher_state::forget(generation_id id) {
    const auto known = jobs_.find(id);
    const auto& gone = known->second;
    if (gone.granted) {
        --at(gone.at).running;
    } else {
        const auto queue = waiting_.find(gone.engines);
        queue->second.erase(id);
        if (queue->second.size() == 0)
            waiting_.erase(queue);
        context_->depths.left(gone.user);
    }
    jobs_.erase(known);
}

void dispatcher_state::hand_out() {
    const auto now = context_->time.now();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const engine_id id{i};
        auto& where = at(id);
        while (where.running < where.slots && where.breaker.admits(now)) {
            const auto next = next_for(id);
            if (!next)
                break;
            auto& chosen = jobs_.at(*next);
            chosen.at = id;
            chosen.granted = now;
            ++where.running;
            chosen.era = where.breaker.began();
            context_->depths.left(chosen.user);
            self_->send(chosen.who, slot_granted{*next, id});
        }
    }
    set_timers();
    set_places_timer();
    show();
}

/// Takes the next job that this engine is for now; the queues take turns.
std::optional<generation_id> dispatcher_state::next_for(engine_id id) {
    auto& last_served = at(id).last_served;
    auto queue = waiting_.upper_bound(last_served);
    for (std::size_t looked = 0; looked < waiting_.size(); ++looked, ++queue) {
        if (queue == waiting_.end())
            queue = waiting_.begin();
        if (choose(queue->first) != id)
            continue;
        last_served = queue->first;
        const auto next = queue->second.pop();
        if (queue->second.size() == 0)
            waiting_.erase(queue);
        return next;
    }
    return std::nullopt;
}

/// Whoever waits is looked at again when an engine takes jobs again.
void dispatcher_state::set_timers() {
    if (waiting_.empty())
        return;
    const auto now = context_->time.now();
    for (std::size_t i = 0; i < lanes_.size(); ++i)
        if (auto& where = lanes_[i]; now < where.breaker.until() && !std::exchange(where.timer, true))
            self_->delayed_send(self_, where.breaker.until() - now, engine_pause_over{{i}});
}

void dispatcher_state::show() {
    std::vector<std::size_t> queued(lanes_.size());
    for (const auto& [engines, queue] : waiting_)
        queued.at(choose(engines).index) += queue.size();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i].meters->queued.Set(static_cast<double>(queued[i]));
        lanes_[i].meters->running.Set(static_cast<double>(lanes_[i].running));
        lanes_[i].meters->left_alone.Set(lanes_[i].breaker.tripped() ? 1 : 0);
    }
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
        [&state](tell_places c) { state.on(c); },
    };
}

} // namespace atelier
