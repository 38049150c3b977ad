#pragma once

#include "http/server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/http/wire_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

namespace atelier::test {

/// What a server told about a request.
struct observed_request {
    std::string method;
    std::string route;
    unsigned status = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::string request_id;
    std::string remote_address;
};

inline http::route make_route(http::method verb, std::string_view pattern, http::body_mode mode,
                              std::function<http::response(http::request&)> answer) {
    auto handle = [answer = std::move(answer)](http::request& r) -> boost::asio::awaitable<http::response> {
        co_return answer(r);
    };
    return {verb, pattern, mode, std::move(handle)};
}

inline http::response text(std::string body) {
    return http::response{200, "text/plain", std::move(body)};
}

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// A server on a free port with routes for tests, its own file pool and a directory for uploads.
class test_server {
public:
    explicit test_server(http::limits bounds = {}, std::vector<http::route> more = {},
                         std::size_t threads = 1, std::function<void(http::server_options&)> adjust = {}) {
        http::server_options options;
        options.port = 0;
        options.threads = threads;
        options.bounds = bounds;
        options.upload_directory = directory_.path();
        if (adjust)
            adjust(options);
        http::server_hooks hooks;
        hooks.on_refusal = [this](std::string_view reason) {
            const std::lock_guard lock{mutex_};
            refusals_.emplace_back(reason);
        };
        hooks.on_request = [this](const http::request_summary& summary) { note(summary); };
        hooks.on_error = [this](std::string_view what) {
            const std::lock_guard lock{mutex_};
            errors_.emplace_back(what);
        };
        auto routes = standard_routes();
        std::ranges::move(more, std::back_inserter(routes));
        auto opened = http::server::open(std::move(options), http::router{std::move(routes)}, files_, time_,
                                         random_, std::move(hooks));
        if (!opened)
            throw std::runtime_error{opened.error().detail};
        server_ = std::move(*opened);
        server_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    http::server* operator->() { return server_.get(); }
    /// Destroys the server, but not this.
    void destroy() { server_.reset(); }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

    /// Lets the requests to /wait go.
    void release() { released_ = true; }
    /// How many requests have come to /wait.
    [[nodiscard]] int waiting() const { return waiting_; }

    [[nodiscard]] std::vector<observed_request> observed() {
        const std::lock_guard lock{mutex_};
        return observed_;
    }
    [[nodiscard]] std::vector<std::string> refusals() {
        const std::lock_guard lock{mutex_};
        return refusals_;
    }
    [[nodiscard]] std::vector<std::string> errors() {
        const std::lock_guard lock{mutex_};
        return errors_;
    }
    /// How many files lie in the directory for uploads.
    [[nodiscard]] std::ptrdiff_t stored_files() const {
        return std::distance(std::filesystem::directory_iterator{directory()}, {});
    }

    /// One request on a connection of its own.
    wire_response ask(std::string_view request) const {
        wire_client client{port()};
        client.send(request);
        return client.next();
    }

private:
    void note(const http::request_summary& summary) {
        observed_request seen;
        seen.method = summary.method;
        seen.route = summary.route;
        seen.status = summary.status;
        seen.bytes_received = summary.bytes_received;
        seen.bytes_sent = summary.bytes_sent;
        seen.request_id = summary.request_id;
        seen.remote_address = summary.remote_address;
        const std::lock_guard lock{mutex_};
        observed_.push_back(std::move(seen));
    }

    /// Answers when the test says so.
    boost::asio::awaitable<http::response> wait() {
        ++waiting_;
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
        while (!released_) {
            timer.expires_after(std::chrono::milliseconds{2});
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return text("waited");
    }

    std::vector<http::route> standard_routes() {
        using http::body_mode;
        using http::method;
        std::vector<http::route> routes;
        const auto add = [&](method verb, std::string_view pattern, body_mode mode,
                             std::function<http::response(http::request&)> answer) {
            routes.push_back(make_route(verb, pattern, mode, std::move(answer)));
        };
        add(method::get, "/hello", body_mode::none, [](http::request&) { return text("hello"); });
        add(method::get, "/echo/{a}/{b}", body_mode::none, [](http::request& r) {
            return text(r.path_parameters.at(0) + '|' + r.path_parameters.at(1) + '|' +
                        std::string{r.query_value("q").value_or("-")} + '|' + r.request_id);
        });
        add(method::get, "/json", body_mode::none, [](http::request&) {
            return http::json_response(200, "{\"data\":\"" + std::string(5000, 'x') + "\"}");
        });
        add(method::get, "/from", body_mode::none, [](http::request& r) { return text(r.remote_address); });
        add(method::post, "/memory", body_mode::memory,
            [](http::request& r) { return text(std::move(r.body)); });
        add(method::post, "/file", body_mode::file, [](http::request& r) {
            return text(r.body_file ? content_of(r.body_file->path()) : std::string{"no file"});
        });
        add(method::post, "/none", body_mode::none, [](http::request&) { return text("nothing"); });
        add(method::get, "/throw", body_mode::none,
            [](http::request&) -> http::response { throw std::runtime_error{"a mistake"}; });
        routes.push_back({method::get, "/wait", body_mode::none, [this](http::request&) { return wait(); }});
        return routes;
    }

    temporary_directory directory_;
    system_clock time_;
    system_random random_;
    http::file_pool files_{2, 64};
    std::mutex mutex_;
    std::vector<observed_request> observed_;
    std::vector<std::string> refusals_;
    std::vector<std::string> errors_;
    std::atomic<bool> released_ = false;
    std::atomic<int> waiting_ = 0;
    std::unique_ptr<http::server> server_;
};

/// "GET path" with the fields that are needed, and `more`, each with CRLF.
inline std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: atelier.test\r\n" + std::string{more} + "\r\n";
}

/// "POST path" with a body of known length.
inline std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: atelier.test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{more} + "\r\n" + std::string{body};
}

/// "POST path" whose body comes in chunks.
inline std::string post_chunked(std::string_view path, const std::vector<std::string>& chunks) {
    std::string text =
        "POST " + std::string{path} + " HTTP/1.1\r\nHost: atelier.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto& chunk : chunks) {
        std::array<char, 20> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        text += size.data() + chunk + "\r\n";
    }
    return text + "0\r\n\r\n";
}

} // namespace atelier::test
