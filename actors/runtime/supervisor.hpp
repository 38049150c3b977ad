#pragma once

#include "actors/domain/time.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "actors/runtime/restart_intensity.hpp"
#include "actors/runtime/restart_log.hpp"

#include <caf/actor_addr.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atelier {

/// The root of the actor tree.
using supervisor_actor = caf::typed_actor<caf::reacts_to<restart_child>>;

/// One child of the supervisor.
class supervisor_state;
struct child_spec {
    std::string kind;
    /// Spawns it, monitored, as a child of the supervisor, and puts the handle where others find it.
    std::function<caf::actor_addr(actor_base<supervisor_actor, supervisor_state>*)> start;
};

struct supervisor_options {
    const clock& time;
    metrics& meters;
    std::vector<child_spec> children;
    std::size_t restart_limit; ///< of each child, in `restart_window`; beyond it the process has to go
    microseconds restart_window;
    microseconds backoff; ///< before the first restart; doubled with each, up to `backoff_limit`
    microseconds backoff_limit;
    std::function<double()> random;                   ///< uniform in [0, 1), for the jitter
    std::function<void(const std::string& why)> fail; ///< asks for a clean end of the process
    restart_log* crashes = nullptr;                   ///< where they are noted, if anywhere
};

/// One-for-one: a child that crashes is started afresh after a pause that grows; one that crashes too often
/// takes the process down, for the service manager to start it anew.
class supervisor_state {
public:
    static constexpr const char* name = "supervisor";
    using actor = actor_base<supervisor_actor, supervisor_state>;

    explicit supervisor_state(supervisor_actor::pointer) {}

    void start(actor* self, supervisor_options options);
    void restart(std::size_t index);

private:
    struct child {
        caf::actor_addr address;
        restart_intensity intensity;
        int restarts = 0; ///< since it last stayed alive for a whole window
        instant started;
    };

    void lost(const caf::actor_addr& source, const std::string& reason);
    void stop_children();

    actor* self_ = nullptr;
    std::optional<supervisor_options> options_;
    std::vector<child> children_;
};

/// Behaviour of the supervisor.
supervisor_actor::behavior_type supervisor_behavior(supervisor_state::actor* self,
                                                    supervisor_options options);

} // namespace atelier
