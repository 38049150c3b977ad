#pragma once

#include "actors/runtime/metered.hpp"
#include "tests/support/manual_clock.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace atelier::test {

/// What becomes of a request.
template <class Reply>
class asked {
public:
    /// Whether anything has come back.
    [[nodiscard]] bool over() const { return state_->reply.has_value() || state_->bounced; }
    /// Whether the receiver ended without an answer.
    [[nodiscard]] bool bounced() const { return state_->bounced; }
    [[nodiscard]] const Reply& operator*() const { return state_->reply.value(); }
    const Reply* operator->() const { return &state_->reply.value(); }

    void answer(Reply value) const { state_->reply.emplace(std::move(value)); }
    void bounce() const { state_->bounced = true; }

private:
    struct state {
        std::optional<Reply> reply;
        bool bounced = false;
    };
    std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// An actor system on one thread whose actors run, and whose time passes, only when the test says so: the
/// same order in every run. A test fixture to derive from.
class deterministic {
public:
    deterministic()
        : config_{meters}, system{config_}, scheduler_{dynamic_cast<caf::scheduler::test_coordinator&>(
                                                system.scheduler())} {
        system.await_actors_before_shutdown(false);
    }

    deterministic(const deterministic&) = delete;
    deterministic& operator=(const deterministic&) = delete;
    ~deterministic() { end_all(); }

    /// Handles everything that is on its way; timers do not fire.
    void settle() {
        while (scheduler_.try_run_once()) {
        }
    }

    /// Lets the next actor in line handle what it has; false when nobody has anything.
    bool step() { return scheduler_.try_run_once(); }

    /// Lets time pass for clocks and timers; what the timers sent is on its way.
    void advance(microseconds by) {
        time.advance(by);
        scheduler_.advance_time(by);
    }

    /// Lets time pass, then settles.
    void elapse(microseconds by) {
        advance(by);
        settle();
    }

    /// Sends a request; `settle` carries it out.
    template <class Reply, class Handle, class Command>
    asked<Reply> ask(const Handle& receiver, Command command) {
        asked<Reply> result;
        system.spawn<caf::hidden>(
            [receiver, command = std::move(command), result](caf::event_based_actor* self) mutable {
                self->request(receiver, caf::infinite, std::move(command))
                    .then([result](Reply& reply) { result.answer(std::move(reply)); },
                          [result](const caf::error&) { result.bounce(); });
            });
        return result;
    }

    /// Ends this actor with the test.
    template <class Handle>
    Handle owned(Handle actor) {
        owned_.push_back(caf::actor_cast<caf::actor_addr>(actor));
        return actor;
    }

    /// Ends an actor as if a handler of it had thrown.
    template <class Handle>
    void crash(const Handle& actor) {
        caf::anon_send_exit(actor, caf::exit_reason::unhandled_exception);
        settle();
    }

    metrics meters;
    manual_clock time;

private:
    struct testing_config : runtime_config {
        explicit testing_config(metrics& m) : runtime_config{m} {
            set("scheduler.policy", caf::atom("testing"));
        }
    };
    testing_config config_;

public:
    caf::actor_system system;

protected:
    /// To be called by the destructor of a fixture whose members the actors use.
    void end_all() {
        for (const auto& address : std::exchange(owned_, {}))
            caf::anon_send_exit(address, caf::exit_reason::kill);
        settle();
    }

private:
    caf::scheduler::test_coordinator& scheduler_;
    std::vector<caf::actor_addr> owned_;
};

} // namespace atelier::test
