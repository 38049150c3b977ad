#include "actors/engines/engine_http.hpp"

#include "config/secure_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

namespace atelier {
namespace {

constexpr int look_interval_ms = 100; ///< at the watch that says whether to go on
constexpr std::chrono::milliseconds connect_limit{10'000};

/// The body as it comes: into the file when it is a success and there is one, else into memory.
struct inflow {
    CURL* easy;
    std::string text;
    std::size_t text_limit;
    std::ofstream file;
    std::uint64_t file_size = 0;
    std::uint64_t file_limit;
    bool too_large = false;
    bool unwritable = false;

    bool into_file() const {
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        return file.is_open() && status >= 200 && status < 300;
    }
};

/// Any other result than `size` ends the transfer.
std::size_t take_body(char* data, std::size_t, std::size_t size, void* target) {
    auto& body = *static_cast<inflow*>(target);
    if (body.into_file()) {
        body.file_size += size;
        body.too_large = body.file_size > body.file_limit;
        if (body.too_large)
            return 0;
        body.unwritable = !body.file.write(data, static_cast<std::streamsize>(size));
        return body.unwritable ? 0 : size;
    }
    body.too_large = body.text.size() + size > body.text_limit;
    if (body.too_large)
        return 0;
    body.text.append(data, size);
    return size;
}

struct free_lines {
    void operator()(curl_slist* lines) const { curl_slist_free_all(lines); }
};
using line_list = std::unique_ptr<curl_slist, free_lines>;

void add_line(line_list& lines, const std::string& line) {
    if (auto* longer = curl_slist_append(lines.get(), line.c_str())) {
        static_cast<void>(lines.release());
        lines.reset(longer);
    }
}

struct free_form {
    void operator()(curl_mime* form) const { curl_mime_free(form); }
};
using form_pointer = std::unique_ptr<curl_mime, free_form>;

form_pointer write_form(CURL* easy, const std::vector<form_part>& parts) {
    form_pointer form{curl_mime_init(easy)};
    for (const auto& each : parts) {
        auto* const part = curl_mime_addpart(form.get());
        curl_mime_name(part, each.name.c_str());
        if (each.file.empty()) {
            curl_mime_data(part, each.value.data(), each.value.size());
            continue;
        }
        curl_mime_filedata(part, each.file.c_str());
        curl_mime_filename(part, each.file_name.c_str());
        curl_mime_type(part, each.content_type.c_str());
    }
    return form;
}

std::string header(CURL* easy, const char* name) {
    curl_header* found = nullptr;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

/// Scheme and authority.
std::string_view origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    return scheme == std::string_view::npos ? "" : url.substr(0, url.find('/', scheme + 3));
}

engine_response not_begun(std::string why) {
    engine_response response;
    response.misconfigured = true;
    response.trouble = std::move(why);
    return response;
}

} // namespace

engine_request post_json(std::string target, std::string body) {
    engine_request request{"POST", std::move(target)};
    request.headers = {"Content-Type: application/json", "Accept: application/json"};
    request.body = std::move(body);
    return request;
}

bool may_fetch(const std::string& base_url, const std::string& url) {
    const bool clean = std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
    const auto origin = origin_of(url);
    const bool named = origin.find('@') == std::string_view::npos;
    return clean && named && (url.starts_with("https://") || origin == origin_of(base_url));
}

/// The transfer runs on a multi handle, as only that can be left at any moment.
struct engine_http::handles {
    // In this order: the transfer goes before what it ran on.
    std::unique_ptr<void, void (*)(void*)> multi{curl_multi_init(),
                                                 [](void* each) { curl_multi_cleanup(each); }};
    std::unique_ptr<void, void (*)(void*)> easy{curl_easy_init(),
                                                [](void* each) { curl_easy_cleanup(each); }};
};

engine_http::engine_http(const engine_access& access) : access_{access}, curl_{std::make_unique<handles>()} {}

engine_http::~engine_http() = default;

void engine_http::explain(const cause& why) {
    explanation_.clear();
    if (why.trace.is_known())
        explanation_.push_back("traceparent: " + why.trace.traceparent());
    if (!why.request_id.empty())
        explanation_.push_back("X-Request-Id: " + why.request_id);
}

engine_response engine_http::exchange(const engine_request& request, std::chrono::milliseconds timeout,
                                      const watch& go_on) {
    auto* const easy = curl_->easy.get();
    if (easy == nullptr || curl_->multi == nullptr)
        return not_begun("there is no memory for a connection");
    const bool own = request.target.starts_with('/');
    const auto url = own ? access_.base_url + request.target : request.target;
    const bool plain = url.starts_with("http://");
    if (!plain && !url.starts_with("https://"))
        return not_begun("the address is neither HTTPS nor HTTP");
    const bool secret = own && !access_.authorization.empty();
    if (secret && !is_secure_url(access_.base_url))
        return not_begun("credentials are sent over HTTPS only");
    if (timeout.count() <= 0) {
        engine_response late;
        late.trouble = "there is no time left";
        return late;
    }

    line_list headers;
    add_line(headers, "Expect:"); // no 100-continue round trip
    for (const auto& line : request.headers)
        add_line(headers, line);
    if (own)
        for (const auto& line : explanation_)
            add_line(headers, line);
    if (secret)
        add_line(headers, "Authorization: " + access_.authorization);
    inflow body{.easy = easy,
                .text = {},
                .text_limit = access_.reply_limit,
                .file = {},
                .file_limit = access_.file_limit};
    if (!request.save_to.empty())
        body.file.open(request.save_to, std::ios::binary | std::ios::trunc);

    curl_easy_reset(easy); // keeps the connection
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!access_.authorities.empty())
        curl_easy_setopt(easy, CURLOPT_CAINFO, access_.authorities.c_str());
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (plain)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a name to be resolved
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(timeout, connect_limit).count()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    // What is lost on a connection that was kept open is sent again by libcurl itself, and a job is begun
    // twice.
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.method == "POST" ? 1L : 0L);
    form_pointer form;
    if (!request.form.empty()) {
        form = write_form(easy, request.form);
        curl_easy_setopt(easy, CURLOPT_MIMEPOST, form.get());
    } else if (request.method == "POST") {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    }

    engine_response response;
    run(response, go_on);
    body.file.close();
    response.too_large = body.too_large;
    if (body.unwritable || (!request.save_to.empty() && body.file.fail()))
        response.trouble = "the temporary file cannot be written";
    if (!response.trouble.empty())
        return response;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
    const char* content_type = nullptr;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
    response.content_type = content_type == nullptr ? "" : content_type;
    response.retry_after = header(easy, "Retry-After");
    response.retry_after_ms = header(easy, "Retry-After-Ms");
    response.should_retry = header(easy, "X-Should-Retry");
    response.body = std::move(body.text);
    return response;
}

/// The transfer; `trouble` says what went wrong, or nothing.
void engine_http::run(engine_response& response, const watch& go_on) {
    auto* const multi = curl_->multi.get();
    auto* const easy = curl_->easy.get();
    response.trouble = "the transfer cannot be begun";
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
        return;
    response.trouble = "the transfer broke off";
    int running = 1;
    while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK && running > 0) {
        if (!go_on()) {
            response.given_up = true;
            response.trouble = "the transfer was given up";
            break;
        }
        curl_multi_poll(multi, nullptr, 0, look_interval_ms, nullptr);
    }
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left))
        if (message->msg == CURLMSG_DONE)
            response.trouble =
                message->data.result == CURLE_OK ? "" : curl_easy_strerror(message->data.result);
    curl_multi_remove_handle(multi, easy);
}

} // namespace atelier
