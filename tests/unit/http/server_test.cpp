#define CAF_SUITE http_server
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <map>
#include <set>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

std::string code_of(const wire_response& response) {
    boost::system::error_code error;
    const auto document = boost::json::parse(response.body, error);
    return error || !document.is_object() ? "no problem document"
                                          : std::string{document.as_object().at("code").as_string()};
}

} // namespace

CAF_TEST(a query that is no text is refused unless the route reads it raw) {
    auto raw = make_route(method::get, "/raw", body_mode::none,
                          [](http::request& r) { return text(r.target + std::to_string(r.query.size())); });
    raw.raw_query = true;
    test_server server{{}, {raw}};
    CAF_CHECK_EQUAL(server.ask(get("/raw?a=%ff")).body, "/raw?a=%ff0");
    CAF_CHECK_EQUAL(server.ask(get("/raw?a=b")).body, "/raw?a=b1");
    const auto refused = server.ask(get("/hello?a=%ff"));
    CAF_CHECK_EQUAL(refused.status, 400U);
    CAF_CHECK_EQUAL(code_of(refused), "malformed_request");
    CAF_CHECK_EQUAL(server.ask(get("/nowhere?a=%ff")).status, 404U);
}

CAF_TEST(a request is answered with all fields that every response has) {
    test_server server;
    const auto r = server.ask(get("/hello"));
    CAF_CHECK_EQUAL(r.status, 200U);
    CAF_CHECK_EQUAL(r.body, "hello");
    CAF_CHECK_EQUAL(r.header("content-type"), "text/plain");
    CAF_CHECK_EQUAL(r.header("content-length"), "5");
    CAF_CHECK_EQUAL(r.header("x-content-type-options"), "nosniff");
    CAF_CHECK_EQUAL(r.header("x-request-id").size(), 32U);
    CAF_CHECK_EQUAL(r.header("date").size(), 29U);
    CAF_CHECK(r.header("date").ends_with(" GMT"));
    CAF_CHECK_EQUAL(r.header("connection"), "");
    CAF_CHECK(server.errors().empty());
}

CAF_TEST(a connection serves one request after the other) {
    test_server server;
    wire_client client{server.port()};
    for (int i = 0; i < 20; ++i) {
        client.send(get("/hello"));
        CAF_CHECK_EQUAL(client.next().body, "hello");
    }
    CAF_CHECK_EQUAL(server->connections(), 1U);
    client.close();
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
}

CAF_TEST(pipelined requests are answered in their order) {
    test_server server;
    wire_client client{server.port()};
    std::string requests;
    for (int i = 0; i < 200; ++i) {
        requests +=
            i % 3 == 0 ? post("/memory", "body " + std::to_string(i)) : get("/echo/x/" + std::to_string(i));
    }
    client.send(requests);
    for (int i = 0; i < 200; ++i) {
        const auto r = client.next();
        CAF_REQUIRE_EQUAL(r.status, 200U);
        const auto expected = i % 3 == 0 ? "body " + std::to_string(i) : "x|" + std::to_string(i) + "|-";
        CAF_REQUIRE_EQUAL(r.body.substr(0, expected.size()), expected);
    }
}

CAF_TEST(requests may come byte by byte) {
    test_server server;
    wire_client client{server.port()};
    const auto bytes = get("/hello") + post_chunked("/memory", {"one ", "two"}) + post("/file", "three");
    for (const char c : bytes)
        client.send({&c, 1});
    CAF_CHECK_EQUAL(client.next().body, "hello");
    CAF_CHECK_EQUAL(client.next().body, "one two");
    CAF_CHECK_EQUAL(client.next().body, "three");
}

CAF_TEST(HEAD has the fields of GET and no body) {
    test_server server;
    wire_client client{server.port()};
    client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n" + get("/hello"));
    const auto head = client.next(true);
    auto body = client.next();
    CAF_CHECK_EQUAL(head.status, 200U);
    CAF_CHECK_EQUAL(head.header("content-length"), "5");
    CAF_CHECK_EQUAL(body.body, "hello");
    auto fields = head.headers;
    fields["x-request-id"] = body.headers["x-request-id"];
    fields["date"] = body.headers["date"];
    CAF_CHECK(fields == body.headers);
}

CAF_TEST(the client decides whether the connection stays) {
    test_server server;
    wire_client closing{server.port()};
    closing.send(get("/hello", "Connection: close\r\n"));
    CAF_CHECK_EQUAL(closing.next().header("connection"), "close");
    CAF_CHECK(closing.at_end());

    wire_client old{server.port()};
    old.send("GET /hello HTTP/1.0\r\n\r\n");
    CAF_CHECK_EQUAL(old.next().body, "hello");
    CAF_CHECK(old.at_end());

    wire_client old_keeping{server.port()};
    for (int i = 0; i < 2; ++i) {
        old_keeping.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CAF_CHECK_EQUAL(old_keeping.next().header("connection"), "keep-alive");
    }
}

CAF_TEST(a client that has ended its side still gets its answers) {
    test_server server;
    wire_client client{server.port()};
    client.send(get("/hello") + get("/hello"));
    client.end_sending();
    CAF_CHECK_EQUAL(client.next().body, "hello");
    CAF_CHECK_EQUAL(client.next().body, "hello");
    CAF_CHECK(client.at_end());
}

CAF_TEST(responses without content have no body) {
    test_server server{{},
                       {make_route(method::get, "/204", body_mode::none,
                                   [](request&) {
                                       return response{204, "text/plain", "not to be seen"};
                                   }),
                        make_route(method::get, "/304", body_mode::none, [](request&) {
                            return response{304, "text/plain", "not to be seen"}.with("ETag", "\"1\"");
                        })}};
    wire_client client{server.port()};
    client.send(get("/204") + get("/304") + get("/hello"));
    const auto no_content = client.next();
    CAF_CHECK_EQUAL(no_content.status, 204U);
    CAF_CHECK(!no_content.headers.contains("content-length"));
    CAF_CHECK(!no_content.headers.contains("content-type"));
    const auto not_modified = client.next();
    CAF_CHECK_EQUAL(not_modified.status, 304U);
    CAF_CHECK_EQUAL(not_modified.header("etag"), "\"1\"");
    CAF_CHECK(!not_modified.headers.contains("content-length"));
    CAF_CHECK_EQUAL(client.next().body, "hello");
}

CAF_TEST(unknown paths and methods are refused and the connection stays) {
    test_server server;
    wire_client client{server.port()};
    client.send(get("/nowhere"));
    const auto not_found = client.next();
    CAF_CHECK_EQUAL(not_found.status, 404U);
    CAF_CHECK_EQUAL(code_of(not_found), "not_found");
    CAF_CHECK_EQUAL(not_found.header("content-type"), "application/problem+json");
    client.send("DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto not_allowed = client.next();
    CAF_CHECK_EQUAL(not_allowed.status, 405U);
    CAF_CHECK_EQUAL(not_allowed.header("allow"), "GET, HEAD, OPTIONS");
    client.send("BREW /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CAF_CHECK_EQUAL(client.next().status, 405U);
    client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
    CAF_CHECK_EQUAL(client.next().status, 404U);
    client.send(get("/hello"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
}

CAF_TEST(a body for an unknown path is not taken for the next request) {
    test_server server;
    wire_client client{server.port()};
    client.send(post("/nowhere", get("/hello")));
    CAF_CHECK_EQUAL(client.next().status, 404U);
    CAF_CHECK(client.at_end());
}

CAF_TEST(parameters and query reach the handler decoded) {
    test_server server;
    const auto r =
        server.ask(get("http://atelier.test/echo/a%20b/%D0%B4?p=1&q=x+y%26", "X-Request-Id: a.B_c-1\r\n"));
    CAF_CHECK_EQUAL(r.body, "a b|\xd0\xb4|x y&|a.B_c-1");
}

CAF_TEST(a request id is taken over if it is harmless) {
    test_server server;
    const auto id_for = [&](const std::string& id) {
        return server.ask(get("/hello", "X-Request-Id: " + id + "\r\n")).header("x-request-id");
    };
    CAF_CHECK_EQUAL(id_for("0af7-651.A_z"), "0af7-651.A_z");
    CAF_CHECK_EQUAL(id_for(std::string(64, 'a')), std::string(64, 'a'));
    std::set<std::string> made_up;
    for (const auto& id : {std::string(65, 'a'), std::string{}, std::string{"a b"}, std::string{"a\"b"}}) {
        const auto got = id_for(id);
        CAF_CHECK_EQUAL(got.size(), 32U);
        made_up.insert(got);
    }
    CAF_CHECK_EQUAL(made_up.size(), 4U);
    CAF_CHECK_EQUAL(
        server.ask("GET /%zz HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\n\r\n").header("x-request-id"),
        "mine");
}

CAF_TEST(a handler that throws costs one request) {
    test_server server;
    wire_client client{server.port()};
    client.send(get("/throw") + get("/hello"));
    const auto r = client.next();
    CAF_CHECK_EQUAL(r.status, 500U);
    CAF_CHECK_EQUAL(code_of(r), "internal");
    CAF_CHECK_EQUAL(r.body.find("mistake"), std::string::npos);
    CAF_CHECK_EQUAL(client.next().body, "hello");
    CAF_REQUIRE_EQUAL(server.errors().size(), 1U);
    const auto told = server.errors().front();
    CAF_CHECK(told.find("GET /throw") != std::string::npos && told.find("a mistake") != std::string::npos);
}

CAF_TEST(a response cannot be split by its headers) {
    std::vector<route> routes;
    const auto add = [&](std::string_view path, std::string name, std::string value) {
        routes.push_back(make_route(method::get, path, body_mode::none,
                                    [name, value](request&) { return text("x").with(name, value); }));
    };
    add("/crlf", "Location", "/a\r\nSet-Cookie: b=c");
    add("/lf", "Location", "/a\nb");
    add("/nul", "Location", std::string{"a\0b", 3});
    add("/name", "X: y\r\nZ", "a");
    add("/empty-name", "", "a");
    routes.push_back(make_route(method::get, "/type", body_mode::none, [](request&) {
        return response{200, "text/plain\r\nX: y", "x"};
    }));
    test_server server{{}, std::move(routes)};
    wire_client client{server.port()};
    for (const auto* path : {"/crlf", "/lf", "/nul", "/name", "/empty-name", "/type"}) {
        client.send(get(path));
        const auto r = client.next();
        CAF_CHECK_EQUAL(r.status, 500U);
        CAF_CHECK(!r.headers.contains("set-cookie"));
    }
    CAF_CHECK_EQUAL(server.errors().size(), 6U);
}

CAF_TEST(a large body arrives whole) {
    const std::string large(3'000'000, 'x');
    test_server server{
        {}, {make_route(method::get, "/large", body_mode::none, [&](request&) { return text(large); })}};
    wire_client client{server.port()};
    client.send(get("/large") + get("/hello"));
    CAF_CHECK(client.next().body == large);
    CAF_CHECK_EQUAL(client.next().body, "hello");
}

CAF_TEST(every request is observed) {
    test_server server;
    const auto r = server.ask(post("/memory", "12345", "X-Request-Id: id-1\r\n"));
    server.ask(get("/nowhere"));
    server.ask("nonsense\r\n\r\n");
    CAF_REQUIRE(eventually([&] { return server.observed().size() == 3; }));
    const auto seen = server.observed();
    CAF_CHECK_EQUAL(seen[0].method, "POST");
    CAF_CHECK_EQUAL(seen[0].route, "/memory");
    CAF_CHECK_EQUAL(seen[0].status, 200U);
    CAF_CHECK_EQUAL(seen[0].bytes_received, 5U);
    CAF_CHECK(seen[0].bytes_sent > 5U);
    CAF_CHECK_EQUAL(seen[0].request_id, "id-1");
    CAF_CHECK_EQUAL(seen[0].remote_address, "127.0.0.1");
    CAF_CHECK_EQUAL(seen[1].route, "");
    CAF_CHECK_EQUAL(seen[1].status, 404U);
    CAF_CHECK_EQUAL(seen[2].method, "");
    CAF_CHECK_EQUAL(seen[2].status, 400U);
}

CAF_TEST(several threads share one port) {
    test_server server{{}, {}, 3};
    CAF_CHECK_EQUAL(server->threads(), 3U);
    for (int i = 0; i < 40; ++i)
        CAF_REQUIRE_EQUAL(server.ask(get("/hello")).status, 200U);
}

CAF_TEST(a thousand connections are served at a time) {
    test_server server{{}, {}, 2};
    std::vector<wire_client> clients;
    clients.reserve(1000);
    for (int i = 0; i < 1000; ++i)
        clients.emplace_back(server.port());
    for (int round = 0; round < 2; ++round) {
        for (auto& client : clients)
            client.send(get("/hello"));
        for (auto& client : clients)
            CAF_REQUIRE_EQUAL(client.next().body, "hello");
    }
    CAF_CHECK_EQUAL(server->connections(), 1000U);
    clients.clear();
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
}

CAF_TEST(an address that cannot be listened on is told in words) {
    test_server first;
    file_pool files{1, 1};
    const system_clock time;
    system_random random;
    const auto trouble = [&](const std::string& address, std::uint16_t port) {
        server_options options;
        options.address = address;
        options.port = port;
        const auto opened = server::open(options, router{{}}, files, time, random, {});
        return opened ? std::string{"it listens"} : opened.error().detail;
    };
    CAF_CHECK_EQUAL(trouble("127.0.0.1", first.port()),
                    "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                        ": another program uses this port");
    CAF_CHECK_EQUAL(trouble("192.0.2.1", 8080),
                    "cannot listen on 192.0.2.1:8080: this machine has no such address");
    CAF_CHECK_EQUAL(trouble("localhost", 8080), "cannot listen on 'localhost': it is not an IP address");
    CAF_CHECK_EQUAL(trouble("127.0.0.1", 0), "it listens");
    const auto port = first.port();
    first.destroy();
    CAF_CHECK_EQUAL(trouble("127.0.0.1", port), "it listens");
}

CAF_TEST(work can be posted to the threads of a server) {
    test_server server;
    std::atomic<bool> ran = false;
    boost::asio::post(server->executor(0), [&] { ran = true; });
    CAF_CHECK(eventually([&] { return ran.load(); }));
}
