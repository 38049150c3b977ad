#pragma once

#include "persistence/files.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace atelier::http {

/// One accepted socket: bytes in and out, plain or through TLS, under one deadline that a sweep enforces. For
/// one I/O thread. One coroutine may receive while another sends.
class connection {
public:
    using clock = std::chrono::steady_clock;

    explicit connection(boost::asio::ip::tcp::socket socket);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Goes on with TLS; what has been received was its beginning. False: there is no such client.
    [[nodiscard]] boost::asio::awaitable<bool> secure(std::shared_ptr<boost::asio::ssl::context> identity);
    [[nodiscard]] bool is_secure() const { return tls_ != nullptr; }

    /// What has been received and not been consumed.
    [[nodiscard]] std::string_view received() const;
    void consume(std::size_t bytes);
    /// Gives memory back that only a large request needed.
    void trim();
    /// Gives all memory back in which nothing has been received.
    void release();

    /// Appends what arrives next, at most `bytes_max`, to `received`. False: the client has ended its side,
    /// the connection broke, or the deadline has passed (see `expired`).
    [[nodiscard]] boost::asio::awaitable<bool> receive(std::size_t bytes_max);
    /// Sends everything, with `timeout` for each 64 KiB, and leaves no deadline behind. False as above.
    [[nodiscard]] boost::asio::awaitable<bool> send(std::string_view data, std::chrono::milliseconds timeout);
    /// Waits until the client takes more. False as above.
    [[nodiscard]] boost::asio::awaitable<bool> writable();
    /// The same plain socket under a descriptor of its own, which does not block: whoever else writes to it
    /// need not fear that the connection is closed meanwhile and its number given to another one.
    [[nodiscard]] unique_fd duplicate();
    /// Waits until the client ends its side; what it sends meanwhile is dropped.
    [[nodiscard]] boost::asio::awaitable<void> watch();
    /// Says that nothing more will come, then reads on for a moment: closing with unread input would reset
    /// the connection and could take the response away from the client (RFC 9112, 9.6).
    [[nodiscard]] boost::asio::awaitable<void> linger();

    /// Sets the deadline, and forgets that an earlier one has passed.
    void expire_after(std::chrono::milliseconds timeout);
    void expire_never();
    [[nodiscard]] bool expired() const { return expired_; }
    /// Wakes whoever waits if the deadline has passed.
    void sweep(clock::time_point now);

    void close();

private:
    struct tls_layer;

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<tls_layer> tls_;
    boost::beast::flat_buffer received_;
    clock::time_point deadline_ = clock::time_point::max();
    bool expired_ = false;
};

} // namespace atelier::http
