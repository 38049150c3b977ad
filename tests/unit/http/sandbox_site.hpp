#pragma once

#include "actors/gateways/sandbox/gateway.hpp"
#include "http/sandbox/site.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/http/test_server.hpp"

#include <boost/json/parse.hpp>

#include <cctype>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// The sandbox over real sockets, with a shop that is real, too.
namespace atelier::test {

/// A shop that notes its notifications and agrees, unless it is told otherwise.
class shop {
public:
    shop() {
        http::server_options options;
        options.port = 0;
        std::vector<http::route> routes{make_route(http::method::post, "/hooks/{kind}",
                                                   http::body_mode::memory, [this](http::request& r) {
                                                       const std::lock_guard lock{mutex_};
                                                       seen_.push_back(r.path_parameters.front());
                                                       bodies_.push_back(r.body);
                                                       return http::json_response(200, answer_);
                                                   })};
        routes.push_back({http::method::post, "/slow/{kind}", http::body_mode::memory,
                          [this](http::request&) { return wait(); }});
        auto opened =
            http::server::open(options, http::router{std::move(routes)}, files_, time_, random_, {});
        server_ = std::move(*opened);
        server_->start();
    }
    /// Where notifications go; "/slow" is not answered before `release`.
    [[nodiscard]] std::string url(std::string_view path = "/hooks") const {
        return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string{path};
    }
    void answer_with(std::string body) {
        const std::lock_guard lock{mutex_};
        answer_ = std::move(body);
    }
    void release() { released_ = true; }
    [[nodiscard]] int waiting() const { return waiting_; }
    [[nodiscard]] std::vector<std::string> seen() {
        const std::lock_guard lock{mutex_};
        return seen_;
    }
    [[nodiscard]] std::vector<std::string> bodies() {
        const std::lock_guard lock{mutex_};
        return bodies_;
    }

private:
    boost::asio::awaitable<http::response> wait() {
        ++waiting_;
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
        while (!released_) {
            timer.expires_after(std::chrono::milliseconds{2});
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return http::json_response(200, R"({"code":0})");
    }

    system_clock time_;
    system_random random_;
    http::file_pool files_{1, 16};
    std::mutex mutex_;
    std::vector<std::string> seen_;
    std::vector<std::string> bodies_;
    std::string answer_ = R"({"code":0})";
    std::atomic<bool> released_ = false;
    std::atomic<int> waiting_ = 0;
    std::unique_ptr<http::server> server_;
};

/// A running sandbox.
class sandbox_fixture {
public:
    explicit sandbox_fixture(const std::string& notify_url, std::filesystem::path journal = {}) {
        http::sandbox::site_options options;
        options.public_id = "pk_test";
        options.gateway.secret = "cp_test_secret_0001";
        options.gateway.journal = std::move(journal);
        auto opened = http::sandbox::site::open(std::move(options), time, random_, {});
        if (!opened)
            throw std::runtime_error{opened.error().detail};
        site_ = std::move(*opened);
        site_->start(notify_url);
    }

    wire_response ask(std::string_view request) const {
        wire_client client{site_->port()};
        client.send(request);
        return client.next();
    }
    wire_response post_json(std::string_view path, std::string_view body, std::string_view more = "") const {
        return ask(post(path, body, "Content-Type: application/json\r\n" + std::string{more}));
    }
    /// A call of the API, with the right credentials.
    boost::json::object call(std::string_view path, std::string_view body, std::string_view more = "") const {
        const auto reply = post_json(path, body, authorization + std::string{more});
        if (reply.status != 200)
            throw std::runtime_error{"status " + std::to_string(reply.status) + ": " + reply.body};
        return boost::json::parse(reply.body).as_object();
    }
    /// The order `inv_1` of 990.05, with `more` members of the intent.
    boost::json::object pay(std::string_view card, std::string_view more = "") const {
        const auto reply = post_json("/pay", intent(card, more));
        if (reply.status != 200)
            throw std::runtime_error{"status " + std::to_string(reply.status) + ": " + reply.body};
        return boost::json::parse(reply.body).as_object();
    }
    static std::string intent(std::string_view card, std::string_view more = "") {
        return R"({"publicTerminalId":"pk_test","amount":990.05,"currency":"RUB","externalId":"inv_1",)"
               R"("description":"50 tokens","userInfo":{"accountId":"42","email":"a@example.com"},"card":")" +
               std::string{card} + '"' + std::string{more} + '}';
    }

    manual_clock time;
    /// Basic authentication as pk_test:cp_test_secret_0001.
    static constexpr const char* authorization =
        "Authorization: Basic cGtfdGVzdDpjcF90ZXN0X3NlY3JldF8wMDAx\r\n";

private:
    seeded_random random_;
    std::unique_ptr<http::sandbox::site> site_;
};

} // namespace atelier::test
