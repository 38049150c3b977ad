#include "actors/runtime/worker_pool.hpp"

#include <utility>

namespace atelier {

worker_pool::worker_pool(std::size_t threads, std::size_t queue_limit) : queue_limit_{queue_limit} {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { serve(); });
}

worker_pool::~worker_pool() {
    stop();
}

bool worker_pool::submit(job work) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_)
            return false;
        if (queue_.size() >= queue_limit_) {
            ++so_far_.refused;
            return false;
        }
        queue_.push_back({std::move(work), std::chrono::steady_clock::now()});
    }
    changed_.notify_one();
    return true;
}

bool worker_pool::run_one() {
    job next;
    {
        const std::lock_guard lock{mutex_};
        if (queue_.empty())
            return false;
        next = take();
    }
    next();
    const std::lock_guard lock{mutex_};
    --so_far_.busy;
    return true;
}

/// The job that waits longest, which is busy from now on. Under the lock.
worker_pool::job worker_pool::take() {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    ++so_far_.busy;
    ++so_far_.jobs;
    so_far_.waited +=
        std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now() - next.since);
    return std::move(next.work);
}

pool_reading worker_pool::read() const {
    const std::lock_guard lock{mutex_};
    auto now = so_far_;
    now.waiting = queue_.size();
    return now;
}

void worker_pool::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable())
            thread.join();
}

void worker_pool::serve() {
    for (;;) {
        job next;
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            next = take();
        }
        next();
        const std::lock_guard lock{mutex_};
        --so_far_.busy;
    }
}

} // namespace atelier
