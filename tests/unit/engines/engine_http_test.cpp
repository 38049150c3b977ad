#define CAF_SUITE engine_http

#include "actors/engines/engine_http.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

bool always() {
    return true;
}

struct line {
    explicit line(recording_server::answerer answer) : server{std::move(answer)} {
        access.base_url = server.url();
        access.reply_limit = 1000;
        access.file_limit = 1000;
    }
    engine_response exchange(const engine_request& request, const engine_http::watch& go_on = always,
                             std::chrono::milliseconds timeout = patience) {
        engine_http http{access};
        return http.exchange(request, timeout, go_on);
    }

    temporary_directory directory;
    engine_access access;
    recording_server server;
};

} // namespace

CAF_TEST(a call brings back the status and what it was asked for) {
    line to{[](const request&) {
        return http_answer("429 Too Many\r\nRetry-After: 9\r\nRetry-After-Ms: 900\r\nX-Should-Retry: true",
                           "{}");
    }};
    to.access.authorization = "Bearer key";
    engine_request request{"POST", "/work?x=1"};
    request.headers = {"Content-Type: application/json"};
    request.body = "{\"a\":1}";
    const auto response = to.exchange(request);
    CAF_CHECK_EQUAL(response.status, 429);
    CAF_CHECK_EQUAL(response.body, "{}");
    CAF_CHECK_EQUAL(response.retry_after, "9");
    CAF_CHECK_EQUAL(response.retry_after_ms, "900");
    CAF_CHECK_EQUAL(response.should_retry, "true");
    CAF_CHECK(response.content_type.starts_with("application/json"));
    const auto came = to.server.requests(1).front();
    CAF_CHECK_EQUAL(came.method, "POST");
    CAF_CHECK_EQUAL(came.target, "/work?x=1");
    CAF_CHECK_EQUAL(came.body, "{\"a\":1}");
    CAF_CHECK_EQUAL(came.header("authorization"), "Bearer key");
}

CAF_TEST(credentials go to the engine itself alone and never over an open line) {
    line to{[](const request&) { return http_answer("200 OK", "{}"); }};
    to.access.authorization = "Bearer key";
    static_cast<void>(to.exchange({"GET", to.server.url() + "/files/1"}));
    CAF_CHECK_EQUAL(to.server.requests(1).front().header("authorization"), "");
    to.access.base_url = "http://192.0.2.1:7860";
    const auto response = to.exchange({"GET", "/x"});
    CAF_CHECK(response.misconfigured);
    CAF_CHECK_EQUAL(response.trouble, "credentials are sent over HTTPS only");
    to.access.base_url = "ftp://192.0.2.1";
    CAF_CHECK(to.exchange({"GET", "/x"}).misconfigured);
}

CAF_TEST(a success may go into a file and a failure does not ) {
    long status = 200;
    line to{[&](const request&) { return http_answer(std::to_string(status), "a picture"); }};
    const auto file = to.directory.path() / "file";
    engine_request request{"GET", "/x"};
    request.save_to = file;
    CAF_CHECK_EQUAL(to.exchange(request).body, "");
    CAF_CHECK_EQUAL(read_bytes(file), "a picture");
    status = 500;
    CAF_CHECK_EQUAL(to.exchange(request).body, "a picture");
    CAF_CHECK_EQUAL(read_bytes(file), "");
    status = 200;
    request.save_to = to.directory.path() / "nowhere" / "file";
    CAF_CHECK_EQUAL(to.exchange(request).trouble, "the temporary file cannot be written");
}

CAF_TEST(bodies have limits in memory and in files) {
    line to{[](const request&) { return http_answer("200 OK", std::string(1001, 'x')); }};
    engine_request request{"GET", "/x"};
    CAF_CHECK(to.exchange(request).too_large);
    request.save_to = to.directory.path() / "file";
    const auto response = to.exchange(request);
    CAF_CHECK(response.too_large);
    CAF_CHECK_EQUAL(response.status, 0);
}

CAF_TEST(a form carries values and a file) {
    line to{[](const request&) { return http_answer("200 OK", "{}"); }};
    engine_request request{"POST", "/x"};
    request.form.emplace_back("model", "m-1");
    form_part photo;
    photo.name = "image";
    photo.file = to.directory.path() / "photo";
    photo.file_name = "photo.jpg";
    photo.content_type = "image/jpeg";
    write_bytes(photo.file, "the bytes");
    request.form.push_back(photo);
    CAF_CHECK_EQUAL(to.exchange(request).status, 200);
    const auto came = to.server.requests(1).front();
    CAF_CHECK(came.header("content-type").starts_with("multipart/form-data; boundary="));
    CAF_CHECK(came.body.find("name=\"model\"\r\n\r\nm-1\r\n") != std::string::npos);
    CAF_CHECK(came.body.find("name=\"image\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                             "the bytes\r\n") != std::string::npos);
}

CAF_TEST(what never comes ends by the time or by the caller) {
    mishaps trouble;
    trouble.next("x", mishap::slow, 2);
    line to{[&](const request&) { return trouble.answer("x").value_or(http_answer("200 OK", "{}")); }};
    auto response = to.exchange({"GET", "/x"}, always, std::chrono::milliseconds{50});
    CAF_CHECK_EQUAL(response.status, 0);
    CAF_CHECK(!response.given_up);
    response = to.exchange({"GET", "/x"}, [] { return false; });
    CAF_CHECK(response.given_up);
    CAF_CHECK_EQUAL(to.exchange({"GET", "/x"}, always, std::chrono::milliseconds{0}).trouble,
                    "there is no time left");
    trouble.release();
}

CAF_TEST(a connection that ends too early is no response) {
    mishaps trouble;
    trouble.next("x", mishap::lost);
    trouble.next("x", mishap::cut_off);
    line to{[&](const request&) { return *trouble.answer("x"); }};
    for (int i = 0; i < 2; ++i) {
        const auto response = to.exchange({"GET", "/x"});
        CAF_CHECK_EQUAL(response.status, 0);
        CAF_CHECK(!response.trouble.empty());
    }
}

CAF_TEST(pictures are fetched over HTTPS or from the engine) {
    const std::string lan = "http://192.168.0.9:7860/api";
    CAF_CHECK(may_fetch(lan, "https://files.example/x.png?a=1"));
    CAF_CHECK(may_fetch(lan, "http://192.168.0.9:7860/x.png"));
    CAF_CHECK(!may_fetch(lan, "http://192.168.0.9:7861/x.png"));
    CAF_CHECK(!may_fetch(lan, "http://192.168.0.9:7860@evil.example/x.png"));
    CAF_CHECK(!may_fetch(lan, "http://files.example/x.png"));
    CAF_CHECK(!may_fetch(lan, "file:///etc/passwd"));
    CAF_CHECK(!may_fetch(lan, "https://files.example/x y"));
    CAF_CHECK(!may_fetch(lan, ""));
}
