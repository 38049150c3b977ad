#define CAF_SUITE http_server_files
#include "http/file_transfer.hpp"
#include "persistence/files.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/test_server.hpp"

#include <fcntl.h>

using namespace atelier;
using namespace atelier::http;
using namespace atelier::test;

namespace {

std::string sample(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t value = 1;
    for (auto& c : bytes) {
        value = value * 1664525 + 1013904223;
        c = static_cast<char>(value >> 24U);
    }
    return bytes;
}

/// A file, and a server that serves it under /picture; `hold` goes with each response.
struct gallery {
    explicit gallery(std::size_t size, limits bounds = {}) : content{sample(size)}, limits_{bounds} {
        std::ofstream{path, std::ios::binary} << content;
    }

    std::vector<route> routes() {
        return {make_route(method::get, "/picture", body_mode::none, [this](request& r) {
            response answer{200};
            answer.content_type = "image/jpeg";
            const auto skip = r.has_header("x-skip") ? std::stoul(std::string{r.header("x-skip")}) : 0UL;
            file_body body{path, skip, content.size() - skip};
            body.hold = hold;
            answer.body = std::move(body);
            return answer;
        })};
    }

    temporary_directory directory;
    std::filesystem::path path = directory.path() / "picture";
    std::string content;
    limits limits_;
    std::shared_ptr<int> hold = std::make_shared<int>();
    test_server server{limits_, routes()};
};

/// Two ends of a connection that takes little at a time.
struct narrow_pipe {
    narrow_pipe() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0)
            throw std::runtime_error{"no socket pair"};
        near = unique_fd{ends[0]};
        far = unique_fd{ends[1]};
    }
    std::string take() const {
        std::string bytes(100'000, '\0');
        const auto got = ::read(far.get(), bytes.data(), bytes.size());
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    unique_fd near;
    unique_fd far;
};

} // namespace

CAF_TEST(a large file reaches a slow reader whole and the connection goes on) {
    gallery g{9'000'000};
    wire_client client{g.server.port(), 4096};
    client.send(get("/picture") + get("/picture", "X-Skip: 8999000\r\n") + get("/hello"));
    CAF_CHECK(client.next().body == g.content);
    CAF_CHECK(client.next().body == g.content.substr(8'999'000));
    CAF_CHECK_EQUAL(client.next().body, "hello");
    CAF_CHECK(g.server.errors().empty());
    const auto seen = g.server.observed();
    CAF_REQUIRE_EQUAL(seen.size(), 3u);
    CAF_CHECK_GREATER(seen[0].bytes_sent, 9'000'000u);
}

CAF_TEST(many readers of different speed do not disturb each other) {
    gallery g{3'000'000};
    std::vector<wire_client> slow;
    for (int i = 0; i < 20; ++i) {
        slow.emplace_back(g.server.port(), 4096);
        slow.back().send(get("/picture"));
    }
    wire_client fast{g.server.port()};
    fast.send(get("/picture"));
    CAF_CHECK(fast.next().body == g.content);
    for (auto& client : slow)
        CAF_CHECK(client.next().body == g.content);
}

CAF_TEST(a reader that takes nothing is given up and the file let go) {
    limits bounds;
    bounds.write_timeout = std::chrono::milliseconds{300};
    gallery g{30'000'000, bounds};
    wire_client client{g.server.port(), 4096};
    client.send(get("/picture"));
    CAF_CHECK(eventually([&] { return !g.server.observed().empty(); }));
    CAF_CHECK_LESS(client.rest().size(), g.content.size());
    CAF_CHECK(eventually([&] { return g.hold.use_count() == 1; }));
    CAF_CHECK(g.server.errors().empty());
}

CAF_TEST(a reader that goes away costs its connection alone) {
    gallery g{30'000'000};
    {
        wire_client client{g.server.port(), 4096};
        client.send(get("/picture"));
        CAF_CHECK(eventually([&] { return g.hold.use_count() > 1; }));
    }
    CAF_CHECK(eventually([&] { return g.hold.use_count() == 1; }));
    CAF_CHECK_EQUAL(g.server.ask(get("/hello")).body, "hello");
    CAF_CHECK(g.server.errors().empty());
}

CAF_TEST(a transfer stops where the socket is full and goes on where it stopped) {
    const temporary_directory directory;
    const auto path = directory.path() / "picture";
    const auto content = sample(3'000'000);
    std::ofstream{path, std::ios::binary} << content;
    const auto source = file::open(path);
    CAF_REQUIRE(source.has_value());
    const narrow_pipe pipe;
    file_transfer transfer{*source, pipe.near.get(), 1'000, content.size() - 1'000};
    std::string received;
    while (!transfer.at_end()) {
        const auto sent = transfer.send_slice();
        CAF_REQUIRE(sent.has_value());
        received += pipe.take();
    }
    for (auto more = pipe.take(); !more.empty(); more = pipe.take())
        received += more;
    CAF_CHECK(received == content.substr(1'000));
}

CAF_TEST(a file that has lost its end is the trouble of the service) {
    const temporary_directory directory;
    const auto path = directory.path() / "picture";
    std::ofstream{path, std::ios::binary} << "short";
    const auto source = file::open(path);
    CAF_REQUIRE(source.has_value());
    const narrow_pipe pipe;
    file_transfer transfer{*source, pipe.near.get(), 0, 10};
    const auto sent = transfer.send_slice();
    CAF_REQUIRE(!sent.has_value());
    CAF_CHECK(sent.error().code == errc::internal);
}
