#pragma once

#include "actors/dispatcher.hpp"
#include "tests/simulation/world.hpp"

#include <caf/actor_addr.hpp>

#include <map>
#include <optional>
#include <vector>

namespace atelier::test {

/// Mistakes of a dispatcher.
struct slot_bugs {
    bool keeps_slots = false;        ///< a slot that is given back stays taken
    bool never_leaves_alone = false; ///< what an engine has shown of itself is forgotten
};

/// Looks over the shoulder of the dispatcher: whether it is fair, and leaves alone the engines that it has
/// to.
class slot_watch {
public:
    slot_watch(world& w, std::size_t engines, circuit_breaker_rules rules)
        : world_{w}, rules_{rules}, lanes_(engines) {}

    /// The real dispatcher, with its watch.
    dispatcher_actor::behavior_type behave(dispatcher_state::actor* self, const dispatcher_context* context,
                                           slot_bugs bugs);

    /// An engine got the job.
    void submitted(generation_id id, engine_id engine);

    /// The latest actor of each generation that has asked for a slot.
    std::map<generation_id, caf::actor_addr> actors;
    bool down = false; ///< the dispatcher has ended

private:
    struct job {
        user_id user;
        caf::actor_addr who;
        bool granted = false;
        instant granted_at;
        std::vector<instant> left_alone; ///< each engine until then, when it was granted
        std::optional<engine_id> engine; ///< that got it
    };
    struct lane {
        instant left_alone; ///< until then
        int failures = 0;   ///< in a row
    };

    void asks(const request_slot& command, const caf::actor_addr& who);
    void gives_back(const release_slot& command);
    void lost(const caf::actor_addr& who);
    void look(const dispatcher_state& dispatcher);
    void judge_fairness(const std::map<user_id, int>& granted);
    [[nodiscard]] bool waits(user_id user) const;

    world& world_;
    circuit_breaker_rules rules_;
    std::vector<lane> lanes_;
    std::map<generation_id, job> jobs_;
    /// How many slots others got while that user was waiting for the next one.
    std::map<user_id, std::map<user_id, int>> overtaken_;
    bool another_ = false; ///< another dispatcher went before: it has left slots that this one knows not of
};

} // namespace atelier::test
