#define CAF_SUITE http_server_streams
#include "http/sse.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

/// The producer's side of the streams of one route, in the hands of the test.
struct producer {
    std::mutex mutex;
    std::vector<stream_body::sink> sinks;
    std::atomic<int> started = 0;
    std::atomic<int> stopped = 0;

    response answer() {
        response r{200};
        r.content_type = "text/event-stream";
        auto start = [this](stream_body::sink sink) {
            const std::lock_guard lock{mutex};
            sinks.push_back(std::move(sink));
            ++started;
        };
        r.body = stream_body{start, [this] { ++stopped; }};
        return r;
    }
    [[nodiscard]] route at(std::string_view pattern) {
        return make_route(method::get, pattern, body_mode::none, [this](request&) { return answer(); });
    }

    /// The sink of the newest stream, once there are `count`.
    stream_body::sink sink(int count = 1) {
        CAF_REQUIRE(eventually([&] { return started >= count; }));
        const std::lock_guard lock{mutex};
        return sinks.at(static_cast<std::size_t>(count) - 1);
    }
};

} // namespace

CAF_TEST(a stream comes piece by piece until it is ended) {
    producer events;
    test_server server{{}, {events.at("/events")}};
    wire_client client{server.port()};
    client.send(get("/events"));
    const auto sink = events.sink();
    CAF_CHECK(sink(sse_event("state", "queued")));
    CAF_CHECK(sink(sse_event("state", "running")));
    CAF_CHECK(sink(""));
    CAF_CHECK(!sink("too late"));
    const auto r = client.next();
    CAF_CHECK_EQUAL(r.header("transfer-encoding"), "chunked");
    CAF_CHECK_EQUAL(r.header("content-type"), "text/event-stream");
    CAF_CHECK(!r.headers.contains("content-length"));
    CAF_CHECK_EQUAL(r.body, "event: state\ndata: queued\n\nevent: state\ndata: running\n\n");
    CAF_CHECK(r.complete);
    CAF_CHECK(client.at_end());
    CAF_CHECK(eventually([&] { return events.stopped == 1 && server->connections() == 0; }));
    CAF_CHECK(eventually([&] { return server.observed().size() == 1; }));
}

CAF_TEST(a piece is on its way at once) {
    producer events;
    test_server server{{}, {events.at("/events")}};
    wire_client client{server.port()};
    client.send("GET /events HTTP/1.0\r\n\r\n"); // without chunks the body ends with the connection
    const auto sink = events.sink();
    std::thread later{[&] {
        CAF_REQUIRE(eventually([&] { return !server.observed().empty() || events.started == 1; }));
        sink("first ");
        sink("second");
        sink("");
    }};
    const auto r = client.next();
    later.join();
    CAF_CHECK(!r.headers.contains("transfer-encoding"));
    CAF_CHECK_EQUAL(r.body, "first second");
}

CAF_TEST(a client that leaves stops the producer once) {
    producer events;
    test_server server{{}, {events.at("/events")}};
    {
        wire_client client{server.port()};
        client.send(get("/events"));
        CAF_CHECK(events.sink()("hello"));
    }
    CAF_CHECK(eventually([&] { return events.stopped == 1; }));
    CAF_CHECK(!events.sink()("anybody?"));
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    server.destroy();
    CAF_CHECK_EQUAL(events.stopped, 1);
}

CAF_TEST(a client that is too slow loses its stream) {
    producer events;
    limits bounds;
    bounds.stream_bytes = 100'000;
    bounds.write_timeout = std::chrono::milliseconds{300};
    test_server server{bounds, {events.at("/events")}};
    wire_client client{server.port(), 4096};
    client.send(get("/events"));
    const auto sink = events.sink();
    const std::string piece(50'000, 'x');
    CAF_CHECK(eventually([&] { return !sink(piece); }));
    CAF_CHECK(eventually([&] { return events.stopped == 1; }));
    const auto r = client.next();
    CAF_CHECK(!r.complete);
}

CAF_TEST(HEAD never starts a stream but stops it) {
    producer events;
    test_server server{{}, {events.at("/events")}};
    wire_client client{server.port()};
    client.send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
    CAF_CHECK_EQUAL(client.next(true).header("content-type"), "text/event-stream");
    CAF_CHECK(eventually([&] { return events.stopped == 1; }));
    CAF_CHECK_EQUAL(events.started, 0);
}

CAF_TEST(a drain ends streams in an orderly way) {
    producer events;
    test_server server{{}, {events.at("/events")}};
    std::vector<wire_client> clients;
    for (int i = 0; i < 5; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(get("/events"));
        CAF_CHECK(events.sink(i + 1)("hello"));
    }
    server->stop(patience);
    for (auto& client : clients) {
        const auto r = client.next();
        CAF_CHECK_EQUAL(r.body, "hello");
        CAF_CHECK(r.complete);
    }
    CAF_CHECK_EQUAL(events.stopped, 5);
    CAF_CHECK(!events.sink()("anybody?"));
}

CAF_TEST(a sink may outlive the server) {
    producer events;
    {
        test_server server{{}, {events.at("/events")}};
        wire_client client{server.port()};
        client.send(get("/events"));
        events.sink();
        server.destroy();
    }
    CAF_CHECK_EQUAL(events.stopped, 1);
    CAF_CHECK(!events.sink()("anybody?"));
}

CAF_TEST(many threads may feed a stream) {
    producer events;
    limits bounds;
    bounds.stream_bytes = 100'000'000;
    test_server server{bounds, {events.at("/events")}};
    wire_client client{server.port()};
    client.send(get("/events"));
    const auto sink = events.sink();
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&sink] {
                for (int i = 0; i < 2000; ++i)
                    sink("0123456789");
            });
    }
    sink("");
    const auto r = client.next();
    CAF_CHECK(r.complete);
    CAF_CHECK_EQUAL(r.body.size(), 80'000U);
    CAF_CHECK_EQUAL(r.body.substr(0, 20), "01234567890123456789");
}

CAF_TEST(a stream is given its beats while it is open) {
    producer events;
    std::atomic<int> beats = 0;
    auto beating = make_route(method::get, "/events", body_mode::none, [&](request&) {
        auto answer = events.answer();
        auto& body = std::get<stream_body>(answer.body);
        body.beat = [&beats] { ++beats; };
        body.pause = std::chrono::milliseconds{1};
        return answer;
    });
    test_server server{{}, {std::move(beating)}};
    wire_client client{server.port()};
    client.send(get("/events", "X-Request-Id: abc\r\n"));
    const auto sink = events.sink();
    CAF_CHECK(eventually([&] { return beats >= 3; }));
    sink("");
    CAF_CHECK(client.next().complete);
    CAF_CHECK(eventually([&] { return server.observed().size() == 1; }));
    const int until_the_end = beats;
    const auto seen = server.observed().at(0); // though the request itself has been forgotten
    CAF_CHECK_EQUAL(seen.method, "GET");
    CAF_CHECK_EQUAL(seen.route, "/events");
    CAF_CHECK_EQUAL(seen.request_id, "abc");
    CAF_CHECK_EQUAL(seen.remote_address, "127.0.0.1");
    CAF_CHECK_EQUAL(server.ask(get("/hello")).body, "hello");
    CAF_CHECK_EQUAL(beats, until_the_end);
}

CAF_TEST(a start that throws ends the stream) {
    std::atomic<int> stopped = 0;
    auto broken = make_route(method::get, "/broken", body_mode::none, [&](request&) {
        response r{200};
        r.content_type = "text/event-stream";
        r.body = stream_body{[](const stream_body::sink&) { throw std::runtime_error{"a mistake"}; },
                             [&] { ++stopped; }};
        return r;
    });
    test_server server{{}, {std::move(broken)}};
    CAF_CHECK(!server.ask(get("/broken")).complete);
    CAF_CHECK(eventually([&] { return stopped == 1; }));
    CAF_CHECK_EQUAL(server.errors().size(), 1U);
}
