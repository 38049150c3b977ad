#include "http/file_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>

namespace atelier::http {
namespace asio = boost::asio;
namespace {

/// sendfile(2) knows no MSG_NOSIGNAL: a client that has gone must not end the program.
void ignore_broken_pipes() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace

file_pool::file_pool(std::size_t threads, std::size_t queue_max) : queue_max_{queue_max} {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { work_off(); });
}

file_pool::~file_pool() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    arrived_.notify_all();
    threads_.clear(); // joins
}

void file_pool::wait_idle() {
    std::unique_lock lock{mutex_};
    idle_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

asio::awaitable<status> file_pool::execute(const std::function<void()>& task) {
    const auto executor = co_await asio::this_coro::executor;
    auto start = [this, &task, &executor](auto complete) {
        enqueue(job{&task, std::move(complete), executor});
    };
    const auto result = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(verdict)>(
        start, asio::use_awaitable);
    switch (result) {
    case verdict::ran:
        co_return done{};
    case verdict::threw:
        co_return failure{errc::internal, "work on a file threw"};
    case verdict::refused:
        break;
    }
    co_return failure{errc::overloaded, "too many files are waiting for the disk"};
}

void file_pool::enqueue(job next) {
    {
        const std::lock_guard lock{mutex_};
        if (queue_.size() < queue_max_) {
            queue_.push_back(std::move(next));
            arrived_.notify_one();
            return;
        }
    }
    resume(std::move(next), verdict::refused);
}

/// Continues the awaiting coroutine where it lives.
void file_pool::resume(job next, verdict result) {
    asio::post(next.executor,
               [complete = std::move(next.complete), result]() mutable { std::move(complete)(result); });
}

void file_pool::work_off() {
    ignore_broken_pipes();
    std::unique_lock lock{mutex_};
    for (;;) {
        arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        lock.unlock();
        auto result = verdict::ran;
        try {
            (*next.task)();
        } catch (...) {
            result = verdict::threw; // told to the caller, who knows what it was about
        }
        resume(std::move(next), result);
        lock.lock();
        if (--running_ == 0 && queue_.empty())
            idle_.notify_all();
    }
}

} // namespace atelier::http
