#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// A part of an open file that is the body of a request.
struct s3_file_part {
    int file = -1; ///< a descriptor, open during the request; -1 = there is none
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// One request, signed.
struct s3_http_request {
    std::string method;
    std::string url;
    std::vector<std::string> headers; ///< whole lines, Host among them
    std::string body;                 ///< when there is no part of a file
    s3_file_part part;
    /// Takes the body of a reply with status 200 or 206 as it comes; false ends the transfer. Nothing: the
    /// body is kept.
    std::function<bool(std::string_view bytes)> sink;
};

/// What came back.
struct s3_http_response {
    long status = 0;                            ///< of HTTP; 0 = there was no complete response
    std::map<std::string, std::string> headers; ///< names in lower case; at most 64
    std::string body;                           ///< unless the sink took it
    std::string trouble;                        ///< why there is none, for people; names no secret
    bool refused = false;                       ///< ended by the sink, or because the body was too large

    /// The value of a header, "" when there is none.
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// How long a transfer may take.
struct s3_http_limits {
    std::chrono::milliseconds connect{10'000};
    std::chrono::seconds stall{20};              ///< without a byte in either direction
    std::size_t reply_limit = 4UL * 1024 * 1024; ///< bytes of a body that is kept
};

/// One kept-alive connection: HTTPS with the server's certificate checked, or plain HTTP where it is allowed.
/// Redirects are not followed. Used by one thread at a time.
class s3_http {
public:
    /// `stopping` outlives it. A transfer under way ends within a tenth of a second once it is true.
    s3_http(s3_http_limits limits, bool plain, const std::atomic<bool>& stopping);
    ~s3_http();
    s3_http(const s3_http&) = delete;
    s3_http& operator=(const s3_http&) = delete;

    /// Blocks, at most for `timeout`.
    [[nodiscard]] s3_http_response send(const s3_http_request& request, std::chrono::milliseconds timeout);

private:
    struct handles;
    std::string run();

    const s3_http_limits limits_;
    const bool plain_;
    const std::atomic<bool>& stopping_;
    std::unique_ptr<handles> curl_;
};

} // namespace atelier
