#pragma once

#include "actors/domain/trace_context.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atelier {

/// One part of a multipart/form-data body: a value, or a file that is read while it is sent.
struct form_part {
    std::string name;
    std::string value;
    std::filesystem::path file; ///< "" = `value` counts
    std::string file_name;      ///< as the server sees it
    std::string content_type;   ///< of the file

    form_part() = default;
    form_part(std::string n, std::string v) : name{std::move(n)}, value{std::move(v)} {}
};

/// One call of an engine's API.
struct engine_request {
    std::string method = "GET";       ///< GET or POST
    std::string target;               ///< begins with '/': what follows the base URL; else a whole URL
    std::vector<std::string> headers; ///< whole lines; no credentials
    std::string body;                 ///< of a POST without a form
    std::vector<form_part> form;
    /// An existing file that takes the body of a 2xx response; "" = into memory.
    std::filesystem::path save_to;

    engine_request() = default;
    engine_request(std::string m, std::string t) : method{std::move(m)}, target{std::move(t)} {}
};

/// What came back.
struct engine_response {
    long status = 0;          ///< of HTTP; 0 = there was no complete response
    std::string content_type; ///< as sent
    std::string body;         ///< "" when it went into a file
    std::string retry_after;  ///< the headers of these names, as sent
    std::string retry_after_ms;
    std::string should_retry;   ///< X-Should-Retry
    std::string trouble;        ///< why there is no response, for people; names no secret
    bool too_large = false;     ///< ended because of a limit
    bool given_up = false;      ///< ended because the caller wanted it
    bool misconfigured = false; ///< never begun: see `trouble`
};

/// Where an engine's API is and what it may cost.
struct engine_access {
    std::string base_url;      ///< without '/' at the end
    std::string authorization; ///< value of the Authorization header; "" = none
    std::filesystem::path
        authorities; ///< PEM file of the certificate authorities to trust; "" = the system's
    std::size_t reply_limit = 96UL * 1024 * 1024;   ///< bytes of a body in memory
    std::uint64_t file_limit = 64ULL * 1024 * 1024; ///< bytes of a body in a file
};

/// A POST with a JSON body.
[[nodiscard]] engine_request post_json(std::string target, std::string body);

/// Whether a picture may be fetched from a URL that an engine has named: over HTTPS from anywhere, or from
/// where the engine itself is.
[[nodiscard]] bool may_fetch(const std::string& base_url, const std::string& url);

/// A kept-alive connection to an engine. Certificates are checked, redirects not followed. Credentials go to
/// the engine's own base URL alone, and only over HTTPS or to this machine itself (`is_secure_url`); without
/// them plain HTTP is taken too, as for a server in one's own network. Used by one thread at a time.
class engine_http {
public:
    /// Whether to go on; asked at least every tenth of a second while a call is under way, on the caller's
    /// thread. May take its time, even make calls on another connection.
    using watch = std::function<bool()>;

    /// `access` outlives it.
    explicit engine_http(const engine_access& access);
    ~engine_http();
    engine_http(const engine_http&) = delete;
    engine_http& operator=(const engine_http&) = delete;

    /// Blocks until the response is complete, the time is over or `go_on` gives false.
    [[nodiscard]] engine_response exchange(const engine_request& request, std::chrono::milliseconds timeout,
                                           const watch& go_on);

    /// From now on, every request to the engine's own base URL says what caused it (traceparent,
    /// X-Request-Id).
    void explain(const cause& why);

private:
    struct handles;
    void run(engine_response& response, const watch& go_on);

    const engine_access& access_;
    std::unique_ptr<handles> curl_;
    std::vector<std::string> explanation_; ///< header lines
};

} // namespace atelier
