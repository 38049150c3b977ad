#pragma once

#include "actors/domain/circuit_breaker.hpp"
#include "actors/domain/fair_queue.hpp"
#include "actors/engine_set.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace atelier {

class event_hub;

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
    const clock& time;
    metrics& meters;
    queue_depths& depths;
    const engine_set& engines;
    circuit_breaker_rules breaker;
    event_hub& news;
};

/// Hands out the engines' slots. Jobs that may go to the same engines wait together: round-robin over users,
/// the oldest first within one. At any moment a job waits for the first of its engines that takes jobs then;
/// one that fails is left alone for a while (circuit_breaker).
class dispatcher_state {
public:
    static constexpr const char* name = "dispatcher";
    using actor = actor_base<dispatcher_actor, dispatcher_state>;

    explicit dispatcher_state(dispatcher_actor::pointer self) : self_{self} {}

    void start(const dispatcher_context& context);
    void request(request_slot command, generation_actor who);
    void release(const release_slot& command);
    [[nodiscard]] outcome<queue_place> on(find_queue_place question) const;
    void on(engine_pause_over over);
    void on(tell_places);
    /// The actor of a job has ended: whatever it had or waited for is free.
    void lost(const caf::actor_addr& who);

private:
    using engine_list = std::vector<engine_id>;
    using queues = std::map<engine_list, fair_queue>;

    struct job {
        generation_actor who;
        user_id user;
        engine_list engines;
        engine_id at;                   ///< with `granted`: where it works
        std::optional<instant> granted; ///< since when it has a slot
        circuit_breaker::era era = 0;   ///< of the engine, when it was given that
        std::optional<std::size_t> told_ahead;
    };
    /// One engine's part.
    struct lane {
        engine_meters* meters = nullptr;
        std::size_t slots = 0;
        circuit_breaker breaker;
        std::size_t running = 0;
        std::optional<std::chrono::duration<double>> usual; ///< time in a slot, lately
        bool timer = false;                                 ///< for the end of its pause is set
        engine_list last_served;                            ///< the queue whose turn was last
    };

    [[nodiscard]] lane& at(engine_id id) { return lanes_.at(id.index); }
    [[nodiscard]] engine_id choose(const engine_list& engines) const;
    void judge(const job& done, const release_slot& how);
    [[nodiscard]] queue_place place_of(generation_id id, const job& waiting) const;
    void forget(generation_id id);
    void hand_out();
    [[nodiscard]] std::optional<generation_id> next_for(engine_id id);
    void set_timers();
    void set_places_timer();
    void show();

    dispatcher_actor::pointer self_;
    const dispatcher_context* context_ = nullptr;
    std::vector<lane> lanes_; ///< by engine_id
    queues waiting_;          ///< none is empty
    std::map<generation_id, job> jobs_;
    bool places_due_ = false; ///< the timer of `tell_places` is set
    generation_id last_told_; ///< whose turn was last
    std::unordered_map<caf::actor_id, generation_id> owners_;
};

/// Behaviour of the dispatcher. `context` must outlive it.
dispatcher_actor::behavior_type dispatcher_behavior(dispatcher_state::actor* self,
                                                    const dispatcher_context* context);

} // namespace atelier
