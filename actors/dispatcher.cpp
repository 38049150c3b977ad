#include "actors/dispatcher.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

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
}

void dispatcher_state::request(const request_slot& command, generation_actor who) {
    const auto address = caf::actor_cast<caf::actor_addr>(who);
    const auto [place, fresh] = jobs_.try_emplace(command.id, job{std::move(who), command.user});
    if (!fresh)
        return;
    self_->monitor(address);
    owners_.emplace(address.id(), command.id);
    context_->depths.entered(command.user);
    queue_.push(command.user, command.id);
    hand_out();
}

void dispatcher_state::release(generation_id id) {
    const auto known = jobs_.find(id);
    if (known == jobs_.end())
        return;
    const auto address = caf::actor_cast<caf::actor_addr>(known->second.who);
    self_->demonitor(address);
    owners_.erase(address.id());
    forget(id);
    hand_out();
}

void dispatcher_state::lost(const caf::actor_addr& who) {
    const auto owner = owners_.find(who.id());
    if (owner == owners_.end())
        return;
    const auto id = owner->second;
    owners_.erase(owner);
    forget(id);
    hand_out();
}

void dispatcher_state::forget(generation_id id) {
    const auto known = jobs_.find(id);
    if (known->second.running) {
        --running_;
    } else {
        queue_.erase(id);
        context_->depths.left(known->second.user);
    }
    jobs_.erase(known);
}

void dispatcher_state::hand_out() {
    while (running_ < context_->slots) {
        const auto next = queue_.pop();
        if (!next)
            break;
        auto& chosen = jobs_.at(*next);
        chosen.running = true;
        ++running_;
        context_->depths.left(chosen.user);
        self_->send(chosen.who, slot_granted{*next});
    }
    context_->meters.generations_queued.Set(static_cast<double>(queue_.size()));
    context_->meters.generations_running.Set(static_cast<double>(running_));
}

dispatcher_actor::behavior_type dispatcher_behavior(dispatcher_state::actor* self,
                                                    const dispatcher_context* context) {
    auto& state = self->state;
    state.start(*context);
    self->set_down_handler([&state](const caf::down_msg& down) { state.lost(down.source); });
    return {
        [self, &state](request_slot c) {
            state.request(c, caf::actor_cast<generation_actor>(self->current_sender()));
        },
        [&state](release_slot c) { state.release(c.id); },
    };
}

} // namespace atelier
