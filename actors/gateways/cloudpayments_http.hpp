#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace atelier {

/// Where the gateway's API is and who we are there.
struct cloudpayments_access {
    std::string base_url;                        ///< without a trailing slash
    std::string public_id;                       ///< user of Basic authentication
    std::string secret;                          ///< its password
    std::size_t reply_limit = 4UL * 1024 * 1024; ///< bytes of a body; more ends the transfer
};

/// One POST to the API.
struct cloudpayments_request {
    std::string method; ///< e.g. "payments/refund": the path
    std::string body;   ///< a JSON object
    std::string id;     ///< X-Request-ID; "" = none
    std::string secret; ///< a part of the body that must not be shown; "" = none
};

/// What came back.
struct cloudpayments_response {
    long status = 0;          ///< of HTTP; 0 = there was no complete response
    std::string content_type; ///< as sent
    std::string body;
    std::string trouble;    ///< why there is none, for people; names no secret
    bool too_large = false; ///< ended because of the limit
};

/// One kept-alive connection to the API: HTTPS with the server's certificate checked; plain HTTP to a
/// loopback address only (`is_secure_url`). Redirects are not followed. Used by one thread at a time.
class cloudpayments_http {
public:
    /// `access` and `stopping` outlive it. A transfer under way ends within a tenth of a second once
    /// `stopping` is true.
    cloudpayments_http(const cloudpayments_access& access, const std::atomic<bool>& stopping);
    ~cloudpayments_http();
    cloudpayments_http(const cloudpayments_http&) = delete;
    cloudpayments_http& operator=(const cloudpayments_http&) = delete;

    [[nodiscard]] cloudpayments_response post(const cloudpayments_request& request,
                                              std::chrono::milliseconds timeout);

private:
    struct handles;
    std::string run();

    const cloudpayments_access& access_;
    const std::atomic<bool>& stopping_;
    const bool plain_;
    std::unique_ptr<handles> curl_;
};

} // namespace atelier
