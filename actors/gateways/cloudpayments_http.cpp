#include "actors/gateways/cloudpayments_http.hpp"

#include "config/secure_url.hpp"

#include <curl/curl.h>

#include <algorithm>

namespace atelier {
namespace {

constexpr int look_interval_ms = 100; ///< at the flag that says to stop
constexpr std::chrono::milliseconds connect_limit{10'000};

/// The body as it comes.
struct inflow {
    std::string text;
    std::size_t limit;
    bool too_large = false;
};

bool is_plain(const std::string& url) {
    return url.starts_with("http:") && is_secure_url(url);
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* target) {
    auto& body = *static_cast<inflow*>(target);
    if (body.text.size() + size > body.limit) {
        body.too_large = true;
        return 0; // ends the transfer
    }
    body.text.append(data, size);
    return size;
}

class header_lines {
public:
    void add(const std::string& line) {
        if (auto* longer = curl_slist_append(lines_.get(), line.c_str())) {
            static_cast<void>(lines_.release());
            lines_.reset(longer);
        }
    }
    [[nodiscard]] curl_slist* get() const { return lines_.get(); }

private:
    struct free_all {
        void operator()(curl_slist* lines) const { curl_slist_free_all(lines); }
    };
    std::unique_ptr<curl_slist, free_all> lines_;
};

} // namespace

/// The transfer runs on a multi handle, as only that can be left at any moment.
struct cloudpayments_http::handles {
    // In this order: the transfer goes before what it ran on.
    std::unique_ptr<void, void (*)(void*)> multi{curl_multi_init(),
                                                 [](void* each) { curl_multi_cleanup(each); }};
    std::unique_ptr<void, void (*)(void*)> easy{curl_easy_init(),
                                                [](void* each) { curl_easy_cleanup(each); }};
};

cloudpayments_http::cloudpayments_http(const cloudpayments_access& access, const std::atomic<bool>& stopping)
    : access_{access}, stopping_{stopping}, plain_{is_plain(access.base_url)},
      curl_{std::make_unique<handles>()} {}

cloudpayments_http::~cloudpayments_http() = default;

cloudpayments_response cloudpayments_http::post(const cloudpayments_request& request,
                                                std::chrono::milliseconds timeout) {
    cloudpayments_response response;
    auto* const easy = curl_->easy.get();
    if (easy == nullptr || curl_->multi == nullptr) {
        response.trouble = "there is no memory for a connection";
        return response;
    }
    header_lines headers;
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    headers.add("Expect:"); // no 100-continue round trip
    if (!request.id.empty())
        headers.add("X-Request-ID: " + request.id);
    const auto url = access_.base_url + "/" + request.method;
    inflow body{{}, access_.reply_limit};

    curl_easy_reset(easy); // keeps the connection
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain_ ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (plain_)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, access_.public_id.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, access_.secret.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a name to be resolved
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(timeout, connect_limit).count()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);

    response.trouble = run();
    response.too_large = body.too_large;
    if (!response.trouble.empty())
        return response;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
    const char* content_type = nullptr;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
    response.content_type = content_type == nullptr ? "" : content_type;
    response.body = std::move(body.text);
    return response;
}

/// The transfer; says what went wrong, or nothing.
std::string cloudpayments_http::run() {
    auto* const multi = curl_->multi.get();
    auto* const easy = curl_->easy.get();
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
        return "the transfer cannot be begun";
    std::string trouble = "the transfer was given up";
    int running = 1;
    while (running > 0 && !stopping_ && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, nullptr, 0, look_interval_ms, nullptr);
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left))
        if (message->msg == CURLMSG_DONE)
            trouble = message->data.result == CURLE_OK ? "" : curl_easy_strerror(message->data.result);
    curl_multi_remove_handle(multi, easy);
    return trouble;
}

} // namespace atelier
