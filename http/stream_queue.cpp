#include "http/stream_queue.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace atelier::http {

namespace asio = boost::asio;

stream_queue::stream_queue(asio::any_io_executor executor, std::size_t bytes_max)
    : executor_{std::move(executor)}, bytes_max_{bytes_max} {}

bool stream_queue::push(std::string chunk) {
    const std::lock_guard lock{mutex_};
    if (state_ != state::open)
        return false;
    if (chunk.empty()) {
        state_ = state::finished;
    } else if (waiting_.size() + chunk.size() > bytes_max_) {
        state_ = state::broken;
        waiting_.clear();
    } else if (waiting_.empty()) {
        waiting_ = std::move(chunk);
    } else {
        waiting_ += chunk;
    }
    wake(lock);
    return state_ != state::broken;
}

asio::awaitable<std::optional<std::string>> stream_queue::next() {
    asio::steady_timer alarm{executor_, asio::steady_timer::time_point::max()};
    for (;;) {
        {
            const std::lock_guard lock{mutex_};
            if (!waiting_.empty())
                co_return std::exchange(waiting_, {});
            if (state_ != state::open)
                co_return std::nullopt;
            asleep_ = true;
            alarm_ = &alarm;
        }
        boost::system::error_code cancelled; // how it is woken
        co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        alarm_ = nullptr;
    }
}

void stream_queue::finish() {
    const std::lock_guard lock{mutex_};
    if (state_ == state::open)
        state_ = state::finished;
    wake(lock);
}

void stream_queue::close() {
    const std::lock_guard lock{mutex_};
    state_ = state::broken;
    waiting_.clear();
    wake(lock);
}

bool stream_queue::ended_well() const {
    const std::lock_guard lock{mutex_};
    return state_ == state::finished && waiting_.empty();
}

/// Once for each time that the session sleeps: the I/O context may be gone when nobody sleeps any more.
void stream_queue::wake(const std::lock_guard<std::mutex>&) {
    if (!std::exchange(asleep_, false))
        return;
    asio::post(executor_, [self = shared_from_this()] {
        if (self->alarm_ != nullptr)
            self->alarm_->cancel();
    });
}

} // namespace atelier::http
