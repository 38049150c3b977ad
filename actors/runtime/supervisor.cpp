#include "actors/runtime/supervisor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier {

void supervisor_state::start(actor* self, supervisor_options options) {
    self_ = self;
    options_.emplace(std::move(options));
    const auto now = options_->time.now();
    for (const auto& spec : options_->children)
        children_.push_back({spec.start(self_), {options_->restart_limit, options_->restart_window}, 0, now});
    self_->set_down_handler([this](const caf::down_msg& down) {
        lost(down.source, down.reason ? self_->system().render(down.reason) : "ended");
    });
    self_->set_exit_handler([this](const caf::exit_msg& exit) {
        stop_children();
        self_->quit(exit.reason);
    });
}

void supervisor_state::lost(const caf::actor_addr& source, const std::string& reason) {
    const auto place = std::ranges::find(children_, source, &child::address);
    if (place == children_.end())
        return;
    const auto index = static_cast<std::size_t>(place - children_.begin());
    const auto& kind = options_->children[index].kind;
    const auto now = options_->time.now();
    options_->meters.actor(kind).restarts.Increment();
    if (options_->crashes != nullptr)
        options_->crashes->add(now, kind, reason);
    if (!place->intensity.allow(now)) {
        options_->fail("the actor '" + kind + "' crashes too often: " + reason);
        stop_children();
        self_->quit(caf::exit_reason::unhandled_exception);
        return;
    }
    if (now - place->started > options_->restart_window)
        place->restarts = 0;
    const auto pause =
        std::min(options_->backoff_limit, options_->backoff * (1 << std::min(place->restarts++, 16)));
    const auto jittered = std::chrono::duration_cast<microseconds>(pause * (0.5 + 0.5 * options_->random()));
    spdlog::error("actor {} crashed ({}); starting it again in {} ms", kind, reason, jittered.count() / 1000);
    self_->delayed_send(self_, jittered, restart_child{index});
}

void supervisor_state::restart(std::size_t index) {
    children_.at(index).address = options_->children.at(index).start(self_);
    children_.at(index).started = options_->time.now();
}

void supervisor_state::stop_children() {
    for (const auto& c : children_)
        caf::anon_send_exit(c.address, caf::exit_reason::user_shutdown);
    children_.clear();
}

supervisor_actor::behavior_type supervisor_behavior(supervisor_state::actor* self,
                                                    supervisor_options options) {
    self->state.start(self, std::move(options));
    return {
        [self](restart_child c) { self->state.restart(c.index); },
    };
}

} // namespace atelier
