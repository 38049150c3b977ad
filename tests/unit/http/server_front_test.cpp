#define CAF_SUITE http_server_front
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

const auto loopback = *address_ranges::parse("127.0.0.0/8, 10.0.0.0/8");

std::function<void(server_options&)> behind_proxies(bool proxy_protocol) {
    return [proxy_protocol](server_options& options) {
        options.trusted_proxies = loopback;
        options.proxy_protocol = proxy_protocol;
    };
}

std::function<void(server_options&)> sharing_with(const char* origins) {
    return [origins](server_options& options) { options.origins = *web_origins::parse(origins); };
}

std::string options(std::string_view path, std::string_view more = "") {
    return "OPTIONS " + std::string{path} + " HTTP/1.1\r\nHost: atelier.test\r\n" + std::string{more} +
           "\r\n";
}

/// Keeps an I/O thread busy, a piece at a time, with what waits between the pieces.
class busy_thread {
public:
    explicit busy_thread(boost::asio::any_io_executor executor) : executor_{std::move(executor)} { work(); }
    ~busy_thread() {
        stop_ = true;
        stopped_.wait();
    }
    busy_thread(const busy_thread&) = delete;
    busy_thread& operator=(const busy_thread&) = delete;

private:
    void work() {
        boost::asio::post(executor_, [this, ended = ended_] {
            std::this_thread::sleep_for(std::chrono::milliseconds{500});
            if (stop_)
                ended->set_value();
            else
                work();
        });
    }

    boost::asio::any_io_executor executor_;
    std::atomic<bool> stop_ = false;
    std::shared_ptr<std::promise<void>> ended_ = std::make_shared<std::promise<void>>();
    std::future<void> stopped_ = ended_->get_future();
};

constexpr auto preflight = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n";

/// A busy machine is that late now and then, but not twice in a row.
constexpr std::chrono::milliseconds limit{250};

} // namespace

CAF_TEST(an overloaded server refuses changes at once and goes on with the rest) {
    std::atomic<bool> full = true;
    std::atomic<int> handled = 0;
    const auto count = [&](request&) {
        ++handled;
        return text("done");
    };
    auto vital = make_route(method::post, "/webhook", body_mode::memory, count);
    vital.vital = true;
    test_server server{{},
                       {make_route(method::post, "/order", body_mode::memory, count),
                        make_route(method::post, "/photo", body_mode::file, count), std::move(vital)},
                       1,
                       [&](server_options& o) { o.overloaded = [&] { return full.load(); }; }};
    wire_client client{server.port()};
    const auto post = [&](const std::string& path) {
        client.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        return client.next();
    };
    const auto refused = post("/order");
    CAF_CHECK_EQUAL(refused.status, 503U);
    CAF_CHECK(!refused.header("retry-after").empty());
    CAF_CHECK_EQUAL(handled, 0);
    CAF_CHECK_EQUAL(post("/webhook").status, 200U); // on the same connection
    client.send(get("/hello"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
    full = false;
    CAF_CHECK_EQUAL(post("/order").status, 200U);
    full = true;
    client.send("POST /photo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    CAF_CHECK_EQUAL(client.next().status, 503U); // before the photo was sent
    CAF_CHECK_EQUAL(handled, 2);
}

CAF_TEST(while requests wait too long for their thread changes are refused at once) {
    auto vital =
        make_route(method::post, "/webhook", body_mode::memory, [](request&) { return text("done"); });
    vital.vital = true;
    test_server server{
        {},
        {make_route(method::post, "/order", body_mode::memory, [](request&) { return text("done"); }),
         std::move(vital)},
        1,
        [](server_options& o) { o.queueing_limit = limit; }};
    wire_client client{server.port()};
    const auto post = [&](const std::string& path) {
        client.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        return client.next().status;
    };
    CAF_CHECK_EQUAL(post("/order"), 200U);
    {
        const busy_thread busy{server->executor(0)};
        while (server->lag() <= limit)
            std::this_thread::yield();
        CAF_CHECK_EQUAL(post("/order"), 503U);
        CAF_CHECK_EQUAL(post("/webhook"), 200U);
        client.send(get("/hello"));
        CAF_CHECK_EQUAL(client.next().status, 200U);
    }
    while (server->lag() > limit)
        std::this_thread::yield();
    CAF_CHECK_EQUAL(post("/order"), 200U);
}

CAF_TEST(only trusted proxies say where a request came from) {
    const test_server alone;
    const auto request = get("/from", "X-Forwarded-For: 192.0.2.7\r\n");
    CAF_CHECK_EQUAL(alone.ask(request).body, "127.0.0.1");
    test_server behind{{}, {}, 1, behind_proxies(false)};
    CAF_CHECK_EQUAL(behind.ask(request).body, "192.0.2.7");
    CAF_CHECK_EQUAL(behind.ask(get("/from", "Forwarded: for=192.0.2.7, for=10.0.0.1\r\n")).body, "192.0.2.7");
    CAF_CHECK_EQUAL(behind.ask(get("/from")).body, "127.0.0.1");
    CAF_CHECK_EQUAL(behind.ask(get("/from", "X-Forwarded-For: unknown\r\n")).body, "");
    CAF_CHECK_EQUAL(behind.observed().front().remote_address, "192.0.2.7");
}

CAF_TEST(a connection may begin with a word of the proxy) {
    test_server server{{}, {}, 1, behind_proxies(true)};
    wire_client client{server.port()};
    client.send("PROXY TCP4 192.0.2.7 198.51.100.1 12345 80\r\n" + get("/from") + get("/from"));
    CAF_CHECK_EQUAL(client.next().body, "192.0.2.7");
    CAF_CHECK_EQUAL(client.next().body, "192.0.2.7");
    wire_client slow{server.port()};
    for (const char c : "PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n" + get("/from"))
        slow.send(std::string{c});
    CAF_CHECK_EQUAL(slow.next().body, "2001:db8::7");
    CAF_CHECK_EQUAL(server.ask("PROXY UNKNOWN\r\n" + get("/from")).body, "127.0.0.1");
    // Who was named may be a proxy that is trusted, too.
    CAF_CHECK_EQUAL(
        server
            .ask("PROXY TCP4 10.0.0.1 198.51.100.1 1 2\r\n" + get("/from", "X-Forwarded-For: 192.0.2.9\r\n"))
            .body,
        "192.0.2.9");
    CAF_CHECK_EQUAL(
        server
            .ask("PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n" + get("/from", "X-Forwarded-For: 192.0.2.9\r\n"))
            .body,
        "192.0.2.7");
}

CAF_TEST(a proxy that does not say it is cut off) {
    limits bounds;
    bounds.header_timeout = std::chrono::milliseconds{300};
    test_server server{bounds, {}, 1, behind_proxies(true)};
    CAF_CHECK_EQUAL(server.ask(get("/from")).status, 0u);
    CAF_CHECK(server.refusals() == std::vector<std::string>{"proxy_header"});
    wire_client silent{server.port()};
    silent.send("PROXY TCP4");
    CAF_CHECK_EQUAL(silent.next().status, 0u);
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
}

CAF_TEST(connections are counted for whom the proxy names) {
    limits bounds;
    bounds.connections_per_address = 2;
    test_server server{bounds, {}, 1, behind_proxies(true)};
    std::vector<wire_client> open;
    for (int i = 0; i < 4; ++i) {
        auto& client = open.emplace_back(server.port());
        client.send("PROXY TCP4 192.0.2." + std::to_string(i / 2) + " 198.51.100.1 1 2\r\n" + get("/from"));
        CAF_CHECK_EQUAL(client.next().status, 200u);
    }
    CAF_CHECK_EQUAL(server.ask("PROXY TCP4 192.0.2.0 198.51.100.1 1 2\r\n" + get("/from")).status, 0u);
    CAF_CHECK_EQUAL(server->refused_connections(), 1u);
    open.clear();
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    CAF_CHECK_EQUAL(server.ask("PROXY TCP4 192.0.2.0 198.51.100.1 1 2\r\n" + get("/from")).status, 200u);
}

CAF_TEST(an address may ask so often and no more) {
    limits bounds;
    bounds.requests_per_address = 3;
    std::vector<route> more;
    more.push_back(
        make_route(method::post, "/vital", body_mode::none, [](request&) { return text("served"); }));
    more.back().vital = true;
    test_server server{bounds, std::move(more), 1, behind_proxies(false)};
    wire_client client{server.port()};
    const auto request = get("/hello", "X-Forwarded-For: 2001:db8::7\r\n");
    for (int i = 0; i < 3; ++i) {
        client.send(request);
        CAF_CHECK_EQUAL(client.next().status, 200u);
    }
    client.send(request + post("/memory", "body", "X-Forwarded-For: 2001:db8::8\r\n"));
    const auto refused = client.next();
    CAF_CHECK_EQUAL(refused.status, 429u);
    CAF_CHECK_EQUAL(refused.header("ratelimit-policy"), "\"address\";q=3;w=60");
    CAF_CHECK(refused.header("ratelimit").starts_with("\"address\";r=0;t="));
    CAF_CHECK_EQUAL(refused.header("x-ratelimit-limit"), "3");
    CAF_CHECK(!refused.header("retry-after").empty());
    const auto of_same_network = client.next();
    CAF_CHECK_EQUAL(of_same_network.status, 429u);
    CAF_CHECK_EQUAL(of_same_network.header("connection"), "close"); // its body is not read
    CAF_CHECK_EQUAL(server.ask(get("/hello", "X-Forwarded-For: 2001:db8:1::7\r\n")).status, 200u);
    CAF_CHECK_EQUAL(server.ask(post("/vital", "", "X-Forwarded-For: 2001:db8::7\r\n")).status, 200u);
    CAF_CHECK(server.refusals() == (std::vector<std::string>{"rate_limited", "rate_limited"}));
}

CAF_TEST(OPTIONS tells what may be done) {
    const test_server server;
    const auto r = server.ask(options("/hello", preflight));
    CAF_CHECK_EQUAL(r.status, 204u);
    CAF_CHECK_EQUAL(r.header("allow"), "GET, HEAD, OPTIONS");
    CAF_CHECK_EQUAL(r.header("access-control-allow-origin"), ""); // nobody else may
    CAF_CHECK_EQUAL(r.header("access-control-allow-methods"), "");
    CAF_CHECK_EQUAL(server.ask(options("/nowhere")).status, 404u);
    CAF_CHECK_EQUAL(server.ask(post("/hello", "")).header("allow"), "GET, HEAD, OPTIONS");
}

CAF_TEST(pages of the origins that are named may use the API) {
    test_server server{{}, {}, 1, sharing_with("https://app.example")};
    const auto allowed = server.ask(options("/memory", preflight));
    CAF_CHECK_EQUAL(allowed.status, 204u);
    CAF_CHECK_EQUAL(allowed.header("access-control-allow-origin"), "https://app.example");
    CAF_CHECK_EQUAL(allowed.header("access-control-allow-methods"), "POST, OPTIONS");
    CAF_CHECK(allowed.header("access-control-allow-headers").find("Authorization") != std::string::npos);
    CAF_CHECK_EQUAL(allowed.header("access-control-allow-credentials"), "");
    CAF_CHECK_EQUAL(allowed.header("vary"), "Origin");
    const auto read = server.ask(get("/hello", "Origin: https://app.example\r\n"));
    CAF_CHECK_EQUAL(read.header("access-control-allow-origin"), "https://app.example");
    CAF_CHECK(read.header("access-control-expose-headers").find("X-Request-Id") != std::string::npos);
    const auto failed = server.ask(get("/nowhere", "Origin: https://app.example\r\n"));
    CAF_CHECK_EQUAL(failed.header("access-control-allow-origin"), "https://app.example");
    const auto other = server.ask(get("/hello", "Origin: https://evil.example\r\n"));
    CAF_CHECK_EQUAL(other.header("access-control-allow-origin"), "");
    CAF_CHECK_EQUAL(other.header("vary"), "Origin");
    CAF_CHECK_EQUAL(server
                        .ask(options("/memory", "Origin: https://evil.example\r\n"
                                                "Access-Control-Request-Method: POST\r\n"))
                        .header("access-control-allow-methods"),
                    "");
    test_server open{{}, {}, 1, sharing_with("*")};
    CAF_CHECK_EQUAL(
        open.ask(get("/hello", "Origin: https://evil.example\r\n")).header("access-control-allow-origin"),
        "*");
}

CAF_TEST(documents have tags and are compressed and nothing runs in a browser) {
    const test_server server;
    const auto whole = server.ask(get("/json"));
    CAF_CHECK_EQUAL(whole.body.size(), 5011u);
    CAF_CHECK_EQUAL(whole.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    CAF_CHECK_EQUAL(whole.header("strict-transport-security"), "");
    const auto packed = server.ask(get("/json", "Accept-Encoding: gzip\r\n"));
    CAF_CHECK_EQUAL(packed.header("content-encoding"), "gzip");
    CAF_CHECK(packed.complete);
    CAF_CHECK(packed.body.size() < 200);
    const auto known = server.ask(get("/json", "If-None-Match: " + whole.header("etag") + "\r\n"));
    CAF_CHECK_EQUAL(known.status, 304u);
    CAF_CHECK_EQUAL(known.header("etag"), whole.header("etag"));
    test_server secure{{}, {}, 1, [](server_options& o) { o.https = true; }};
    CAF_CHECK_EQUAL(secure.ask(get("/hello")).header("strict-transport-security"), "max-age=31536000");
}
