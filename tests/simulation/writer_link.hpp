#pragma once

#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/messages.hpp"
#include "tests/simulation/dice.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>
#include <utility>

namespace atelier::test {

/// Mistakes on the way.
struct link_bugs {
    bool answers_early = false; ///< says "committed" before anything is
    bool forgets_lives = false; ///< hides which change sets were decided on each other
    bool skips_barrier = false; ///< says at once that what changes nothing is committed
};

/// The way from everybody to one writer, as long as that lives. It holds messages back and lets the scheduler
/// choose which sender's is next: messages of different senders overtake each other, those of one sender
/// never. Must outlive its actor.
class writer_link {
public:
    writer_link(writer_actor target, link_bugs bugs) : target_{std::move(target)}, bugs_{bugs} {}

    writer_actor spawn(caf::actor_system& system);

    [[nodiscard]] bool busy() const { return !held_.empty(); }
    /// Lets one message go on.
    void step(dice& chance);
    /// The process has died: nothing goes on any more.
    void cut_off() { held_.clear(); }

private:
    struct message {
        commit_changes command;
        caf::typed_response_promise<commit_verdict> who;
    };
    void pass(writer_actor::pointer self, message next);

    writer_actor target_;
    link_bugs bugs_;
    writer_actor actor_;
    writer_actor::pointer self_ = nullptr;
    std::map<std::int64_t, std::deque<message>> held_; ///< by sender
};

} // namespace atelier::test
