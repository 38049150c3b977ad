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
        if (stopping_ || queue_.size() >= queue_limit_)
            return false;
        queue_.push_back(std::move(work));
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
        next = std::move(queue_.front());
        queue_.pop_front();
    }
    next();
    return true;
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
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        next();
    }
}

} // namespace atelier
