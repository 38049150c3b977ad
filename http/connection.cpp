#include "http/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <fcntl.h>
#include <utility>

namespace atelier::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A deadline is renewed after this much progress, so that a trickle cannot renew it for ever.
constexpr std::size_t progress = 65536;
constexpr std::size_t kept_capacity = 16384;
constexpr std::chrono::milliseconds linger_timeout{2000};
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;

} // namespace

struct connection::tls_layer {
    tls_layer(asio::ip::tcp::socket& socket, std::shared_ptr<asio::ssl::context> shown)
        : identity{std::move(shown)}, stream{socket, *identity} {}

    std::shared_ptr<asio::ssl::context> identity;
    asio::ssl::stream<asio::ip::tcp::socket&> stream;
};

connection::connection(asio::ip::tcp::socket socket) : socket_{std::move(socket)} {}

connection::~connection() = default;

asio::awaitable<bool> connection::secure(std::shared_ptr<asio::ssl::context> identity) {
    tls_ = std::make_unique<tls_layer>(socket_, std::move(identity));
    error_code error;
    const auto used = co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, received_.data(),
                                                            asio::redirect_error(asio::use_awaitable, error));
    received_.consume(used);
    co_return !error;
}

std::string_view connection::received() const {
    const auto bytes = received_.data();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
}

void connection::consume(std::size_t bytes) {
    received_.consume(bytes);
}

void connection::trim() {
    if (received_.capacity() > kept_capacity)
        received_.shrink_to_fit();
}

void connection::release() {
    received_.shrink_to_fit();
}

asio::awaitable<bool> connection::receive(std::size_t bytes_max) {
    if (expired_)
        co_return false;
    error_code error;
    const auto space = received_.prepare(bytes_max);
    std::size_t got = 0;
    if (tls_)
        got = co_await tls_->stream.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    else
        got = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    received_.commit(got);
    co_return !error;
}

asio::awaitable<bool> connection::send(std::string_view data, std::chrono::milliseconds timeout) {
    expire_after(timeout);
    std::size_t renewed = data.size();
    while (!data.empty() && !expired_) {
        error_code error;
        std::size_t sent = 0;
        if (tls_) {
            sent = co_await tls_->stream.async_write_some(asio::buffer(data),
                                                          asio::redirect_error(asio::use_awaitable, error));
        } else {
            // Most responses fit into the socket's buffer: no need to go through the reactor.
            sent = socket_.write_some(asio::buffer(data), error);
            if (error == asio::error::would_block)
                sent = co_await socket_.async_write_some(asio::buffer(data),
                                                         asio::redirect_error(asio::use_awaitable, error));
        }
        if (error)
            co_return false;
        data.remove_prefix(sent);
        if (renewed - data.size() >= progress) {
            renewed = data.size();
            expire_after(timeout);
        }
    }
    const bool complete = !expired_;
    if (complete)
        expire_never();
    co_return complete;
}

asio::awaitable<bool> connection::writable() {
    if (expired_)
        co_return false;
    error_code error;
    co_await socket_.async_wait(asio::ip::tcp::socket::wait_write,
                                asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

unique_fd connection::duplicate() {
    return unique_fd{::fcntl(socket_.native_handle(), F_DUPFD_CLOEXEC, 0)};
}

asio::awaitable<void> connection::watch() {
    std::array<char, 32> ignored{}; // many of these wait at once
    error_code error;
    while (!error) {
        if (tls_)
            co_await tls_->stream.async_read_some(asio::buffer(ignored),
                                                  asio::redirect_error(asio::use_awaitable, error));
        else
            co_await socket_.async_read_some(asio::buffer(ignored),
                                             asio::redirect_error(asio::use_awaitable, error));
    }
}

asio::awaitable<void> connection::linger() {
    error_code error; // the client may be gone, which is what we wait for
    expire_after(linger_timeout);
    if (tls_)
        co_await tls_->stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    error.clear();
    consume(received().size());
    for (std::size_t dropped = 0; dropped < linger_bytes_max && !error && !expired_;) {
        const auto space = received_.prepare(kept_capacity);
        dropped += co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    }
}

void connection::expire_after(std::chrono::milliseconds timeout) {
    deadline_ = clock::now() + timeout;
    expired_ = false;
}

void connection::expire_never() {
    deadline_ = clock::time_point::max();
    expired_ = false;
}

void connection::sweep(clock::time_point now) {
    if (now < deadline_)
        return;
    deadline_ = clock::time_point::max();
    expired_ = true;
    error_code ignored; // of a socket that is closed already
    socket_.cancel(ignored);
}

void connection::close() {
    error_code ignored; // the descriptor is released either way
    socket_.close(ignored);
}

} // namespace atelier::http
