#pragma once

#include "actors/domain/time.hpp"
#include "actors/gateways/sandbox/delivery.hpp"
#include "actors/gateways/sandbox/shop_client.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace atelier::sandbox {

struct notifier_options {
    std::size_t workers = 4;        ///< threads, each with one connection
    std::size_t capacity = 100'000; ///< questions and notifications that wait, all together
    int tries = 100;                ///< deliveries of one notification before it is given up
};

/// What a notifier tells about a delivery. Called from its workers, without a lock; must not throw.
struct notifier_hooks {
    std::function<void(const delivery&)> on_repeat; ///< it was not accepted; `tries` and `due` are new
    /// It was accepted, or given up; or it was a copy, which gets one try.
    std::function<void(const delivery&, bool accepted)> on_end;
};

/// Asks a shop with Check, once, and delivers it notifications until each is accepted with status 200 and
/// {"code":0}. Remembers nothing over its end: the hooks do. Thread-safe.
class notifier {
public:
    using answered = std::function<void(shop_reply)>;
    using tried = std::function<void()>;

    /// `time` says what is due, and must outlive the notifier, as `repeats` must.
    notifier(notifier_options options, notifier_hooks hooks, const clock& time, const schedule& repeats);
    ~notifier();
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;

    /// Starts the threads. Once.
    void start(const shop_address& shop);
    /// Whether something more may wait.
    [[nodiscard]] bool has_room() const;
    /// Asks; `done` is called exactly once, from a worker or from `stop`, where nobody answered. After
    /// `stop`, at once.
    void ask(message check, answered done);
    /// Queues a delivery. `first` is called after its next try, or at once if that is not due yet.
    void deliver(delivery next, tried first = {});
    /// Looks again at what is due: time has made a leap.
    void wake();
    /// Ends all threads, within about a second. Not from a callback.
    void stop();

    /// Deliveries that are not accepted yet.
    [[nodiscard]] std::size_t waiting() const;

private:
    struct question {
        message check;
        answered done;
    };
    struct waiting_delivery {
        delivery what;
        tried first;
    };

    void work(const shop_address& shop);
    void wait(std::unique_lock<std::mutex>& lock);
    void push(delivery next, tried first);
    [[nodiscard]] bool try_once(delivery& what, shop_client& client);

    const notifier_options options_;
    const notifier_hooks hooks_;
    const clock& time_;
    const schedule& repeats_;
    std::atomic<bool> stopping_ = false;

    mutable std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::deque<question> questions_;
    std::vector<waiting_delivery> deliveries_; ///< a heap, the first due on top
    std::size_t under_way_ = 0;                ///< deliveries that a worker has
    std::vector<std::thread> workers_;
};

} // namespace atelier::sandbox
