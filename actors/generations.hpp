#pragma once

#include "actors/generation.hpp"
#include "actors/runtime/directory.hpp"

#include <optional>

namespace atelier {

/// All generations that are not final.
class generations_state {
public:
    static constexpr const char* name = "generations";
    using actor = actor_base<generations_actor, generations_state>;

    explicit generations_state(generations_actor::pointer) {}

    std::optional<directory<actor, generation_id, generation_actor>> family;
};

/// Behaviour of the directory. `context` must outlive it and all generations.
generations_actor::behavior_type generations_behavior(generations_state::actor* self,
                                                      const generation_context* context,
                                                      directory_options options);

} // namespace atelier
