#pragma once

#include "actors/runtime/pool_reading.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace atelier {

/// Threads for blocking work, behind one bounded queue. Thread-safe.
class worker_pool {
public:
    using job = std::function<void()>; ///< must not throw

    worker_pool(std::size_t threads, std::size_t queue_limit);
    ~worker_pool(); ///< stops
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// False when the queue is full or the pool has stopped: the job is dropped.
    [[nodiscard]] bool submit(job work);

    /// Runs the job that waits longest on the caller's thread; false when none waits. For a pool without
    /// threads, whose owner says when its work is done.
    bool run_one();

    /// Runs what was accepted, then joins the threads.
    void stop();

    [[nodiscard]] pool_reading read() const;

private:
    struct waiting {
        job work;
        std::chrono::steady_clock::time_point since;
    };

    void serve();
    job take();

    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<waiting> queue_;
    pool_reading so_far_; ///< `waiting` apart
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace atelier
