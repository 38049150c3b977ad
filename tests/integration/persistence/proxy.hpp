#pragma once

#include "tests/support/temporary_directory.hpp"

#include <array>
#include <atomic>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace atelier::test {

/// A network of our own between a client and PostgreSQL: it can be cut at any moment, or lose what is
/// answered.
class proxy {
public:
    /// `conninfo` names the server's socket directory in `host=` first.
    explicit proxy(const std::string& conninfo) : rest_{conninfo.substr(conninfo.find(' '))} {
        server_ = address_in(conninfo.substr(5, conninfo.find(' ') - 5));
        const auto own = address_in(directory_.path().string());
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
            ::listen(listener_, 16) != 0)
            throw std::runtime_error{"the proxy cannot listen"};
        thread_ = std::thread{[this] { run(); }};
    }
    proxy(const proxy&) = delete;
    proxy& operator=(const proxy&) = delete;
    ~proxy() {
        stopping_ = true;
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::string conninfo() const { return "host=" + directory_.path().string() + rest_; }

    /// Closes every connection, at both ends.
    void cut() { order(cut_both); }
    /// Closes the clients' ends; the server is not told.
    void cut_clients() { order(cut_client); }
    /// New connections are closed at once.
    void refuse(bool yes) { refusing_ = yes; }
    /// What the server says is kept from the clients and lost at the next cut.
    void lose_answers(bool yes) { losing_ = yes; }
    /// Bytes that clients have sent and the server's sockets have taken.
    [[nodiscard]] std::size_t forwarded() const { return forwarded_; }

private:
    enum order_kind : int { none, cut_both, cut_client };
    struct link {
        int client = -1;
        int server = -1;
    };

    static sockaddr_un address_in(const std::string& directory) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        (directory + "/.s.PGSQL.5432").copy(address.sun_path, sizeof address.sun_path - 1);
        return address;
    }

    void order(order_kind what) {
        order_ = what;
        while (order_ != none)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }

    void run() {
        while (!stopping_) {
            std::vector<pollfd> watched{{listener_, POLLIN, 0}};
            for (const auto& l : links_) {
                watched.push_back({l.client, POLLIN, 0});
                watched.push_back({losing_ ? -1 : l.server, POLLIN, 0});
            }
            ::poll(watched.data(), watched.size(), 2);
            for (std::size_t i = 0; i < links_.size(); ++i) {
                if (watched[1 + 2 * i].revents != 0)
                    pump(links_[i], links_[i].client, links_[i].server, true);
                if (watched[2 + 2 * i].revents != 0)
                    pump(links_[i], links_[i].server, links_[i].client, false);
            }
            if (watched[0].revents != 0)
                accept_one();
            obey();
        }
        order_ = cut_both;
        obey();
    }

    void accept_one() {
        const int client = ::accept(listener_, nullptr, nullptr);
        const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
        if (refusing_ ||
            ::connect(server, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) != 0) {
            ::close(client);
            ::close(server);
            return;
        }
        links_.push_back({client, server});
    }

    void pump(link& l, int from, int to, bool count) {
        std::array<char, 65'536> bytes{};
        const auto got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got > 0 && to >= 0 &&
            ::send(to, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got) {
            forwarded_ += count ? static_cast<std::size_t>(got) : 0;
            return;
        }
        close(l.client);
        close(l.server);
    }

    void obey() {
        for (auto& l : links_) {
            if (order_ == cut_both)
                close(l.server);
            if (order_ != none)
                close(l.client);
        }
        order_ = none;
    }

    static void close(int& socket) {
        if (socket >= 0)
            ::close(socket);
        socket = -1;
    }

    temporary_directory directory_;
    std::string rest_;
    sockaddr_un server_{};
    int listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    std::vector<link> links_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> refusing_{false};
    std::atomic<bool> losing_{false};
    std::atomic<int> order_{none};
    std::atomic<std::size_t> forwarded_{0};
    std::thread thread_;
};

} // namespace atelier::test
