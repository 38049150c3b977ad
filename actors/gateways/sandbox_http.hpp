#pragma once

#include "actors/gateways/sandbox_message.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace atelier {

/// How a notification was answered.
struct sandbox_reply {
    long http_status = 0;             ///< 0 = there was no answer
    std::optional<std::int64_t> code; ///< `code` of the JSON object that was answered with status 200

    [[nodiscard]] bool accepted() const { return code == 0; }
};

/// Delivers notifications to one address over HTTP, one at a time, on a kept-alive connection. Belongs to one
/// thread.
class sandbox_http {
public:
    /// A transfer under way ends early, without an answer, once `stopping` is true; libcurl looks at it once
    /// a second.
    sandbox_http(std::string base_url, std::chrono::milliseconds timeout, const std::atomic<bool>& stopping);
    ~sandbox_http();
    sandbox_http(const sandbox_http&) = delete;
    sandbox_http& operator=(const sandbox_http&) = delete;

    /// POSTs to `{base_url}/webhooks/cloudpayments/{kind}`.
    [[nodiscard]] sandbox_reply post(const sandbox_message& message);

private:
    std::string base_url_;
    std::chrono::milliseconds timeout_;
    const std::atomic<bool>& stopping_;
    void* curl_; ///< CURL easy handle; null when libcurl could not make one
};

} // namespace atelier
