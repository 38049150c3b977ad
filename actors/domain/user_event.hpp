#pragma once

#include "actors/domain/ids.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atelier {

/// Something that has happened to a user or to one of their generations, as clients are told it.
struct user_event {
    std::uint64_t id = 0;     ///< rises from event to event, also over restarts; 0 = has none
    generation_id generation; ///< the one it is about; none: the user
    std::string name;         ///< of a generation "status", "progress"; "balance", "payment", "subscription"
    std::string data;         ///< JSON
    bool last = false;        ///< nothing will happen to the generation any more
};

/// Shared by all who are told of it.
using event_ptr = std::shared_ptr<const user_event>;

/// What happened before somebody began to listen.
struct event_backlog {
    std::uint64_t position = 0; ///< an id of its own: what has a smaller one happened before
    /// What happened since the id that was asked for, oldest first; nothing when that is not known any more:
    /// the listener has to look at the present instead.
    std::optional<std::vector<event_ptr>> missed;
    bool over = false; ///< the generation's last event is the one that was asked for, or before it

    event_backlog() = default;
};

} // namespace atelier
