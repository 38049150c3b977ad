#define CAF_SUITE http_server_uploads
#include "http/upload_file.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <random>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

/// Bytes of all kinds, the same in every run.
std::string random_bytes(std::size_t size) {
    std::mt19937 random{static_cast<unsigned>(size)};
    std::string bytes(size, '\0');
    for (auto& b : bytes)
        b = static_cast<char>(random());
    return bytes;
}

limits small_bodies() {
    limits bounds;
    bounds.body_bytes = 1000;
    bounds.upload_bytes = 300'000;
    return bounds;
}

std::vector<std::string> in_chunks(std::string_view body, std::size_t size) {
    std::vector<std::string> chunks;
    for (; !body.empty(); body.remove_prefix(std::min(size, body.size())))
        chunks.emplace_back(body.substr(0, size));
    return chunks;
}

} // namespace

CAF_TEST(bodies reach the handler however they are framed) {
    test_server server;
    wire_client client{server.port()};
    for (const std::size_t size : {0U, 1U, 1000U, 70'000U, 200'000U}) {
        const auto body = random_bytes(size);
        for (const auto* path : {"/memory", "/file"}) {
            const auto expected = size == 0 && path == std::string_view{"/file"} ? "no file" : body;
            client.send(post(path, body));
            CAF_CHECK(client.next().body == expected);
            if (size == 0)
                continue;
            client.send(post_chunked(path, in_chunks(body, 777)) +
                        post_chunked(path, in_chunks(body, 150'000)));
            CAF_CHECK(client.next().body == expected);
            CAF_CHECK(client.next().body == expected);
        }
    }
    CAF_CHECK(eventually([&] { return server.stored_files() == 0; }));
}

CAF_TEST(a large upload goes through a file) {
    limits bounds;
    bounds.upload_bytes = 64'000'000;
    test_server server{bounds};
    const auto body = random_bytes(30'000'000);
    const auto r = server.ask(post("/file", body));
    CAF_CHECK(r.body == body);
    CAF_CHECK(eventually([&] { return server.stored_files() == 0; }));
}

CAF_TEST(a handler may keep the file) {
    std::filesystem::path kept;
    test_server server{{}, {make_route(method::post, "/keep", body_mode::file, [&](request& r) {
                           kept = r.body_file->path();
                           r.body_file->release();
                           return text("kept");
                       })}};
    CAF_CHECK_EQUAL(server.ask(post("/keep", "content")).body, "kept");
    CAF_CHECK_EQUAL(server.stored_files(), 1);
    CAF_CHECK_EQUAL(content_of(kept), "content");
    CAF_CHECK_EQUAL(remove_abandoned_uploads(server.directory()), 1U);
    CAF_CHECK_EQUAL(server.stored_files(), 0);
}

CAF_TEST(only what uploads left behind is removed) {
    const temporary_directory directory;
    std::ofstream{directory.path() / "upload-0123"} << "x";
    std::ofstream{directory.path() / "other"} << "x";
    CAF_CHECK_EQUAL(remove_abandoned_uploads(directory.path()), 1U);
    CAF_CHECK(std::filesystem::exists(directory.path() / "other"));
    CAF_CHECK_EQUAL(remove_abandoned_uploads(directory.path() / "missing"), 0U);
}

CAF_TEST(the file of a client that goes away is removed) {
    test_server server;
    const auto bytes = post("/file", random_bytes(400'000));
    for (const std::size_t sent : {1000U, 150'000U, 390'000U}) {
        wire_client client{server.port()};
        client.send(std::string_view{bytes}.substr(0, sent));
        if (sent > 300'000)
            CAF_CHECK(eventually([&] { return server.stored_files() == 1; }));
    }
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    CAF_CHECK(eventually([&] { return server.stored_files() == 0; }));
    const auto seen = server.observed();
    CAF_REQUIRE_EQUAL(seen.size(), 3U);
    CAF_CHECK_EQUAL(seen.back().status, 499U);
}

CAF_TEST(a body that is announced too large is refused before it comes) {
    test_server server{small_bodies()};
    const auto announce = [&](const std::string& path, const std::string& length,
                              const std::string& more = "") {
        wire_client client{server.port()};
        client.send("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n" + more +
                    "\r\n");
        const auto status = client.next().status;
        return client.at_end() ? status : 0;
    };
    CAF_CHECK_EQUAL(announce("/memory", "1001"), 413U);
    CAF_CHECK_EQUAL(announce("/memory", "18446744073709551615"), 413U);
    CAF_CHECK_EQUAL(announce("/memory", "1001", "Expect: 100-continue\r\n"), 413U);
    CAF_CHECK_EQUAL(announce("/file", "300001"), 413U);
    CAF_CHECK_EQUAL(announce("/none", "1"), 413U);
    CAF_CHECK_EQUAL(server.stored_files(), 0);
}

CAF_TEST(a client that sends on regardless still gets to read why) {
    test_server server{small_bodies()};
    wire_client client{server.port()};
    client.send(post("/file", std::string(2'000'000, 'x')));
    CAF_CHECK_EQUAL(client.next().status, 413U);
}

CAF_TEST(a chunked body is cut off when it grows too large) {
    test_server server{small_bodies()};
    const auto send_chunks = [&](const std::string& path, std::size_t size) {
        wire_client client{server.port()};
        client.send(post_chunked(path, in_chunks(std::string(size, 'x'), 100)));
        return client.next().status;
    };
    CAF_CHECK_EQUAL(send_chunks("/memory", 1000), 200U);
    CAF_CHECK_EQUAL(send_chunks("/memory", 1001), 413U);
    CAF_CHECK_EQUAL(send_chunks("/file", 300'001), 413U);
    CAF_CHECK_EQUAL(send_chunks("/none", 1), 413U);
    CAF_CHECK_EQUAL(send_chunks("/none", 0), 200U);
    CAF_CHECK(eventually([&] { return server.stored_files() == 0; }));

    wire_client endless{server.port()};
    endless.send("POST /file HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
    for (int i = 0; i < 100'000 && endless.send(chunk); ++i) {
    }
    CAF_CHECK(eventually([&] { return server->connections() == 0; }));
    CAF_CHECK_EQUAL(server.stored_files(), 0);
}

CAF_TEST(a client that asks first is told to go on) {
    test_server server;
    wire_client client{server.port()};
    const std::string head =
        "POST /file HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    client.send(head);
    CAF_CHECK_EQUAL(client.next().status, 100U);
    client.send("hello");
    CAF_CHECK_EQUAL(client.next().body, "hello");
    client.send(head + "hello"); // it did not wait: nothing to tell
    CAF_CHECK_EQUAL(client.next().status, 200U);
    client.send(get("/hello", "Expect: 100-continue\r\n"));
    CAF_CHECK_EQUAL(client.next().status, 200U);
}

CAF_TEST(a client that asks first is told no) {
    test_server server;
    const auto ask = [&](const std::string& line, const std::string& expectation) {
        return server
            .ask(line + " HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: " + expectation + "\r\n\r\n")
            .status;
    };
    CAF_CHECK_EQUAL(ask("POST /nowhere", "100-continue"), 404U);
    CAF_CHECK_EQUAL(ask("PUT /file", "100-continue"), 405U);
    CAF_CHECK_EQUAL(ask("POST /none", "100-continue"), 413U);
    CAF_CHECK_EQUAL(ask("POST /file", "200-ok"), 417U);
}

CAF_TEST(an upload that cannot be stored is the trouble of the service) {
    test_server server;
    std::filesystem::remove_all(server.directory());
    const auto r = server.ask(post("/file", "content"));
    CAF_CHECK_EQUAL(r.status, 503U);
    CAF_CHECK_EQUAL(r.body.find(server.directory().string()), std::string::npos);
    std::filesystem::create_directory(server.directory());
    CAF_CHECK_EQUAL(server.ask(post("/file", "content")).body, "content");
}

CAF_TEST(files are sent whole or in part) {
    const temporary_directory directory;
    const auto path = directory.path() / "picture";
    const auto content = random_bytes(700'000);
    std::ofstream{path, std::ios::binary} << content;
    std::vector<route> routes;
    const auto add = [&](std::string_view pattern, const std::filesystem::path& which, std::uint64_t offset,
                         std::uint64_t length) {
        routes.push_back(make_route(method::get, pattern, body_mode::none, [which, offset, length](request&) {
            response r{200};
            r.content_type = "image/jpeg";
            r.body = file_body{which, offset, length};
            return r;
        }));
    };
    add("/whole", path, 0, content.size());
    add("/part", path, 1234, 300'000);
    add("/nothing", path, 5, 0);
    add("/missing", directory.path() / "missing", 0, 10);
    add("/short", path, 0, content.size() + 1);
    test_server server{{}, std::move(routes)};
    wire_client client{server.port()};
    client.send(get("/whole") + get("/part") + get("/nothing") + "HEAD /whole HTTP/1.1\r\nHost: h\r\n\r\n" +
                get("/missing"));
    const auto whole = client.next();
    CAF_CHECK(whole.body == content);
    CAF_CHECK_EQUAL(whole.header("content-type"), "image/jpeg");
    CAF_CHECK(client.next().body == content.substr(1234, 300'000));
    CAF_CHECK_EQUAL(client.next().header("content-length"), "0");
    CAF_CHECK_EQUAL(client.next(true).header("content-length"), "700000");
    const auto missing = client.next();
    CAF_CHECK_EQUAL(missing.status, 500U);
    CAF_CHECK_EQUAL(missing.header("content-type"), "application/problem+json");
    CAF_CHECK_EQUAL(server.errors().size(), 1U);
    client.send(get("/short"));
    const auto broken = client.next();
    CAF_CHECK(!broken.complete);
    CAF_CHECK_EQUAL(server.errors().size(), 2U);
}
