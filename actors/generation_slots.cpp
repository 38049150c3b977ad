#include "actors/generation.hpp"
#include "actors/runtime/roster.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

/// How a generation comes by a slot of an engine, and gives it back.
namespace atelier {

void generation_state::queue(user_id user, instant deadline) {
    if (!std::exchange(timed_, true))
        self_->delayed_send(self_, deadline - context_->time.now(),
                            generation_timer{generation_timer::kind::deadline});
    user_ = user;
    request_slot();
}

void generation_state::request_slot() {
    if (std::exchange(asked_, true))
        return;
    if (untried().empty())
        failed_.clear();
    ask_dispatcher();
}

/// For the engine that has its work already, or else for one that has not failed it yet.
void generation_state::ask_dispatcher() {
    auto engines = attach_to_ ? std::vector{*attach_to_} : untried();
    self_->send(context_->actors.get<dispatcher_actor>(),
                atelier::request_slot{id_, user_, std::move(engines), slot_});
}

std::vector<engine_id> generation_state::untried() const {
    auto engines = context_->engines.order_for(style_);
    std::erase_if(engines, [this](engine_id e) { return std::ranges::count(failed_, e) > 0; });
    return engines;
}

/// Gives it back, or waits no longer for it.
void generation_state::release_slot(engine_conduct conduct,
                                    std::optional<std::chrono::milliseconds> retry_after) {
    slot_.reset();
    if (std::exchange(asked_, false))
        self_->send(context_->actors.get<dispatcher_actor>(),
                    atelier::release_slot{id_, conduct, retry_after});
}

/// It is over. An engine that still works has its slot until it says that it has ended.
void generation_state::leave_engine() {
    if (submitted_)
        context_->engines.at(*slot_).cancel(id_);
    else
        release_slot();
}

void generation_state::on(slot_granted slot) {
    if (slot_)
        return;
    const auto dispatcher = context_->actors.get<dispatcher_actor>();
    if (caf::actor_cast<dispatcher_actor>(self_->current_sender()) != dispatcher) {
        // The present one knows nothing of slots that the last one gave.
        if (asked_)
            ask_dispatcher();
        return;
    }
    if (!asked_ || (job_ && machine_.phase() != generation_phase::waiting)) {
        self_->send(dispatcher, atelier::release_slot{id_});
        return;
    }
    slot_ = slot.engine;
    if (job_)
        use_slot();
    else
        load();
}

/// It may have asked before it knew that an engine has its work already.
void generation_state::use_slot() {
    if (attach_to_ && *attach_to_ != *slot_) {
        release_slot();
        request_slot();
    } else {
        handle(generation_event::slot_granted);
    }
}

} // namespace atelier
