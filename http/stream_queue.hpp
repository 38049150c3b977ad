#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace atelier::http {

/// Carries chunks from a producer on any thread to the session that writes them. Bounded: a producer that is
/// faster than its client ends the stream. May outlive the session and its I/O context once it is closed.
class stream_queue : public std::enable_shared_from_this<stream_queue> {
public:
    /// At most `bytes_max` bytes wait; `executor` is the session's.
    stream_queue(boost::asio::any_io_executor executor, std::size_t bytes_max);

    /// From any thread. False: the stream is over. An empty chunk ends it after what is waiting.
    bool push(std::string chunk);

    /// The session waits for what was pushed since the last call; nothing: the stream is over. On the I/O
    /// thread.
    [[nodiscard]] boost::asio::awaitable<std::optional<std::string>> next();

    /// No more is taken, but what waits is still written: the server drains. From any thread.
    void finish();
    /// The client has gone or the session ends. From any thread; the waiting session is woken.
    void close();
    /// Whether everything that was pushed was handed on by `next`, and the stream ended as its producer
    /// meant.
    [[nodiscard]] bool ended_well() const;

private:
    enum class state : std::uint8_t { open, finished, broken };

    void wake(const std::lock_guard<std::mutex>& held);

    const boost::asio::any_io_executor executor_;
    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::string waiting_;
    state state_ = state::open;
    bool asleep_ = false;                        ///< the session waits and nobody has woken it yet
    boost::asio::steady_timer* alarm_ = nullptr; ///< of the waiting session; I/O thread only
};

} // namespace atelier::http
