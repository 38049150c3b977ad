#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"
#include "http/file_pool.hpp"
#include "http/hooks.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace atelier::http {

class io_thread;
struct server_context;

/// Serves one table of routes on one address with HTTP/1.1, on threads of its own.
class server {
public:
    /// Binds and listens, or takes the socket that it is given; clients may connect, and wait until `start`.
    /// `unavailable` with a text for people if it cannot. `files` and `time` must outlive the server.
    [[nodiscard]] static outcome<std::unique_ptr<server>> open(server_options options, router routes,
                                                               file_pool& files, const clock& time,
                                                               random_source& random, server_hooks hooks);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    /// Stops without waiting for requests, then destroys what they left. Nobody may post to the executors any
    /// more.
    ~server();

    /// Starts the I/O threads. Once.
    void start();
    /// Closes the listening sockets, and idle connections after `drain_idle`; ends streams, lets requests
    /// finish for up to `drain`, breaks the remaining connections, and joins the threads. A handler that is
    /// still waiting a second later is abandoned: its coroutine stays suspended until the server is
    /// destroyed. Not from an I/O thread; may be repeated.
    void stop(std::chrono::milliseconds drain);

    /// The one bound to.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Open at present.
    [[nodiscard]] std::size_t connections() const;
    /// Turned away at a limit, so far.
    [[nodiscard]] std::uint64_t refused_connections() const;
    /// How long what comes waits until its I/O thread turns to it: the worst of the threads.
    [[nodiscard]] std::chrono::steady_clock::duration lag() const;
    [[nodiscard]] std::size_t threads() const { return threads_.size(); }
    /// The executor of one I/O thread: what is posted there runs between the steps of its sessions.
    [[nodiscard]] boost::asio::any_io_executor executor(std::size_t thread) const;

private:
    server(server_options options, router routes, file_pool& files, const clock& time, random_source& random,
           server_hooks hooks);

    status listen();
    status take_over(int listening);
    bool wait_until_ended(std::chrono::milliseconds timeout);

    std::unique_ptr<server_context> context_;
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

} // namespace atelier::http
