// The path of a request from bytes to its handler and back: real sessions on real sockets. A seed for the
// pieces in a line, then all that a client sends on one connection. However it arrives, the same requests
// reach the handlers, and what comes back is a row of whole responses.

#include "http/router.hpp"
#include "http/server_context.hpp"
#include "http/session.hpp"
#include "http/text.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace atelier;
using namespace atelier::http;
using atelier::fuzz::in_pieces;
using atelier::fuzz::require;

namespace {

namespace asio = boost::asio;

/// Beyond the limits of a request; more is only slower.
constexpr std::size_t input_max = 3000;
/// A socket whose buffer takes more than any input and its answers.
constexpr int buffer_bytes = 4 * 1024 * 1024;

class same_numbers final : public random_source {
public:
    void fill(std::span<std::byte> bytes) override {
        for (auto& each : bytes)
            each = std::byte{7};
    }
};

class still_time final : public atelier::clock {
public:
    [[nodiscard]] instant now() const override { return instant{std::chrono::hours{24}}; }
};

/// What one connection has led to.
struct course {
    std::vector<std::string> handled; ///< each request, as its handler saw it
    std::string answers;              ///< all that the client got
};

std::string seen(const request& r) {
    std::string text = r.method_name + ' ' + r.path;
    for (const auto& each : r.path_parameters)
        text += "|" + each;
    for (const auto& [name, value] : r.query)
        text += "?" + name + "=" + value;
    for (const auto& [name, value] : r.headers)
        text += "\n" + name + ": " + value;
    return text + "\n\n" + r.body;
}

void check(const request& r) {
    require(r.path.starts_with('/') && is_utf8(r.path), "a handler's path is text");
    require((r.path + '/').find("/../") == std::string::npos, "and does not lead upwards");
    require(r.body.size() == r.body_size, "a handler has the whole body");
    require(!r.request_id.empty() && r.request_id.size() <= 64, "each request has an id");
    for (const auto& [name, value] : r.headers)
        require(is_token(name) && value.find_first_of("\r\n") == std::string::npos, "a field is one line");
}

router make_routes(course& into) {
    const handler record = [&into](request& r) -> asio::awaitable<response> {
        check(r);
        into.handled.push_back(seen(r));
        co_return json_response(200, "{\"path\":\"" + std::to_string(r.path.size()) + "\"}");
    };
    return router{{{method::get, "/v1/things", body_mode::none, record},
                   {method::post, "/v1/things", body_mode::memory, record},
                   {method::get, "/v1/things/{id}", body_mode::none, record},
                   {method::delete_, "/v1/things/{id}", body_mode::none, record},
                   {method::post, "/webhooks/{kind}", body_mode::memory, record, true, true}}};
}

struct pair {
    int client = -1;
    int server = -1;
};

pair connect() {
    std::array<int, 2> ends{};
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there are descriptors");
    for (const int end : ends)
        ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    return {ends[0], ends[1]};
}

/// Serves one connection whose client sends `bytes` in pieces, or at once without a seed.
course serve(std::string_view bytes, std::optional<std::uint64_t> seed) {
    static file_pool files{1, 1};
    static same_numbers random;
    static const still_time time;
    course result;
    server_options options;
    options.bounds.header_bytes = 2048;
    options.bounds.body_bytes = 2048;
    options.bounds.compress_above = 16;
    server_context context{options, make_routes(result), files, time, random, {}};
    {
        asio::io_context loop{1};
        thread_scope scope{context};
        scope.executor = loop.get_executor();
        scope.date = "Fri, 02 Jan 1970 00:00:00 GMT";
        const auto ends = connect();
        auto client = std::make_shared<session>(
            scope, asio::ip::tcp::socket{loop, asio::ip::tcp::v4(), ends.server}, "192.0.2.1", std::nullopt);
        asio::co_spawn(loop, session::serve(client), asio::detached);
        const auto send = [&](std::string_view piece) {
            loop.poll();
            return ::send(ends.client, piece.data(), piece.size(), MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(piece.size());
        };
        std::string held = seed ? "" : std::string{bytes};
        if (seed) // not too many: each takes a turn of the loop
            in_pieces(bytes, *seed, [&](std::string_view piece) {
                held += piece;
                return held.size() < bytes.size() / 40 || send(std::exchange(held, {}));
            });
        if (!held.empty())
            send(held);
        ::shutdown(ends.client, SHUT_WR);
        loop.run();
        std::array<char, 65536> block{};
        for (ssize_t got = 0; (got = ::recv(ends.client, block.data(), block.size(), 0)) > 0;)
            result.answers.append(block.data(), static_cast<std::size_t>(got));
        ::close(ends.client);
    }
    return result;
}

/// The value of a field of a response's header block, "" when it is not there.
std::string_view field(std::string_view head, std::string_view name) {
    const auto at = head.find("\r\n" + std::string{name} + ": ");
    if (at == std::string_view::npos)
        return "";
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// The statuses of a row of whole responses. `asked` is what was handled: answers to HEAD have no body.
std::vector<std::string> check_answers(std::string_view answers) {
    std::vector<std::string> statuses;
    while (!answers.empty()) {
        require(answers.starts_with("HTTP/1.1 "), "a response begins where the last one has ended");
        const auto end = answers.find("\r\n\r\n");
        require(end != std::string_view::npos, "a header block is whole");
        const auto head = answers.substr(0, end + 2);
        statuses.emplace_back(head.substr(9, 3));
        answers.remove_prefix(end + 4);
        if (statuses.back() == "100") {
            statuses.pop_back(); // depends on when the body comes
            continue;
        }
        for (std::size_t at = head.find("\r\n") + 2; at < head.size(); at = head.find("\r\n", at) + 2) {
            const auto line = head.substr(at, head.find("\r\n", at) - at);
            require(is_token(line.substr(0, line.find(':'))), "a response's field has a name");
        }
        std::uint64_t size = 0;
        const auto length = field(head, "Content-Length");
        std::from_chars(length.data(), length.data() + length.size(), size);
        if (answers.starts_with("HTTP/1.1 ") || answers.empty())
            continue; // of a HEAD request, or without a body
        require(size <= answers.size(), "a body is as long as it says");
        answers.remove_prefix(size);
    }
    return statuses;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    atelier::fuzz::input in{data, length};
    const auto seed = in.number();
    if (in.rest().size() > input_max)
        return 0;
    const auto whole = serve(in.rest(), std::nullopt);
    const auto pieces = serve(in.rest(), seed);
    require(whole.handled == pieces.handled, "the same requests reach the handlers in pieces");
    require(check_answers(whole.answers) == check_answers(pieces.answers), "and have the same answers");
    return 0;
}
