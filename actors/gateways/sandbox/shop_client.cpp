#include "actors/gateways/sandbox/shop_client.hpp"

#include "actors/gateways/sandbox/message_text.hpp"

#include <boost/json/parse.hpp>
#include <curl/curl.h>

#include <memory>

namespace atelier::sandbox {
namespace {

constexpr std::size_t longest_answer = 64 * 1024;

std::size_t take_body(char* data, std::size_t, std::size_t size, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size > longest_answer)
        return 0; // ends the transfer
    body.append(data, size);
    return size;
}

int end_when_stopping(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

class header_list {
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

std::optional<std::int64_t> read_code(std::string_view body) {
    boost::json::error_code error;
    const auto answer = boost::json::parse({body.data(), body.size()}, error);
    if (error || !answer.is_object())
        return std::nullopt;
    const auto* code = answer.get_object().if_contains("code");
    return code != nullptr && code->is_int64() ? std::optional{code->get_int64()} : std::nullopt;
}

} // namespace

shop_client::shop_client(shop_address shop, const std::atomic<bool>& stopping)
    : shop_{std::move(shop)}, stopping_{stopping}, curl_{curl_easy_init()} {}

shop_client::~shop_client() {
    curl_easy_cleanup(curl_);
}

shop_reply shop_client::post(const message& what, bool forged) {
    if (curl_ == nullptr)
        return {};
    const auto signed_by = sign(what.body, forged ? "forged " + shop_.secret : shop_.secret);
    header_list headers;
    headers.add("Content-Type: application/x-www-form-urlencoded");
    headers.add("Content-HMAC: " + signed_by.content_hmac);
    headers.add("X-Content-HMAC: " + signed_by.x_content_hmac);
    headers.add("Expect:"); // no 100-continue round trip

    const auto url = shop_.url + '/' + what.kind;
    std::string answer;
    curl_easy_reset(curl_); // keeps the connection
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(shop_.timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(what.body.size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, what.body.c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_, CURLOPT_XFERINFOFUNCTION, end_when_stopping);
    curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, &stopping_);
    if (curl_easy_perform(curl_) != CURLE_OK)
        return {};

    shop_reply reply;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &reply.http_status);
    if (reply.http_status == 200)
        reply.code = read_code(answer);
    return reply;
}

} // namespace atelier::sandbox
