#pragma once

#include "actors/domain/outcome.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace atelier::http {

/// A few threads for what blocks on the disk, so that I/O threads never do. The queue is bounded.
class file_pool {
public:
    file_pool(std::size_t threads, std::size_t queue_max);
    file_pool(const file_pool&) = delete;
    file_pool& operator=(const file_pool&) = delete;
    /// Finishes what was accepted.
    ~file_pool();

    /// Calls `work`, which returns an outcome, on a thread of the pool, and resumes the caller on its own
    /// executor. `overloaded` when the queue is full; `internal` when `work` throws. Work is not cancelled:
    /// until it is done, neither the awaiting coroutine nor its execution context may be destroyed (see
    /// `wait_idle`).
    template <class Work>
    [[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        std::optional<std::invoke_result_t<Work&>> result;
        std::function<void()> task = [&work, &result] { result.emplace(work()); };
        const status ran = co_await execute(task);
        if (!ran)
            co_return ran.error();
        co_return std::move(*result);
    }

    /// Blocks until no work is queued or running.
    void wait_idle();

private:
    enum class verdict : std::uint8_t { ran, threw, refused };
    using completion = boost::asio::any_completion_handler<void(verdict)>;
    struct job {
        const std::function<void()>* task;
        completion complete;
        boost::asio::any_io_executor executor;
    };

    boost::asio::awaitable<status> execute(const std::function<void()>& task);
    void enqueue(job next);
    void work_off();
    static void resume(job next, verdict result);

    const std::size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable idle_;
    std::deque<job> queue_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

} // namespace atelier::http
