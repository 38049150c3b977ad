#pragma once

#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Signed webhooks: HMAC-SHA256, "v1". Pure.
/// Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md
namespace atelier {

/// What a webhook carries beside its body.
struct webhook_headers {
    std::string id;        ///< webhook-id: the same whenever it is sent
    std::string timestamp; ///< webhook-timestamp: when it was sent, in seconds since 1970
    std::string signature; ///< webhook-signature: "v1,<Base64>", several separated by spaces
};

/// "whsec_" and the Base64 of 32 bytes of chance.
[[nodiscard]] std::string new_webhook_secret(random_source& random);

/// The headers of `body`, sent at `now`, with a signature by each of the secrets; what is no secret signs
/// nothing.
[[nodiscard]] webhook_headers sign_webhook(std::string id, instant now, std::string_view body,
                                           const std::vector<std::string>& secrets);

/// Whether `body`, exactly as received, was signed with `secret` (with or without "whsec_") within five
/// minutes of `now`. Signatures are compared in constant time.
[[nodiscard]] bool verify_webhook(const webhook_headers& headers, std::string_view body,
                                  std::string_view secret, instant now);

} // namespace atelier
