#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/standard_webhook.hpp"
#include "actors/domain/webhook_delivery.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace atelier {

/// Where webhooks may go.
struct webhook_reach {
    bool insecure = false;          ///< plain HTTP, too
    bool private_addresses = false; ///< addresses that are not public, too
};

/// The URL as it is kept, or `validation_failed` on the field "url". It must be HTTPS (or HTTP where that may
/// be), name a host and neither user nor fragment, and lead to the scheme's own port or one from 1024 on. A
/// host that is an address must be one that may be reached; where names lead is seen when they are connected.
[[nodiscard]] outcome<std::string> check_webhook_url(const std::string& url, webhook_reach reach);

/// Sends webhooks, each on a connection of its own: certificates are checked, redirects not followed, proxies
/// not used, and of the response only the status counts. An address that may not be reached is refused at the
/// moment of connecting, whatever the name resolved to before. Used by one thread at a time.
class webhook_http {
public:
    /// `stopping` outlives it. A transfer under way ends within a tenth of a second once `stopping` is true.
    webhook_http(webhook_reach reach, std::chrono::milliseconds timeout, const std::atomic<bool>& stopping);
    ~webhook_http();
    webhook_http(const webhook_http&) = delete;
    webhook_http& operator=(const webhook_http&) = delete;

    [[nodiscard]] webhook_attempt post(const std::string& url, const webhook_headers& headers,
                                       const std::string& body);

private:
    struct handles;
    std::string run(bool& given_up);

    const webhook_reach reach_;
    const std::chrono::milliseconds timeout_;
    const std::atomic<bool>& stopping_;
    std::unique_ptr<handles> curl_;
};

} // namespace atelier
