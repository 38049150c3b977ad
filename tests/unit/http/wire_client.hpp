#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace atelier::test {

/// How long a test waits before what does not come is called missing.
inline constexpr std::chrono::seconds patience{30};

/// Asks until the answer is yes; gives up after `patience`.
template <class Condition>
bool eventually(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

/// A response as it came over the wire; status 0: there was none.
struct wire_response {
    unsigned status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
    bool complete = false; ///< the body had the length, or the last chunk, that was promised

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string{} : found->second;
    }
};

/// A blocking socket to 127.0.0.1 that sends just the bytes it is given.
class wire_client {
public:
    /// `receive_buffer` > 0 makes the client one that takes little at a time.
    explicit wire_client(std::uint16_t port, int receive_buffer = 0)
        : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        if (receive_buffer > 0)
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval limit{patience.count(), 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            socket_ >= 0 && ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    wire_client(wire_client&& other) noexcept
        : socket_{std::exchange(other.socket_, -1)}, connected_{other.connected_}, buffer_{std::move(
                                                                                       other.buffer_)} {}
    wire_client& operator=(wire_client&&) = delete;
    ~wire_client() { close(); }

    [[nodiscard]] bool connected() const { return connected_; }

    /// False: the other side does not take any more.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// The next response. `to_head`: its body does not come.
    wire_response next(bool to_head = false) {
        wire_response response;
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!fill())
                return response;
        parse_head(buffer_.substr(0, end + 2), response);
        buffer_.erase(0, end + 4);
        const bool bodiless =
            to_head || response.status < 200 || response.status == 204 || response.status == 304;
        response.complete = bodiless || read_body(response);
        return response;
    }

    /// Everything until the other side ends the connection.
    std::string rest() {
        while (fill()) {
        }
        return std::exchange(buffer_, {});
    }

    /// Whether the other side ends the connection without a further byte.
    bool at_end() { return rest().empty(); }

    void end_sending() const { ::shutdown(socket_, SHUT_WR); }

    void close() {
        if (socket_ >= 0)
            ::close(std::exchange(socket_, -1));
    }

private:
    bool fill() {
        std::array<char, 65536> block; // NOLINT: filled by recv
        const auto got = ::recv(socket_, block.data(), block.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error{"the server has said nothing for too long"};
        if (got <= 0)
            return false;
        buffer_.append(block.data(), static_cast<std::size_t>(got));
        return true;
    }

    static void parse_head(std::string_view head, wire_response& response) {
        response.status = static_cast<unsigned>(std::stoul(std::string{head.substr(9, 3)}));
        for (auto line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
            const auto colon = head.find(": ", line);
            std::string name{head.substr(line, colon - line)};
            std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
            response.headers[name] = head.substr(colon + 2, head.find("\r\n", line) - colon - 2);
        }
    }

    bool read_body(wire_response& response) {
        if (response.header("transfer-encoding") == "chunked")
            return read_chunks(response.body);
        if (!response.headers.contains("content-length")) {
            response.body = rest();
            return true;
        }
        const auto length = std::stoul(response.header("content-length"));
        const bool complete = take(length, response.body);
        return complete;
    }

    bool read_chunks(std::string& body) {
        for (;;) {
            std::size_t line = 0;
            while ((line = buffer_.find("\r\n")) == std::string::npos)
                if (!fill())
                    return false;
            const auto size = std::stoul(buffer_.substr(0, line), nullptr, 16);
            buffer_.erase(0, line + 2);
            std::string chunk;
            const bool whole = take(size + 2, chunk);
            if (!whole || !chunk.ends_with("\r\n"))
                return false;
            body += chunk.substr(0, size);
            if (size == 0)
                return true;
        }
    }

    bool take(std::size_t size, std::string& into) {
        while (buffer_.size() < size && fill()) {
        }
        into += buffer_.substr(0, size);
        const bool whole = buffer_.size() >= size;
        buffer_.erase(0, size);
        return whole;
    }

    int socket_;
    bool connected_ = false;
    std::string buffer_;
};

} // namespace atelier::test
