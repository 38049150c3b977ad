#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "actors/gateways/sandbox_http.hpp"
#include "actors/gateways/sandbox_message.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace atelier {

struct sandbox_settings {
    std::string base_url;       ///< where the service listens, without a trailing slash
    std::string secret;         ///< the API secret: key of the signatures
    std::size_t workers = 2;    ///< threads, each with one connection
    std::size_t capacity = 256; ///< payments at once, those whose notification is not accepted included
    std::chrono::milliseconds timeout{30'000}; ///< of one request
    std::chrono::milliseconds minute{60'000};  ///< length of a minute of the schedule of repeats
    int tries = 100;                           ///< deliveries of one notification before it is given up
};

/// How a payment ended, as the payer's browser is told.
struct sandbox_result {
    std::string transaction_id;
    std::string status; ///< Completed or Declined
    std::string reason; ///< Approved, or why not, e.g. "InsufficientFunds", "InvalidAmount"
    std::int32_t reason_code = 0;

    sandbox_result() = default;
};

/// Plays CloudPayments on this machine, so that the whole path of money runs without its servers: it asks the
/// service with Check, and after code 0 tells it by Pay or, for a card that is declined, by Fail. Test mode,
/// one stage.
///
/// Pay and Fail that are not answered with status 200 and {"code":0} are repeated after 1, 2, 5, 10, 30 and
/// then every 30 minutes, from memory: what is still to be repeated is lost when the process ends. Check is
/// never repeated; a refusal or a missing answer declines the payment, and nothing follows. Source:
/// CloudPayments developer documentation, "Уведомления" (notifications). Thread-safe.
class sandbox {
public:
    /// Called exactly once for each accepted payment, without a lock, from a worker or from `stop`; must not
    /// throw. The outcome is a failure (`unavailable`) only if the sandbox was stopped before the payment was
    /// decided.
    using callback = std::function<void(outcome<sandbox_result>)>;

    /// Starts the threads. `time` must outlive the sandbox; transaction ids are made of it, so that they stay
    /// unique over restarts.
    sandbox(sandbox_settings settings, const clock& time);
    ~sandbox();
    sandbox(const sandbox&) = delete;
    sandbox& operator=(const sandbox&) = delete;

    /// Starts to pay `order` with a card. `done` is called after the first delivery of Pay or Fail, accepted
    /// or not. Errors: validation_failed (`card`) for what is no card number; overloaded; unavailable after
    /// `stop`.
    [[nodiscard]] status pay(sandbox_order order, std::string_view card_number, callback done);

    /// Ends all threads, within about a second; notifications not yet accepted are dropped. Not from a
    /// callback.
    void stop();

private:
    using steady = std::chrono::steady_clock;

    /// A payment that has not been decided yet.
    struct attempt {
        sandbox_payment payment;
        callback done;
    };
    /// A notification that was not accepted yet.
    struct repeat {
        steady::time_point due;
        sandbox_message message;
        std::string transaction_id;
        int tries = 0;
    };

    void work();
    void settle(const attempt& accepted, sandbox_http& http);
    void deliver(repeat delivery, sandbox_http& http);
    void close_one();
    [[nodiscard]] std::string next_transaction_id();
    [[nodiscard]] steady::duration pause_after(int tries) const;

    const sandbox_settings settings_;
    const clock& time_;
    std::atomic<bool> stopping_ = false;

    std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::deque<attempt> attempts_;
    std::vector<repeat> repeats_; ///< a heap, the first due on top
    std::size_t open_ = 0;        ///< payments accepted and not yet done with
    std::int64_t last_tick_ = 0;  ///< of the latest transaction id
    std::vector<std::thread> workers_;
};

} // namespace atelier
