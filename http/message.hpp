#pragma once

#include "actors/domain/errors.hpp"
#include "actors/domain/ids.hpp"
#include "actors/domain/trace_context.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Requests and responses as endpoints see them: plain values, without Beast.
namespace atelier::http {

enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view to_string(method m);
/// Whether requests of it change nothing (RFC 9110, 9.2.1).
[[nodiscard]] constexpr bool is_safe(method m) {
    return m == method::get || m == method::head || m == method::options;
}

/// A file that is removed when nobody needs it any more; `release` keeps it. Used by one thread at a time.
class temporary_file {
public:
    explicit temporary_file(std::filesystem::path path) : path_{std::move(path)} {}
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The file now belongs to the caller (it was moved into its place).
    void release() { path_.clear(); }

private:
    std::filesystem::path path_;
};

/// A complete request. Owned by the session; valid until the handler's coroutine has ended.
struct request {
    method verb = method::other;
    std::string method_name;                                  ///< as sent, for logs
    std::string target;                                       ///< as sent
    std::string path;                                         ///< decoded path
    std::vector<std::pair<std::string, std::string>> query;   ///< decoded, in order
    std::optional<failure> query_failure;                     ///< why `query` could not be decoded
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case, in order
    std::string body;                                         ///< for routes that take it in memory
    std::shared_ptr<temporary_file> body_file;                ///< for routes that stream it to disk
    std::uint64_t body_size = 0;
    std::vector<std::string> path_parameters; ///< the `{…}` of the route, in order
    std::string request_id;                   ///< taken from X-Request-Id or made up
    trace_context trace;                      ///< the trace of traceparent, or a new one; a span of its own
    std::uint64_t parent_span = 0;            ///< of traceparent; 0 = the trace begins here
    user_id user;                             ///< who it turned out to come from, for the log; 0 = unknown
    /// Where it came from: the peer's address or, behind trusted proxies, the one that they name; "" if they
    /// hide it.
    std::string remote_address;

    /// The first header of that (lower-case) name, or "".
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool has_header(std::string_view name) const;
    /// The first query parameter of that name, if there is one.
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// A body read from a file; `offset` and `length` select a part of it.
struct file_body {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::shared_ptr<const void> hold; ///< as long as it lives, the file stays where it is; may be null

    file_body() = default;
    file_body(std::filesystem::path p, std::uint64_t first, std::uint64_t bytes)
        : path{std::move(p)}, offset{first}, length{bytes} {}
};

/// A body that is produced piece by piece (server-sent events). The session calls `start` once, on its I/O
/// thread, with a sink; the producer may call the sink from any thread; an empty chunk ends the stream. The
/// sink answers false when the client has gone or is too slow, or when the server drains: the producer must
/// then stop. A sink may be kept longer than the session and the server live; it then answers false. `stop`
/// is called exactly once, when the stream is over for whatever reason, also when it never started (HEAD, a
/// client that has gone); it runs on the I/O thread, must not block and must not throw.
/// So does `beat`, if there is one, each time that `pause` has passed while the stream is open.
struct stream_body {
    using sink = std::function<bool(std::string chunk)>;
    std::function<void(sink)> start;
    std::function<void()> stop;
    std::function<void()> beat;
    std::chrono::milliseconds pause{};

    stream_body() = default;
    stream_body(std::function<void(sink)> on_start, std::function<void()> on_stop)
        : start{std::move(on_start)}, stop{std::move(on_stop)} {}
};

/// A complete answer. The session adds Date, Content-Length or Transfer-Encoding, Connection, X-Request-Id,
/// X-Content-Type-Options, Strict-Transport-Security and what `represent` and `cors` do; `headers` must not
/// hold those. A page brings its Content-Security-Policy; everything else may do nothing in a browser.
/// Responses 204 and 304 lose their body.
struct response {
    unsigned status = 200;
    std::string content_type; ///< "" = no body
    std::vector<std::pair<std::string, std::string>> headers;
    std::variant<std::string, file_body, stream_body> body;

    response() = default;
    explicit response(unsigned s) : status{s} {}
    response(unsigned s, std::string type, std::string text)
        : status{s}, content_type{std::move(type)}, body{std::move(text)} {}

    response& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

/// `application/json` with that status.
[[nodiscard]] response json_response(unsigned status, std::string body);

/// The failure as an RFC 9457 problem document, with Retry-After or WWW-Authenticate where they belong. The
/// detail of `errc::internal` is left out: it is for the log.
[[nodiscard]] response problem_response(const failure& why, std::string_view request_id);
/// Adds how often the client may ask, and what is left of that.
void add_rate_headers(response& r, const rate_limit& rate);
/// The HTTP status of a code; known nowhere else.
[[nodiscard]] unsigned status_of(errc code);

} // namespace atelier::http
