#pragma once

#include "actors/gateways/sandbox/records.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace atelier::sandbox {

/// Where a shop takes its notifications.
struct shop_address {
    std::string url;                           ///< the kind of the notification is added: "{url}/pay"
    std::string secret;                        ///< the API secret: key of the signatures
    std::chrono::milliseconds timeout{30'000}; ///< of one request
};

/// How a notification was answered.
struct shop_reply {
    long http_status = 0;             ///< 0 = there was no answer
    std::optional<std::int64_t> code; ///< `code` of the JSON object that was answered with status 200

    [[nodiscard]] bool accepted() const { return code == 0; }
};

/// Delivers notifications to one shop over HTTP, one at a time, on a kept-alive connection. Belongs to one
/// thread.
class shop_client {
public:
    /// A transfer under way ends early, without an answer, once `stopping` is true; libcurl looks at it once
    /// a second.
    shop_client(shop_address shop, const std::atomic<bool>& stopping);
    ~shop_client();
    shop_client(const shop_client&) = delete;
    shop_client& operator=(const shop_client&) = delete;

    /// `forged` signs it with another key.
    [[nodiscard]] shop_reply post(const message& what, bool forged = false);

private:
    shop_address shop_;
    const std::atomic<bool>& stopping_;
    void* curl_; ///< CURL easy handle; null when libcurl could not make one
};

} // namespace atelier::sandbox
