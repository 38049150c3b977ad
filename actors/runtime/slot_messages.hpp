#pragma once

#include "actors/runtime/messages.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// Messages about slots of the engines; see messages.hpp.
namespace atelier {

/// Which engine of the `engine_set`.
struct engine_id {
    std::size_t index = 0;

    friend auto operator<=>(const engine_id&, const engine_id&) = default;
};

/// A generation: I wait for a slot of one of these engines, the first one if it can.
struct request_slot {
    generation_id id;
    user_id user;
    std::vector<engine_id> engines;
    /// I have a slot of this one already, which another dispatcher gave me.
    std::optional<engine_id> held;

    request_slot() = default;
    request_slot(generation_id i, user_id u, std::vector<engine_id> e, std::optional<engine_id> h = {})
        : id{i}, user{u}, engines{std::move(e)}, held{h} {}
};

/// The dispatcher: a slot of this engine is yours until you give it back.
struct slot_granted {
    generation_id id;
    engine_id engine;
};

/// What an engine has shown of itself in a slot.
enum class engine_conduct : std::uint8_t {
    unknown, ///< it was not used, or was not to blame
    good,    ///< it did what it should
    busy,    ///< it has no room now
    bad,     ///< it failed
};

/// A generation: I do not need the slot, or do not wait for one, any more.
struct release_slot {
    generation_id id;
    engine_conduct conduct{};
    /// How long the engine asks to be left alone, by all.
    std::optional<std::chrono::milliseconds> retry_after;

    release_slot() = default;
    explicit release_slot(generation_id i, engine_conduct c = {},
                          std::optional<std::chrono::milliseconds> r = {})
        : id{i}, conduct{c}, retry_after{r} {}
};

/// The dispatcher to itself: the pause of an engine is over.
struct engine_pause_over {
    engine_id engine;
};

/// The dispatcher to itself: those who listen may be told where their generations wait now.
struct tell_places {};

/// Where does a generation wait? `not_found` when it does not.
struct find_queue_place {
    generation_id id;
};

} // namespace atelier

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::request_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::slot_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::release_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::engine_pause_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::tell_places)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::find_queue_place)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::queue_place>)
