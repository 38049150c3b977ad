#pragma once

#include "actors/runtime/metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <chrono>

namespace atelier {

/// CAF's settings, filled in code only, plus what every actor can reach through its system.
class runtime_config : public caf::actor_system_config {
public:
    explicit runtime_config(metrics& m) : meters{m} {}
    metrics& meters;
};

/// Counts and times the messages of an actor and its life. Debian's CAF has its profiler compiled out;
/// `enqueue`, `consume` and `cleanup` are the virtual functions that every message and every end pass
/// through.
template <class Base, class State>
class metered : public Base {
public:
    template <class... Ts>
    explicit metered(caf::actor_config& config, Ts&&... xs)
        : Base(config, std::forward<Ts>(xs)...),
          meters_{static_cast<const runtime_config&>(this->system().config()).meters.actor(State::name)} {
        meters_.spawned.Increment();
        meters_.live.Increment();
    }

    ~metered() override { meters_.mailbox.Decrement(waiting_.load(std::memory_order_relaxed)); }

    using Base::enqueue;

    void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
        waiting_.fetch_add(1, std::memory_order_relaxed);
        meters_.mailbox.Increment();
        Base::enqueue(std::move(element), unit);
    }

    caf::invoke_message_result consume(caf::mailbox_element& element) override {
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        meters_.mailbox.Decrement();
        const auto start = std::chrono::steady_clock::now();
        const auto result = Base::consume(element);
        meters_.handling.Observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        return result;
    }

    bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
        const bool normal = !reason || reason == caf::exit_reason::user_shutdown;
        const bool first = Base::cleanup(std::move(reason), host);
        if (first) {
            meters_.live.Decrement();
            (normal ? meters_.exited_normally : meters_.exited_by_failure).Increment();
        }
        return first;
    }

private:
    actor_meters& meters_;
    std::atomic<int> waiting_{0};
};

/// The base of every actor: typed, with a state object, metered under the state's `name`.
template <class Handle, class State>
using actor_base = caf::stateful_actor<State, metered<typename Handle::base, State>>;

} // namespace atelier
