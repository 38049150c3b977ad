#pragma once

#include "actors/dispatcher.hpp"
#include "tests/simulation/world.hpp"

#include <caf/actor_addr.hpp>

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace atelier::test {

/// Mistakes of a dispatcher.
struct slot_bugs {
    bool keeps_slots = false;        ///< a slot that is given back stays taken
    bool never_leaves_alone = false; ///< what an engine has shown of itself is forgotten
    bool knows_no_users = false;     ///< the oldest job of all is next, whosever it is
};

/// Looks over the shoulder of the dispatcher: whether it is fair, leaves alone the engines that it has to,
/// and tries them with one job at a time.
class slot_watch {
public:
    slot_watch(world& w, std::size_t engines, circuit_breaker_rules rules)
        : world_{w}, rules_{rules}, lanes_(engines) {}

    /// The real dispatcher, with its watch.
    dispatcher_actor::behavior_type behave(dispatcher_state::actor* self, const dispatcher_context* context,
                                           slot_bugs bugs);

    /// Told of each request, before the dispatcher, and how many jobs have a slot that they do not use yet.
    std::function<void(const request_slot&, std::size_t on_their_way)> on_request;
    /// An engine got the job.
    void submitted(generation_id id, engine_id engine);

    /// The latest actor of each generation that has asked for a slot.
    std::map<generation_id, caf::actor_addr> actors;
    bool down = false;      ///< the dispatcher has ended
    std::size_t trips = 0;  ///< of all engines
    std::size_t trials = 0; ///< jobs that tried an engine after its pause

private:
    using engine_list = std::vector<engine_id>;
    struct lane {
        instant left_alone; ///< until then
        int failures = 0;   ///< in a row
        int trips_in_row = 0;
        int trips = 0; ///< so far
        bool tripped = false;
    };
    struct job {
        user_id user;
        engine_list engines;
        caf::actor_addr who;
        bool granted = false;
        instant granted_at;
        std::vector<lane> then;          ///< the engines when it was granted
        std::optional<engine_id> engine; ///< that got it
    };
    /// Who has got how many slots while somebody was waiting for the next one.
    template <class Waiter>
    using overtaking = std::map<Waiter, std::map<Waiter, int>>;

    void asks(const request_slot& command, const caf::actor_addr& who);
    void gives_back(const release_slot& command);
    void failed(lane& at, const lane& then);
    void lost(const caf::actor_addr& who);
    void look(const dispatcher_state& dispatcher);
    void judge_users(const engine_list& engines, const std::map<user_id, int>& granted);
    void judge_queues(const std::map<engine_list, int>& granted);
    [[nodiscard]] bool waits(const engine_list& engines) const;
    [[nodiscard]] bool waits(const engine_list& engines, user_id user) const;
    [[nodiscard]] bool calm() const;

    world& world_;
    circuit_breaker_rules rules_;
    std::vector<lane> lanes_;
    std::map<generation_id, job> jobs_;
    std::map<engine_list, overtaking<user_id>> users_;
    overtaking<engine_list> queues_;
    bool another_ = false; ///< another dispatcher went before: it has left slots that this one knows not of
};

} // namespace atelier::test
