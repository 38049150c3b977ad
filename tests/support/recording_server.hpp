#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace atelier::test {

/// How long a test waits before what does not come is called missing.
constexpr std::chrono::seconds patience{20};

/// A request as it came.
struct request {
    std::string method; ///< e.g. "POST"
    std::string target;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;

    /// The last segment of the target.
    [[nodiscard]] std::string kind() const { return target.substr(target.rfind('/') + 1); }
    /// The value of a header; "" when it is not there.
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// At the end of an answer: the connection is cut after what stands before.
inline constexpr std::string_view cut{"\0cut", 4};

inline std::string http_answer(std::string_view status, std::string_view body,
                               std::string_view type = "application/json; charset=utf-8") {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Type: " + std::string{type} +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// A small HTTP server that notes every request and answers it as the test says. "" hangs up without an
/// answer; an answer that blocks holds its connection only.
class recording_server {
public:
    using answerer = std::function<std::string(const request&)>;

    explicit recording_server(answerer answer)
        : answer_{std::move(answer)}, listener_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, generic, &size) != 0)
            throw std::runtime_error{"no listening socket"};
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread{[this] { accept_all(); }};
    }

    ~recording_server() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        {
            const std::lock_guard lock{mutex_};
            for (const int connection : connections_)
                ::shutdown(connection, SHUT_RDWR);
        }
        for (auto& session : sessions_)
            session.join();
        for (const int connection : connections_)
            ::close(connection);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// All requests in the order in which they came; waits until there are `count`.
    [[nodiscard]] std::vector<request> requests(std::size_t count) {
        std::unique_lock lock{mutex_};
        if (!arrived_.wait_for(lock, patience, [&] { return requests_.size() >= count; }))
            throw std::runtime_error{"only " + std::to_string(requests_.size()) + " requests came"};
        return requests_;
    }

private:
    void accept_all() {
        for (;;) {
            const int connection = ::accept(listener_, nullptr, nullptr);
            if (connection < 0)
                return;
            const std::lock_guard lock{mutex_};
            connections_.push_back(connection);
            sessions_.emplace_back([this, connection] { serve(connection); });
        }
    }

    void serve(int connection) {
        std::string buffer;
        while (const auto next = read_request(connection, buffer)) {
            {
                const std::lock_guard lock{mutex_};
                requests_.push_back(*next);
            }
            arrived_.notify_all();
            auto reply = answer_(*next);
            const bool last = reply.empty() || reply.ends_with(cut);
            if (reply.ends_with(cut))
                reply.resize(reply.size() - cut.size());
            if (::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0 || last)
                break;
        }
        ::shutdown(connection, SHUT_RDWR);
    }

    static bool fill(int connection, std::string& buffer) {
        std::array<char, 4096> chunk{};
        const auto got = ::recv(connection, chunk.data(), chunk.size(), 0);
        if (got <= 0)
            return false;
        buffer.append(chunk.data(), static_cast<std::size_t>(got));
        return true;
    }

    static std::optional<request> read_request(int connection, std::string& buffer) {
        std::size_t end = 0;
        while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
            if (!fill(connection, buffer))
                return std::nullopt;
        request next;
        const auto space = buffer.find(' ');
        next.method = buffer.substr(0, space);
        next.target = buffer.substr(space + 1, buffer.find(' ', space + 1) - space - 1);
        for (auto line = buffer.find("\r\n") + 2; line < end + 2; line = buffer.find("\r\n", line) + 2) {
            const auto colon = buffer.find(':', line);
            auto name = buffer.substr(line, colon - line);
            std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
            next.headers[name] = buffer.substr(colon + 2, buffer.find("\r\n", line) - colon - 2);
        }
        const auto declared = next.header("content-length");
        const auto length = declared.empty() ? 0 : std::stoul(declared);
        while (buffer.size() < end + 4 + length)
            if (!fill(connection, buffer))
                return std::nullopt;
        next.body = buffer.substr(end + 4, length);
        buffer.erase(0, end + 4 + length);
        return next;
    }

    answerer answer_;
    int listener_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<request> requests_;
    std::vector<int> connections_;
    std::vector<std::thread> sessions_;
    std::thread acceptor_;
};

} // namespace atelier::test
