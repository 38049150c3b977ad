#pragma once

#include "actors/domain/fair_queue.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"

#include <mutex>
#include <unordered_map>

namespace atelier {

/// How many generations wait, for admission control before a message is sent. Written by the dispatcher, read
/// by anybody. Thread-safe.
class queue_depths {
public:
    void entered(user_id user);
    void left(user_id user);
    /// A new dispatcher starts with an empty queue.
    void reset();
    [[nodiscard]] std::size_t total() const;
    [[nodiscard]] std::size_t of(user_id user) const;

private:
    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::unordered_map<user_id, std::size_t> users_;
};

/// What the dispatcher needs; all of it outlives it.
struct dispatcher_context {
    metrics& meters;
    queue_depths& depths;
    std::size_t slots;
};

/// Hands out the engine's slots: round-robin over users, first in first out within one.
class dispatcher_state {
public:
    static constexpr const char* name = "dispatcher";
    using actor = actor_base<dispatcher_actor, dispatcher_state>;

    explicit dispatcher_state(dispatcher_actor::pointer self) : self_{self} {}

    void start(const dispatcher_context& context);
    void request(const request_slot& command, generation_actor who);
    void release(generation_id id);
    /// The actor of a job has ended: whatever it had or waited for is free.
    void lost(const caf::actor_addr& who);

private:
    struct job {
        generation_actor who;
        user_id user;
        bool running = false;
    };

    void hand_out();
    void forget(generation_id id);

    dispatcher_actor::pointer self_;
    const dispatcher_context* context_ = nullptr;
    fair_queue queue_;
    std::unordered_map<generation_id, job> jobs_;
    std::unordered_map<caf::actor_id, generation_id> owners_;
    std::size_t running_ = 0;
};

/// Behaviour of the dispatcher. `context` must outlive it.
dispatcher_actor::behavior_type dispatcher_behavior(dispatcher_state::actor* self,
                                                    const dispatcher_context* context);

} // namespace atelier
