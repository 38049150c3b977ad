#include "http/io_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds sweep_interval{250};
constexpr std::chrono::milliseconds accept_pause{100};
/// So many clients at a time are told that there is no room; the others are cut off.
constexpr std::size_t refused_max = 64;

/// IPv4 in its own notation also when it came through an IPv6 socket.
asio::ip::address plain(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

} // namespace

io_thread::io_thread(server_context& shared) : scope_{shared} {
    scope_.executor = context_.get_executor();
    scope_.date = http_date(shared.time.now());
}

io_thread::~io_thread() {
    halt();
    join();
}

void io_thread::listen_with(tcp::acceptor acceptor) {
    acceptor_ = std::move(acceptor);
}

void io_thread::start(std::function<void()> on_end) {
    asio::co_spawn(context_, accept(), asio::detached);
    asio::co_spawn(context_, sweep(), asio::detached);
    asio::co_spawn(context_, watch_lag(), asio::detached);
    thread_ = std::thread{[this, on_end = std::move(on_end)] {
        context_.run();
        on_end();
    }};
}

void io_thread::drain() {
    asio::post(context_, [this] {
        scope_.draining = true;
        error_code ignored; // closing releases the port in any case
        acceptor_.close(ignored);
        pause_timer_.cancel();
        sweep_timer_.cancel();
        for (auto& each : sessions_)
            each.drain();
    });
}

void io_thread::abort() {
    asio::post(context_, [this] {
        for (auto& each : sessions_)
            each.abort();
    });
}

void io_thread::join() {
    if (!thread_.joinable())
        return;
    thread_.join();
    for (auto& each : sessions_) // left over only after `halt`
        each.abort();
}

asio::awaitable<void> io_thread::accept() {
    for (;;) {
        tcp::endpoint peer;
        error_code error;
        auto socket = co_await acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
        if (scope_.draining)
            co_return;
        if (error == asio::error::connection_aborted)
            continue;
        if (error || !try_admit(std::move(socket), plain(peer.address())))
            co_await pause();
        else
            starved_ = false;
    }
}

/// No descriptors or no memory for another connection: trying on at once would only burn the processor.
asio::awaitable<void> io_thread::pause() {
    if (!std::exchange(starved_, true))
        scope_.shared.report("no descriptors or memory for more connections; accepting pauses");
    error_code cancelled; // by a drain
    pause_timer_.expires_after(accept_pause);
    co_await pause_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

bool io_thread::try_admit(tcp::socket socket, const asio::ip::address& address) {
    try {
        admit(std::move(socket), address);
        return true;
    } catch (const std::exception&) {
        return false; // out of memory
    }
}

void io_thread::admit(tcp::socket socket, const asio::ip::address& address) {
    const auto& shared = scope_.shared;
    auto peer = address.to_string();
    const bool is_proxy = shared.options.trusted_proxies.contains(peer); // which brings many clients
    auto ticket = scope_.shared.gate.enter(is_proxy ? std::string{} : customer_network(peer));
    const bool refused = !ticket.has_value();
    if (refused && refused_ == refused_max)
        return;
    error_code error;
    socket.set_option(tcp::no_delay{true}, error);
    if (!error)
        socket.non_blocking(true, error);
    if (error)
        return; // the client has gone already
    auto admitted = std::make_shared<session>(scope_, std::move(socket), std::move(peer), std::move(ticket));
    sessions_.push_back(*admitted);
    ++live_;
    refused_ += refused ? 1 : 0;
    asio::co_spawn(context_,
                   refused ? session::turn_away(std::move(admitted)) : session::serve(std::move(admitted)),
                   [this, refused](const std::exception_ptr& thrown) { ended(refused, thrown); });
}

void io_thread::ended(bool refused, const std::exception_ptr& thrown) {
    --live_;
    refused_ -= refused ? 1 : 0;
    if (scope_.draining && live_ == 0)
        sweep_timer_.cancel();
    if (!thrown)
        return;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        scope_.shared.report(std::string{"a session ended with an exception: "} + error.what());
    } catch (...) {
        scope_.shared.report("a session ended with something that is no exception");
    }
}

/// Ends with the rest: the sessions that a drain waits for may still be too many.
asio::awaitable<void> io_thread::watch_lag() {
    auto due = loop_lag::clock::now();
    while (!scope_.draining || live_ > 0) {
        due = std::max(due, loop_lag::clock::now()) + loop_lag::interval;
        error_code never; // cancelled
        lag_timer_.expires_at(due);
        co_await lag_timer_.async_wait(asio::redirect_error(asio::use_awaitable, never));
        scope_.lag.fired(due, loop_lag::clock::now());
    }
}

asio::awaitable<void> io_thread::sweep() {
    while (!scope_.draining || live_ > 0) {
        error_code cancelled; // to look at the condition again
        sweep_timer_.expires_after(sweep_interval);
        co_await sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        scope_.date = http_date(scope_.shared.time.now());
        const auto now = connection::clock::now();
        for (auto& each : sessions_)
            each.sweep(now);
    }
}

} // namespace atelier::http
