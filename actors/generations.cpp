#include "actors/generations.hpp"

#include <caf/delegated.hpp>

namespace atelier {

generations_actor::behavior_type generations_behavior(generations_state::actor* self,
                                                      const generation_context* context,
                                                      directory_options options) {
    self->state.family.emplace(
        self, "generation", options, [context](generations_state::actor* parent, generation_id id) {
            return generation_actor{parent->spawn<caf::monitored>(generation_behavior, context, id)};
        });
    auto& family = *self->state.family;
    // Nobody sends a crashed generation its next message: it has to be taken up again at once.
    family.on_crash = [self, &family](generation_id id) {
        self->send(family.child(id), start_generation{id});
    };
    self->delayed_send(self, family.sweep_interval(), tick{});
    return {
        [self, &family](start_generation& c) { self->send(family.child(c.id), std::move(c)); },
        [self, &family](cancel_generation c) { return self->delegate(family.child(c.id), c); },
        [&family](list_children c) { return family.report(c.limit); },
        [self, &family](tick) {
            family.sweep();
            self->delayed_send(self, family.sweep_interval(), tick{});
        },
    };
}

} // namespace atelier
