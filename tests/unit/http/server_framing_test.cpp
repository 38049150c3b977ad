#define CAF_SUITE http_server_framing
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <random>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;
using namespace std::string_literals;

namespace {

const std::string smuggled = "GET /echo/smuggled/in HTTP/1.1\r\nHost: h\r\n\r\n";

/// Sends `bytes` with a further request behind; expects one refusal, and the end of the connection.
void check_refused(test_server& server, const std::string& bytes, unsigned status) {
    CAF_MESSAGE(bytes.substr(0, 200));
    wire_client client{server.port()};
    client.send(bytes + smuggled);
    const auto r = client.next();
    CAF_CHECK_EQUAL(r.status, status);
    CAF_CHECK_EQUAL(r.header("connection"), "close");
    CAF_CHECK_EQUAL(r.header("content-type"), "application/problem+json");
    CAF_CHECK(client.at_end());
}

} // namespace

CAF_TEST(a message that could be framed in two ways ends the connection) {
    test_server server;
    const std::string start = "POST /memory HTTP/1.1\r\nHost: h\r\n";
    for (const auto& fields :
         {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5,5\r\n", "Content-Length: +5\r\n",
          "Content-Length : 5\r\n", "Content-Length: 5\r\n X: y\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "X: y\nContent-Length: 5\r\n",
          "X: \rContent-Length: 5\r\n", "Trailer: Content-Length\r\n", "Host: again\r\n"})
        check_refused(server, start + fields + "\r\n0\r\n\r\n", 400);
    check_refused(server, "POST /memory HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    check_refused(server, "GET /hello HTTP/1.1\r\n\r\n", 400);
    check_refused(server, "GET /hello HTTP/2.0\r\nHost: h\r\n\r\n", 400);
    check_refused(server, "GET /hello HTTP/1.1\nHost: h\n\n", 400);
    check_refused(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400);
    check_refused(server, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400);
    check_refused(server, "GET /hello HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s, 400);
}

CAF_TEST(a chunked body that could be read in two ways ends the connection) {
    test_server server;
    const std::string start = "POST /memory HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto* body : {"5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
                             "-1\r\n\r\n", "0\r\nContent-Length: 50\r\n\r\n", "ffffffffffffffffff\r\n"})
        check_refused(server, start + body, 400);
    check_refused(server, start + "1;" + std::string(1000, 'x') + "\r\na\r\n0\r\n\r\n", 400);
}

CAF_TEST(odd targets are refused) {
    test_server server;
    for (const auto* target :
         {"/../etc/passwd", "/%2e%2e/hello", "/hello%00", "/hello%", "/a\\b", "hello", "h:80", "/hello#x"})
        check_refused(server, "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n\r\n", 400);
}

CAF_TEST(headers are limited in size and number) {
    test_server server;
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "X: y\r\n";
    check_refused(server, get("/hello", many), 431);
    check_refused(server, get("/hello", "X: " + std::string(20'000, 'y') + "\r\n"), 431);
    check_refused(server, get("/" + std::string(9'000, 'a')), 414);
    check_refused(server, get("/" + std::string(20'000, 'a')), 414);
    CAF_CHECK_EQUAL(server.ask(get("/hello", "X: " + std::string(16'000, 'y') + "\r\n")).status, 200U);
    CAF_CHECK_EQUAL(server.ask(get("/hello?" + std::string(8'000, 'a'))).status, 200U);
}

CAF_TEST(an endless header is refused while it comes) {
    test_server server;
    wire_client client{server.port()};
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\n");
    std::string field = "X: " + std::string(1000, 'y') + "\r\n";
    for (int i = 0; i < 100 && client.send(field); ++i) {
    }
    CAF_CHECK_EQUAL(client.next().status, 431U);
}

CAF_TEST(random bytes are answered or cut off and the next request works) {
    test_server server;
    const auto seed =
        post("/memory", "hello") + post_chunked("/file", {"one", "two"}) + get("/echo/a/b?q=%20");
    std::mt19937 random{7};
    for (int round = 0; round < 300; ++round) {
        auto bytes = seed;
        for (auto changes = 1 + random() % 5; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        wire_client client{server.port()};
        client.send(bytes);
        client.end_sending();
        client.rest();
    }
    CAF_CHECK_EQUAL(server.ask(get("/hello")).body, "hello");
    CAF_CHECK(eventually([&] { return server.stored_files() == 0 && server->connections() == 0; }));
}
