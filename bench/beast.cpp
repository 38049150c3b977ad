// As little as a server on Boost.Beast can do: every request gets the same JSON document. What the routes of
// the service are measured against.

#include "bench/arguments.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

asio::awaitable<void> serve(tcp::socket socket, std::string body) {
    socket.set_option(tcp::no_delay{true});
    boost::beast::flat_buffer buffer;
    for (;;) { // until one of these throws, as the client has gone
        http::request<http::string_body> request;
        co_await http::async_read(socket, buffer, request, asio::use_awaitable);
        http::response<http::string_body> response{http::status::ok, request.version()};
        response.set(http::field::content_type, "application/json");
        response.keep_alive(request.keep_alive());
        response.body() = body;
        response.prepare_payload();
        co_await http::async_write(socket, response, asio::use_awaitable);
        if (!response.keep_alive())
            break;
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, const std::string& body) {
    for (;;) {
        error_code error;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (!error)
            asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), body), asio::detached);
    }
}

/// A thread with an event loop and a share of the port.
struct worker {
    worker(unsigned short port, const std::string& body) {
        const tcp::endpoint where{asio::ip::make_address("127.0.0.1"), port};
        acceptor.open(where.protocol());
        acceptor.set_option(reuse_port{true});
        acceptor.bind(where);
        acceptor.listen();
        asio::co_spawn(loop, accept(acceptor, body), asio::detached);
    }

    asio::io_context loop{1};
    tcp::acceptor acceptor{loop};
};

} // namespace

int main(int count, char** words) {
    const auto options = atelier::bench::arguments::parse(count - 1, words + 1);
    if (!options) {
        std::fprintf(stderr, "usage: beast --body TEXT --threads N\n");
        return 2;
    }
    const auto body = options->text("body", "{}");
    std::vector<std::unique_ptr<worker>> workers;
    unsigned short port = 0;
    for (int i = options->number("threads", 1); i > 0; --i) {
        workers.push_back(std::make_unique<worker>(port, body));
        port = workers.back()->acceptor.local_endpoint().port();
    }
    std::printf("ready %d\n", static_cast<int>(port));
    std::fflush(stdout);
    std::vector<std::jthread> threads;
    threads.reserve(workers.size());
    for (auto& each : workers)
        threads.emplace_back([&each] { each->loop.run(); });
    return 0;
}
