#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/runtime/interfaces.hpp"
#include "bench/history.hpp"
#include "bench/inbox.hpp"
#include "bench/users.hpp"

#include <caf/typed_actor.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace atelier::bench {

/// How to spend, and for how long.
struct load_plan {
    /// Closed loop: so many spends are always under way. Open loop: so many may be, before it has failed.
    std::size_t in_flight = 1;
    /// Spends a second, at random moments that do not wait for answers (Poisson arrivals); 0 = closed loop.
    double rate = 0;
    std::chrono::duration<double> warm_up{};
    std::chrono::duration<double> measured{};
    std::function<void()> on_begin; ///< the measured time begins
    std::function<void()> on_end;
};

/// What came of it. Latencies, in milliseconds, count from the moment at which the spend was due.
struct load_report {
    std::size_t measured = 0; ///< answers in the measured time
    double per_second = 0;
    double p50 = 0;
    double p99 = 0;
    double longest = 0;
    std::size_t acknowledged = 0; ///< answers in all
    std::size_t refused = 0;
    std::string refusal; ///< the first one
};

/// Many clients in one: sends commands to the wallets and keeps every reply.
class spender {
public:
    /// The user u spends for the image with u's id and the style with the id 1 + u modulo `styles`.
    spender(caf::actor_system& system, wallets_actor wallets, const users& who, std::int64_t styles);

    /// Reads each of these wallets once, so that all live in memory.
    [[nodiscard]] status activate(const std::vector<user_id>& whom);

    /// To be called once. Errors: overloaded when an open loop has too many unanswered spends; unavailable
    /// when answers stay out.
    [[nodiscard]] outcome<load_report> run(const load_plan& plan);

    /// Every spend that was acknowledged in `run`.
    [[nodiscard]] std::vector<acknowledged_spend> take_replies();

private:
    /// One spend at a time; touched by the thread that sends or receives it.
    struct slot {
        std::uint64_t random = 0;
        acknowledged_spend current;
        std::vector<acknowledged_spend> replies;
        std::atomic<bool> busy{false};
    };

    void send(std::size_t which, std::int64_t due);
    void answered(std::uint64_t number, const caf::message* answer);
    void refused(std::size_t which, std::string why);
    void unpark();
    void closed_loop(const load_plan& plan);
    [[nodiscard]] status open_loop(const load_plan& plan);
    [[nodiscard]] load_report summary(const load_plan& plan) const;

    caf::actor_system& system_;
    const wallets_actor wallets_;
    const users& who_;
    const std::int64_t styles_;
    std::vector<slot> slots_;
    std::atomic<std::size_t> under_way_{0};
    std::atomic<std::int64_t> begin_{0};        ///< of the measured time
    std::atomic<std::int64_t> resend_until_{0}; ///< a closed loop answers an answer with the next spend
    mutable std::mutex mutex_;
    std::size_t refusals_ = 0;        ///< guarded by mutex_
    std::string refusal_;             ///< guarded by mutex_
    std::vector<std::size_t> parked_; ///< refused slots; guarded by mutex_
    inbox inbox_;
};

} // namespace atelier::bench
