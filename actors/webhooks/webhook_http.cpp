#include "actors/webhooks/webhook_http.hpp"

#include "config/public_address.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <sys/socket.h>

namespace atelier {
namespace {

constexpr int look_interval_ms = 100; ///< at the flag that says to stop
constexpr std::size_t reply_limit = 16UL * 1024;

/// A socket address as text; "" for what is no IP address.
std::string address_text(const sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (address.sa_family == AF_INET)
        bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    else if (address.sa_family == AF_INET6)
        bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (bytes == nullptr || inet_ntop(address.sa_family, bytes, text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

/// Decides over each address that is about to be connected.
struct guard {
    bool private_addresses = false;
    bool refused = false;
};

curl_socket_t open_socket(void* target, curlsocktype, curl_sockaddr* address) {
    auto& checks = *static_cast<guard*>(target);
    if (!checks.private_addresses && !is_public_address(address_text(address->addr))) {
        checks.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Counts what it throws away.
std::size_t drop_body(char*, std::size_t, std::size_t size, void* target) {
    auto& length = *static_cast<std::size_t*>(target);
    length += size;
    return length > reply_limit ? 0 : size; // 0 ends the transfer
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

struct free_url {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return {};
    std::string copy{text};
    curl_free(text);
    return copy;
}

bool is_address(std::string host) {
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    in6_addr any{};
    return inet_pton(AF_INET6, host.c_str(), &any) == 1 || inet_pton(AF_INET, host.c_str(), &any) == 1;
}

bool may_be_port(const std::string& port, const std::string& scheme) {
    constexpr int first_unprivileged = 1024;
    int number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    return port == (scheme == "https" ? "443" : "80") || number >= first_unprivileged;
}

failure refused(std::string code, std::string detail) {
    return invalid_field("url", std::move(code), std::move(detail));
}

} // namespace

outcome<std::string> check_webhook_url(const std::string& url, webhook_reach reach) {
    const std::unique_ptr<CURLU, free_url> parsed{curl_url()};
    const bool clean = std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
    // The library is content with one slash, and with three.
    const auto slashes = url.find("://");
    const bool exact = slashes != std::string::npos && !url.substr(slashes + 3).starts_with('/');
    if (!clean || !exact || !parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return refused("invalid", "must be a URL");
    const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
    if (scheme != "https" && !(reach.insecure && scheme == "http"))
        return refused("invalid", "must begin with https://");
    if (!part_of(parsed.get(), CURLUPART_USER).empty() || !part_of(parsed.get(), CURLUPART_PASSWORD).empty())
        return refused("invalid", "must not name a user");
    if (url.find('#') != std::string::npos)
        return refused("invalid", "must not have a fragment");
    auto host = part_of(parsed.get(), CURLUPART_HOST);
    if (host.empty())
        return refused("invalid", "must name a host");
    if (!may_be_port(part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT), scheme))
        return refused("invalid", "must lead to the scheme's own port or to one from 1024 on");
    if (is_address(host)) {
        if (host.starts_with('['))
            host = host.substr(1, host.size() - 2);
        if (!reach.private_addresses && !is_public_address(host))
            return refused("forbidden_address", "must lead to a public address");
    }
    return part_of(parsed.get(), CURLUPART_URL);
}

/// The transfer runs on a multi handle, as only that can be left at any moment.
struct webhook_http::handles {
    // In this order: the transfer goes before what it ran on.
    std::unique_ptr<void, void (*)(void*)> multi{curl_multi_init(),
                                                 [](void* each) { curl_multi_cleanup(each); }};
    std::unique_ptr<void, void (*)(void*)> easy{curl_easy_init(),
                                                [](void* each) { curl_easy_cleanup(each); }};
};

webhook_http::webhook_http(webhook_reach reach, std::chrono::milliseconds timeout,
                           const std::atomic<bool>& stopping)
    : reach_{reach}, timeout_{timeout}, stopping_{stopping}, curl_{std::make_unique<handles>()} {}

webhook_http::~webhook_http() = default;

webhook_attempt webhook_http::post(const std::string& url, const webhook_headers& headers,
                                   const std::string& body) {
    webhook_attempt attempt;
    auto* const easy = curl_->easy.get();
    if (easy == nullptr || curl_->multi == nullptr) {
        attempt.trouble = "there is no memory for a connection";
        return attempt;
    }
    line_list lines;
    add_line(lines, "Content-Type: application/json");
    add_line(lines, "User-Agent: Atelier-Webhooks/1");
    add_line(lines, "Expect:"); // no 100-continue round trip
    add_line(lines, "webhook-id: " + headers.id);
    add_line(lines, "webhook-timestamp: " + headers.timestamp);
    add_line(lines, "webhook-signature: " + headers.signature);
    guard checks{.private_addresses = reach_.private_addresses};
    std::size_t length = 0;

    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, reach_.insecure ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); // it would be the proxy that is connected and checked
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &checks);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a name to be resolved
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &length);

    attempt.trouble = run(attempt.given_up);
    if (checks.refused && !attempt.trouble.empty())
        attempt.trouble = "the host leads to an address that may not be reached";
    if (length > reply_limit)
        attempt.trouble.clear(); // the status is there, and nobody wants the rest
    if (!attempt.trouble.empty())
        return attempt;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &attempt.status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        attempt.retry_after = std::chrono::seconds{wait};
    return attempt;
}

/// The transfer; says what went wrong, or nothing.
std::string webhook_http::run(bool& given_up) {
    auto* const multi = curl_->multi.get();
    auto* const easy = curl_->easy.get();
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
        return "the transfer cannot be begun";
    std::string trouble = "the transfer was given up";
    int running = 1;
    while (running > 0 && !stopping_ && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, nullptr, 0, look_interval_ms, nullptr);
    given_up = running > 0 && stopping_;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left))
        if (message->msg == CURLMSG_DONE)
            trouble = message->data.result == CURLE_OK ? "" : curl_easy_strerror(message->data.result);
    curl_multi_remove_handle(multi, easy);
    return trouble;
}

} // namespace atelier
