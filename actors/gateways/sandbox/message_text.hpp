#pragma once

#include "actors/gateways/sandbox/records.hpp"

/// The notifications' text, written the way CloudPayments is seen to: parameters in its order, escapes in
/// lower case, a space as `+`, empty parameters present.
namespace atelier::sandbox {

/// `kind` is check, pay, fail, confirm, cancel or refund.
[[nodiscard]] message make_message(std::string kind, const transaction& about);
/// Recurrent: the state of a subscription.
[[nodiscard]] message make_message(const subscription& about);
/// Receipt: a fiscal receipt of a payment or refund was issued.
[[nodiscard]] message make_receipt_message(const transaction& about);

/// The headers Content-HMAC, over the body as it is, and X-Content-HMAC, over what it says when it is
/// decoded: HMAC-SHA256 under the API secret, in Base64.
struct signatures {
    std::string content_hmac;
    std::string x_content_hmac;
};
[[nodiscard]] signatures sign(std::string_view body, std::string_view secret);

} // namespace atelier::sandbox
