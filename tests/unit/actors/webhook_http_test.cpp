#define CAF_SUITE webhook_http

#include "actors/webhooks/webhook_http.hpp"
#include "tests/support/recording_server.hpp"
#include "tests/support/test.hpp"

#include <future>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr webhook_reach everywhere{.insecure = true, .private_addresses = true};
const std::string body = R"({"type":"ping"})";

struct sender {
    explicit sender(webhook_reach reach = everywhere, std::chrono::milliseconds timeout = 20s)
        : http{reach, timeout, stopping} {}

    webhook_attempt post(const std::string& url) {
        webhook_headers headers;
        headers.id = "msg-1";
        headers.timestamp = "1614265330";
        headers.signature = "v1,AAAA v1,BBBB";
        return http.post(url, headers, body);
    }

    std::atomic<bool> stopping = false;
    webhook_http http;
};

recording_server answering(std::string answer) {
    return recording_server{[answer](const request&) { return answer; }};
}

std::string port_of(const recording_server& server) {
    return server.url().substr(server.url().rfind(':'));
}

/// What is wrong with a URL; "" = nothing.
std::string wrong(const std::string& url, webhook_reach reach = {}) {
    const auto checked = check_webhook_url(url, reach);
    return checked ? "" : checked.error().fields.at(0).field + " " + checked.error().fields.at(0).code;
}

} // namespace

CAF_TEST(a webhook is one POST with its headers) {
    auto server = answering(http_answer("204 No Content", ""));
    sender s;
    CAF_CHECK_EQUAL(s.post(server.url() + "/hook?a=b").status, 204);
    const auto got = server.requests(1).front();
    CAF_CHECK_EQUAL(got.method, "POST");
    CAF_CHECK_EQUAL(got.target, "/hook?a=b");
    CAF_CHECK_EQUAL(got.body, body);
    CAF_CHECK_EQUAL(got.header("content-type"), "application/json");
    CAF_CHECK_EQUAL(got.header("webhook-id"), "msg-1");
    CAF_CHECK_EQUAL(got.header("webhook-timestamp"), "1614265330");
    CAF_CHECK_EQUAL(got.header("webhook-signature"), "v1,AAAA v1,BBBB");
    CAF_CHECK(got.header("user-agent").starts_with("Atelier"));
}

CAF_TEST(redirects are not followed) {
    auto elsewhere = answering(http_answer("200 OK", ""));
    auto server = answering("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.url() +
                            "/\r\nContent-Length: 0\r\n\r\n");
    sender s;
    CAF_CHECK_EQUAL(s.post(server.url()).status, 307);
    CAF_CHECK(elsewhere.requests(0).empty());
}

CAF_TEST(a pause that the endpoint asks for is read) {
    auto server =
        answering("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
    sender s;
    const auto attempt = s.post(server.url());
    CAF_CHECK_EQUAL(attempt.status, 429);
    CAF_CHECK(attempt.retry_after == 120s);
}

CAF_TEST(of an endless answer the status counts) {
    // Longer than what is read; the announced rest never comes.
    auto server =
        answering("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + std::string(100'000, 'x'));
    sender s;
    const auto attempt = s.post(server.url());
    CAF_CHECK_EQUAL(attempt.status, 200);
    CAF_CHECK_EQUAL(attempt.trouble, "");
}

CAF_TEST(an endpoint that does not answer is given up in time) {
    std::promise<void> over;
    auto wait = over.get_future().share();
    recording_server server{[wait](const request&) {
        wait.wait();
        return std::string{};
    }};
    sender s{everywhere, 100ms};
    const auto attempt = s.post(server.url());
    over.set_value();
    CAF_CHECK_EQUAL(attempt.status, 0);
    CAF_CHECK(!attempt.trouble.empty());
    CAF_CHECK(!attempt.given_up);
}

CAF_TEST(a hang - up is a failure) {
    auto server = answering("");
    sender s;
    const auto attempt = s.post(server.url());
    CAF_CHECK_EQUAL(attempt.status, 0);
    CAF_CHECK(!attempt.trouble.empty());
}

CAF_TEST(a transfer ends when we stop) {
    std::promise<void> over;
    auto wait = over.get_future().share();
    recording_server server{[wait](const request&) {
        wait.wait();
        return std::string{};
    }};
    sender s;
    auto attempt = std::async(std::launch::async, [&] { return s.post(server.url()); });
    CAF_CHECK_EQUAL(server.requests(1).size(), 1u);
    s.stopping = true;
    CAF_CHECK(attempt.get().given_up);
    over.set_value();
}

CAF_TEST(addresses that are not public are not connected) {
    auto server = answering(http_answer("200 OK", ""));
    sender s{{.insecure = true}};
    for (const auto& host : {"127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"}) {
        const auto attempt = s.post("http://" + std::string{host} + port_of(server));
        CAF_MESSAGE(host);
        CAF_CHECK_EQUAL(attempt.status, 0);
        CAF_CHECK_EQUAL(attempt.trouble, "the host leads to an address that may not be reached");
    }
    CAF_CHECK(server.requests(0).empty());
}

CAF_TEST(plain HTTP is refused unless it is allowed) {
    auto server = answering(http_answer("200 OK", ""));
    sender s{{.private_addresses = true}};
    CAF_CHECK_EQUAL(s.post(server.url()).status, 0);
    CAF_CHECK(server.requests(0).empty());
}

CAF_TEST(a URL leads to a public host by HTTPS) {
    for (const auto* url :
         {"https://example.com", "https://example.com/hook?x=1", "https://example.com:8443/",
          "https://8.8.8.8/", "https://[2606:4700:4700::1111]/"})
        CAF_CHECK_EQUAL(wrong(url), "");
    for (const auto* url : {"",
                            "example.com",
                            "/hook",
                            "http://example.com",
                            "ftp://example.com/",
                            "file:///etc/passwd",
                            "https://",
                            "https:///hook",
                            "https:/hook",
                            "https://user@example.com/",
                            "https://user:pass@example.com/",
                            "https://example.com/#x",
                            "https://example.com:22/",
                            "https://example.com:80/",
                            "https://example.com:0/",
                            "https://example.com:99999/",
                            "https://exa mple.com/",
                            "https://example.com/\r\nX: y",
                            "https://example.com\\@10.0.0.1/",
                            "https://\xd0\xbf.example/"}) {
        CAF_MESSAGE(url);
        CAF_CHECK_EQUAL(wrong(url), "url invalid");
    }
    for (const auto* url : {"https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest",
                            "https://[::1]/", "https://127.1/", "https://0x7f.1/", "https://2130706433/"}) {
        CAF_MESSAGE(url);
        CAF_CHECK_EQUAL(wrong(url), "url forbidden_address");
    }
    CAF_CHECK_EQUAL(wrong("http://127.0.0.1:8080/", everywhere), "");
    CAF_CHECK_EQUAL(wrong("http://example.com:443/", {.insecure = true}), "url invalid");
}
