#define CAF_SUITE http_server_limits
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/resource.h>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

/// Deadlines that a test can wait for; those that it is not about are far away.
limits patient() {
    limits bounds;
    const std::chrono::minutes far{10};
    bounds.header_timeout = bounds.body_timeout = bounds.write_timeout = bounds.idle_timeout = far;
    return bounds;
}

constexpr std::chrono::milliseconds soon{300};

/// Sends a byte now and then until the other side has had enough.
void trickle(wire_client& client, std::string_view byte) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (client.send(byte) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

} // namespace

CAF_TEST(a header that trickles is cut off though bytes keep coming) {
    auto bounds = patient();
    bounds.header_timeout = soon;
    test_server server{bounds};
    wire_client client{server.port()};
    client.send("GET /hello HTTP/1.1\r\nX: ");
    std::jthread feeder{[&] { trickle(client, "y"); }};
    const auto r = client.next();
    CAF_CHECK_EQUAL(r.status, 408U);
    CAF_CHECK_EQUAL(r.header("connection"), "close");
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
}

CAF_TEST(a body that trickles is cut off though bytes keep coming) {
    auto bounds = patient();
    bounds.body_timeout = soon;
    test_server server{bounds};
    for (const auto* path : {"/memory", "/file"}) {
        wire_client client{server.port()};
        client.send("POST " + std::string{path} + " HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
        std::jthread feeder{[&] { trickle(client, "y"); }};
        CAF_CHECK_EQUAL(client.next().status, 408U);
    }
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    CAF_CHECK_EQUAL(server.stored_files(), 0);
}

CAF_TEST(a slow body that makes progress may take longer than one deadline) {
    auto bounds = patient();
    bounds.body_timeout = std::chrono::milliseconds{1500};
    test_server server{bounds};
    const std::string body(600'000, 'x');
    const auto bytes = post("/file", body);
    wire_client client{server.port()};
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t sent = 0; sent < bytes.size(); sent += 60'000) {
        client.send(std::string_view{bytes}.substr(sent, 60'000));
        std::this_thread::sleep_for(std::chrono::milliseconds{250});
    }
    CAF_CHECK(client.next().body == body);
    CAF_CHECK(std::chrono::steady_clock::now() - begin > bounds.body_timeout);
}

CAF_TEST(an idle connection is closed without a word) {
    auto bounds = patient();
    bounds.idle_timeout = soon;
    test_server server{bounds};
    wire_client silent{server.port()};
    CAF_CHECK(silent.at_end());
    wire_client client{server.port()};
    client.send(get("/hello"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
    CAF_CHECK(client.at_end());
    CAF_CHECK_EQUAL(server.observed().size(), 1U);
}

CAF_TEST(a client that does not take its response is cut off) {
    auto bounds = patient();
    bounds.write_timeout = soon;
    const std::string large(8'000'000, 'x');
    test_server server{
        bounds, {make_route(method::get, "/large", body_mode::none, [&](request&) { return text(large); })}};
    wire_client client{server.port(), 4096};
    client.send(get("/large"));
    CAF_CHECK(eventually([&] { return server.observed().size() == 1; }));
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    CAF_CHECK(!client.next().complete);
}

CAF_TEST(a client that pipelines requests and takes no answers is cut off) {
    auto bounds = patient();
    bounds.write_timeout = soon;
    std::atomic<std::size_t> handled = 0;
    auto answer = make_route(method::get, "/large", body_mode::none, [&](request&) {
        ++handled;
        return text(std::string(60'000, 'x'));
    });
    test_server server{bounds, {std::move(answer)}};
    wire_client greedy{server.port(), 4096};
    std::string many;
    constexpr std::size_t batch = 1'000;
    for (std::size_t i = 0; i < batch; ++i)
        many += get("/large");
    std::size_t sent = 0;
    std::jthread sender{[&] {
        while (sent < 1'000 * batch && greedy.send(many))
            sent += batch;
    }};
    CAF_CHECK(eventually([&] { return handled > 0; }));
    wire_client polite{server.port()};
    polite.send(get("/hello"));
    CAF_CHECK_EQUAL(polite.next().status, 200U);
    sender.join(); // it could not send all
    CAF_CHECK(sent < 1'000 * batch);
    CAF_CHECK(handled < batch); // each answer is taken before the next request is read
    CAF_CHECK(eventually([&] { return server->connections() == 1; }));
}

CAF_TEST(connections past the limit are told so) {
    auto bounds = patient();
    bounds.connections = 3;
    test_server server{bounds};
    std::vector<wire_client> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(get("/hello"));
        CAF_CHECK_EQUAL(clients.back().next().status, 200U);
    }
    for (int i = 0; i < 5; ++i) {
        const auto r = server.ask(get("/hello"));
        CAF_CHECK_EQUAL(r.status, 503U);
        CAF_CHECK_EQUAL(r.header("retry-after"), "1");
        CAF_CHECK_EQUAL(r.header("connection"), "close");
    }
    CAF_CHECK_EQUAL(server->connections(), 3U);
    clients.front().send(get("/hello"));
    CAF_CHECK_EQUAL(clients.front().next().status, 200U);
    clients.pop_back();
    CAF_CHECK(eventually([&] { return server.ask(get("/hello")).status == 200; }));
}

CAF_TEST(connections of one address are limited) {
    auto bounds = patient();
    bounds.connections_per_address = 2;
    test_server server{bounds};
    std::vector<wire_client> clients;
    for (int i = 0; i < 2; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(get("/hello"));
        CAF_CHECK_EQUAL(clients.back().next().status, 200U);
    }
    CAF_CHECK_EQUAL(server.ask(get("/hello")).status, 503U);
    clients.clear();
    CAF_CHECK(eventually([&] { return server.ask(get("/hello")).status == 200; }));
}

CAF_TEST(a flood of refused connections does not keep the admitted ones waiting) {
    auto bounds = patient();
    bounds.connections = 1;
    test_server server{bounds};
    wire_client admitted{server.port()};
    admitted.send(get("/hello"));
    CAF_CHECK_EQUAL(admitted.next().status, 200U);
    std::vector<wire_client> flood;
    flood.reserve(300);
    for (int i = 0; i < 300; ++i)
        flood.emplace_back(server.port());
    admitted.send(get("/hello"));
    CAF_CHECK_EQUAL(admitted.next().status, 200U);
    for (auto& client : flood)
        client.rest();
    CAF_CHECK_EQUAL(server->connections(), 1U);
}

CAF_TEST(running out of descriptors only pauses accepting) {
    test_server server{patient()};
    wire_client before{server.port()};
    before.send(get("/hello"));
    CAF_CHECK_EQUAL(before.next().status, 200U);

    rlimit saved{};
    ::getrlimit(RLIMIT_NOFILE, &saved);
    const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest_free);
    rlimit tight = saved;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1; // enough for the client's end only
    CAF_REQUIRE_EQUAL(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    wire_client starved{server.port()};
    const bool told = eventually([&] { return server.errors().size() == 1; });
    before.send(get("/hello"));
    const auto served_on = before.next().status;
    ::setrlimit(RLIMIT_NOFILE, &saved);

    CAF_CHECK(starved.connected());
    CAF_CHECK(told);
    CAF_CHECK_EQUAL(served_on, 200U);
    starved.send(get("/hello"));
    CAF_CHECK_EQUAL(starved.next().status, 200U);
    CAF_CHECK_EQUAL(server.errors().size(), 1U);
}

CAF_TEST(a drain lets requests finish and closes idle connections) {
    test_server server{patient()};
    wire_client idle{server.port()};
    idle.send(get("/hello"));
    CAF_CHECK_EQUAL(idle.next().status, 200U);
    wire_client busy{server.port()};
    busy.send(get("/wait"));
    CAF_CHECK(eventually([&] { return server.waiting() == 1; }));
    std::jthread stopper{[&] { server->stop(patience); }};
    CAF_CHECK(idle.at_end());
    CAF_CHECK(eventually([&] { return !wire_client{server.port()}.connected(); }));
    CAF_CHECK(eventually([&] { return server->connections() == 1; }));
    server.release();
    const auto r = busy.next();
    CAF_CHECK_EQUAL(r.body, "waited");
    CAF_CHECK_EQUAL(r.header("connection"), "close");
    CAF_CHECK(busy.at_end());
    busy.close();
    stopper.join();
    CAF_CHECK_EQUAL(server->connections(), 0U);
    server->stop(patience); // harmless
}

CAF_TEST(an idle connection may send one last request when the server drains) {
    auto bounds = patient();
    bounds.drain_idle = patience;
    test_server server{bounds};
    wire_client client{server.port()};
    client.send(get("/hello"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
    std::jthread stopper{[&] { server->stop(2 * patience); }};
    CAF_CHECK(eventually([&] { return !wire_client{server.port()}.connected(); }));
    client.send(get("/hello"));
    const auto last = client.next();
    CAF_CHECK_EQUAL(last.status, 200U);
    CAF_CHECK_EQUAL(last.header("connection"), "close");
    CAF_CHECK(client.at_end());
}

CAF_TEST(a drain does not wait for idle connections for long) {
    auto bounds = patient();
    bounds.drain_idle = std::chrono::milliseconds{100};
    test_server server{bounds};
    wire_client client{server.port()};
    client.send(get("/hello"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
    server->stop(patience);
    CAF_CHECK(client.at_end());
    CAF_CHECK_EQUAL(server->connections(), 0U);
}

CAF_TEST(a server takes the socket of a service manager and leaves it open) {
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor held{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    const auto port = held.local_endpoint().port();
    for (int life = 0; life < 2; ++life) {
        wire_client early{port}; // waits in the queue of the socket
        test_server server{
            patient(), {}, 2, [&](http::server_options& o) { o.inherited = held.native_handle(); }};
        CAF_CHECK_EQUAL(server.port(), port);
        early.send(get("/hello"));
        CAF_CHECK_EQUAL(early.next().status, 200U);
        server->stop(patience);
    }
    CAF_CHECK(wire_client{port}.connected());
}

CAF_TEST(only a listening socket can be taken) {
    file_pool files{1, 1};
    const system_clock time;
    system_random random;
    http::server_options options;
    options.inherited = STDERR_FILENO;
    const auto opened = http::server::open(options, http::router{{}}, files, time, random, {});
    CAF_CHECK(!opened && opened.error().code == errc::unavailable);
}

CAF_TEST(a connection whose response is still on its way ends with a drain) {
    const std::string large(8'000'000, 'x');
    std::atomic<bool> asked = false;
    auto answer = make_route(method::get, "/large", body_mode::none, [&](request&) {
        asked = true;
        return text(large);
    });
    test_server server{patient(), {std::move(answer)}};
    wire_client client{server.port(), 4096};
    client.send(get("/large"));
    CAF_CHECK(eventually([&] { return asked.load(); }));
    std::atomic<bool> stopped = false;
    std::jthread stopper{[&] {
        server->stop(std::chrono::minutes{10});
        stopped = true;
    }};
    CAF_CHECK(eventually([&] { return !wire_client{server.port()}.connected(); }));
    CAF_CHECK(client.next().complete);
    CAF_CHECK(client.at_end());
    client.close();
    CAF_CHECK(eventually([&] { return stopped.load(); }));
}

CAF_TEST(a drain has a deadline) {
    test_server server{patient(), {}, 2};
    std::vector<wire_client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(get("/wait"));
    }
    wire_client half{server.port()};
    half.send("GET /hello HTTP/1.1\r\n");
    CAF_CHECK(eventually([&] { return server.waiting() == 4; }));
    server->stop(std::chrono::milliseconds{100}); // the handlers never end
    for (auto& client : clients)
        CAF_CHECK_EQUAL(client.next().status, 0U);
    CAF_CHECK(half.at_end());
    server.destroy();
}

CAF_TEST(a server that was never started can be stopped) {
    file_pool files{1, 1};
    const system_clock time;
    system_random random;
    server_options options;
    options.port = 0;
    auto opened = server::open(options, router{{}}, files, time, random, {});
    CAF_REQUIRE(opened);
    (*opened)->stop(patience);
}
