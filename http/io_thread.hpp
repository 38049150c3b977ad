#pragma once

#include "http/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <thread>

namespace atelier::http {

/// One thread with its own event loop, its own acceptor and its own sessions; nothing is shared with the
/// others on the way of a request.
class io_thread {
public:
    explicit io_thread(server_context& shared);
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;
    ~io_thread();

    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    /// How long what comes waits until this thread turns to it. From any thread.
    [[nodiscard]] loop_lag::clock::duration lag() const { return scope_.lag.lag(); }
    /// Before `start`.
    void listen_with(boost::asio::ip::tcp::acceptor acceptor);
    /// Runs until drained or halted, then calls `on_end` on the thread.
    void start(std::function<void()> on_end);

    /// Accepts no more, closes idle connections, and ends the thread when the last session has ended. From
    /// any thread.
    void drain();
    /// Breaks all connections. From any thread.
    void abort();
    /// Ends the thread at once, whatever is under way.
    void halt() { context_.stop(); }
    void join();

private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> sweep();
    boost::asio::awaitable<void> pause();
    boost::asio::awaitable<void> watch_lag();
    bool try_admit(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& address);
    void admit(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& address);
    void ended(bool refused, const std::exception_ptr& thrown);

    // The sessions leave the list when the context destroys their coroutines: it must go first.
    session_list sessions_;
    thread_scope scope_;
    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::acceptor acceptor_{context_};
    boost::asio::steady_timer sweep_timer_{context_};
    boost::asio::steady_timer pause_timer_{context_};
    boost::asio::steady_timer lag_timer_{context_};
    std::size_t live_ = 0;    ///< coroutines of sessions
    std::size_t refused_ = 0; ///< of them, those that only say that there is no room
    bool starved_ = false;    ///< accepting has failed since it last worked
    std::thread thread_;
};

} // namespace atelier::http
