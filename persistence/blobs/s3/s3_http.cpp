#include "persistence/blobs/s3/s3_http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace atelier {
namespace {

constexpr int look_interval_ms = 100; ///< at the flag that says to stop
constexpr std::size_t headers_max = 64;
constexpr long buffer_size = 256L * 1024;

/// A reply on its way in.
struct inflow {
    CURL* easy;
    const s3_http_request& request;
    std::size_t limit;
    s3_http_response& response;
};

/// A body on its way out.
struct outflow {
    const s3_http_request& request;
    std::uint64_t size;
    std::uint64_t sent = 0;
};

long status_of(CURL* easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* target) {
    auto& in = *static_cast<inflow*>(target);
    const auto status = status_of(in.easy);
    if (in.request.sink && (status == 200 || status == 206)) {
        if (in.request.sink({data, size}))
            return size;
        in.response.refused = true;
        return 0; // ends the transfer
    }
    if (in.response.body.size() + size > in.limit) {
        in.response.refused = true;
        return 0;
    }
    in.response.body.append(data, size);
    return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* target) {
    auto& headers = static_cast<inflow*>(target)->response.headers;
    std::string_view line{data, size};
    if (line.starts_with("HTTP/"))
        headers.clear(); // those of an interim response
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || headers.size() >= headers_max)
        return size;
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    line.remove_prefix(colon + 1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
        line.remove_prefix(1);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' '))
        line.remove_suffix(1);
    headers.insert_or_assign(std::move(name), std::string{line});
    return size;
}

std::size_t give_body(char* target, std::size_t, std::size_t space, void* source) {
    auto& out = *static_cast<outflow*>(source);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(space, out.size - out.sent));
    if (size == 0)
        return 0;
    if (out.request.part.file < 0) {
        std::memcpy(target, out.request.body.data() + out.sent, size);
        out.sent += size;
        return size;
    }
    ssize_t got = -1;
    do
        got = ::pread(out.request.part.file, target, size,
                      static_cast<off_t>(out.request.part.offset + out.sent));
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return CURL_READFUNC_ABORT; // unreadable, or shorter than it was
    out.sent += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
}

int rewind_body(void* source, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0)
        return CURL_SEEKFUNC_FAIL;
    static_cast<outflow*>(source)->sent = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
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

void set_method(CURL* easy, const std::string& method, outflow& out) {
    if (method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (method == "PUT" || method == "POST") {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(out.size));
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, &out);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, &out);
    } else if (method != "GET") {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
    }
}

} // namespace

/// The transfer runs on a multi handle, as only that can be left at any moment.
struct s3_http::handles {
    // In this order: the transfer goes before what it ran on.
    std::unique_ptr<void, void (*)(void*)> multi{curl_multi_init(),
                                                 [](void* each) { curl_multi_cleanup(each); }};
    std::unique_ptr<void, void (*)(void*)> easy{curl_easy_init(),
                                                [](void* each) { curl_easy_cleanup(each); }};
};

s3_http::s3_http(s3_http_limits limits, bool plain, const std::atomic<bool>& stopping)
    : limits_{limits}, plain_{plain}, stopping_{stopping}, curl_{std::make_unique<handles>()} {}

s3_http::~s3_http() = default;

s3_http_response s3_http::send(const s3_http_request& request, std::chrono::milliseconds timeout) {
    s3_http_response response;
    auto* const easy = curl_->easy.get();
    if (easy == nullptr || curl_->multi == nullptr) {
        response.trouble = "there is no memory for a connection";
        return response;
    }
    header_lines headers;
    for (const auto& line : request.headers)
        headers.add(line);
    headers.add("Expect:"); // no 100-continue round trip
    inflow in{easy, request, limits_.reply_limit, response};
    outflow out{request, request.part.file < 0 ? request.body.size() : request.part.size};

    curl_easy_reset(easy); // keeps the connection
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); // it is signed as it is
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain_ ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (plain_)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a name to be resolved
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(timeout, limits_.connect).count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits_.stall.count()));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_size);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &in);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &in);
    set_method(easy, request.method, out);

    response.trouble = run();
    if (response.trouble.empty())
        response.status = status_of(easy);
    return response;
}

/// The transfer; says what went wrong, or nothing.
std::string s3_http::run() {
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
