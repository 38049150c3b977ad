#pragma once

#include "http/body_decoder.hpp"
#include "http/connection.hpp"
#include "http/file.hpp"
#include "http/request_head.hpp"
#include "http/response_head.hpp"
#include "http/server_context.hpp"
#include "http/stream_queue.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>

namespace atelier::http {

/// One connection: reads requests, has them handled, writes the answers, strictly one after the other.
/// Lives in its coroutine, on one I/O thread.
class session
    : public std::enable_shared_from_this<session>,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    /// `peer` is the address of the other end.
    session(thread_scope& scope, boost::asio::ip::tcp::socket socket, std::string peer,
            std::optional<connection_gate::ticket> ticket);

    /// Serves requests until one side ends the connection.
    static boost::asio::awaitable<void> serve(std::shared_ptr<session> self);
    /// Says that there is no room (503) and ends.
    static boost::asio::awaitable<void> turn_away(std::shared_ptr<session> self);

    /// Enforces the deadline, and gives a stream its beats.
    void sweep(connection::clock::time_point now);
    /// Ends as soon as nothing is under way: when idle after a last pause, else after the present response.
    void drain();
    /// Ends now.
    void abort();

private:
    using time_point = connection::clock::time_point;
    class stream_in_use;

    // The beginning of a connection, in session_begin.cpp.
    boost::asio::awaitable<bool> welcome();
    boost::asio::awaitable<bool> hear_proxy();

    // Reading, in session.cpp. A failure is what the client is told; when it cannot be told any more, `gone_`
    // is set.
    void begin();
    void request_begins();
    boost::asio::awaitable<response> exchange();
    boost::asio::awaitable<status> read_head();
    status parse_head(std::size_t size);
    void identify();
    boost::asio::awaitable<status> read_body();
    [[nodiscard]] std::uint64_t body_size_max() const;
    [[nodiscard]] status check_body(std::uint64_t size_max) const;
    boost::asio::awaitable<status> receive_body(std::uint64_t size_max);
    boost::asio::awaitable<response> handle();
    std::optional<failure> too_many_requests() const;
    bool overloaded();
    response unrouted(const router::match& match);
    response decline(response answer);
    response refuse(const failure& why);
    failure lost();

    // Writing, in session_write.cpp.
    boost::asio::awaitable<void> send(response answer);
    boost::asio::awaitable<void> send_text(const response& answer, std::string_view body);
    boost::asio::awaitable<void> send_file(const response& answer, const file_body& body);
    boost::asio::awaitable<void> send_rest(const file& source, std::uint64_t offset, std::uint64_t length);
    boost::asio::awaitable<void> send_rest_secured(const file& source, std::uint64_t offset,
                                                   std::uint64_t length);
    boost::asio::awaitable<void> send_stream(const response& answer, const stream_body& body);
    boost::asio::awaitable<void> pump(stream_queue& queue, bool chunked);
    static boost::asio::awaitable<void> watch(std::shared_ptr<session> self,
                                              std::shared_ptr<stream_queue> queue);
    boost::asio::awaitable<void> write(std::string_view bytes);
    void start_head(const response& answer, std::optional<std::uint64_t> content_length,
                    bool chunked = false);
    [[nodiscard]] bool sends_body(const response& answer) const;
    void forget_request();
    void observe() const;

    thread_scope& scope_;
    std::optional<connection_gate::ticket> ticket_;
    std::string peer_;          ///< or whom a PROXY header names
    bool behind_proxy_ = false; ///< the peer is believed where requests come from
    connection connection_;

    // The present request.
    request request_;
    request_head head_;
    head_finder finder_;
    body_decoder body_{framing{}};
    const route* route_ = nullptr;
    time_point started_;
    std::string out_;
    unsigned status_ = 0;
    bool shed_ = false; ///< refused because there is more than can be done
    std::uint64_t bytes_sent_ = 0;
    stream_in_use* stream_ = nullptr; ///< in the coroutine that writes it

    bool idle_ = false;       ///< nothing is under way: no request has begun, or the last one is answered
    bool gone_ = false;       ///< the client cannot be told anything any more
    bool keep_alive_ = false; ///< another request may follow
    bool sending_ = false;    ///< the client may go on sending what nobody will read
};

using session_list = boost::intrusive::list<session, boost::intrusive::constant_time_size<false>>;

} // namespace atelier::http
