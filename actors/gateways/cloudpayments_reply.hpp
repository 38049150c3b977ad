#pragma once

#include "actors/gateways/cloudpayments_http.hpp"
#include "actors/gateways/gateway_client.hpp"
#include "actors/gateways/json_text.hpp"

#include <string>
#include <vector>

/// What the API of CloudPayments replies. Every reader fails with not_found or gateway_refused where the
/// gateway said so (`Success` is false, with HTTP status 200), and with gateway_unavailable where its reply
/// cannot be read.
/// Source: CloudPayments developer documentation, "API".
namespace atelier {

/// The envelope around every reply.
struct cloudpayments_reply {
    bool success = false;
    std::string message;    ///< for people, often absent
    std::string error_code; ///< often absent
    json_text model;        ///< what it is about; a scalar when there is nothing

    cloudpayments_reply() = default;
};

/// `response` came completely. Errors: gateway_unavailable.
[[nodiscard]] outcome<cloudpayments_reply> read_reply(const cloudpayments_response& response);

/// Nothing but that it worked.
[[nodiscard]] status read_done(const cloudpayments_reply& reply);
/// A transaction is read whatever `Success` says: of a declined one it is false.
[[nodiscard]] outcome<gateway_transaction> read_transaction(const cloudpayments_reply& reply);
[[nodiscard]] outcome<gateway_page<gateway_transaction>> read_transactions(const cloudpayments_reply& reply);
/// The transaction id of the refund.
[[nodiscard]] outcome<std::string> read_refund(const cloudpayments_reply& reply);
[[nodiscard]] outcome<gateway_subscription> read_subscription(const cloudpayments_reply& reply);
[[nodiscard]] outcome<std::vector<gateway_subscription>> read_subscriptions(const cloudpayments_reply& reply);
[[nodiscard]] outcome<gateway_page<gateway_chargeback>> read_chargebacks(const cloudpayments_reply& reply);

} // namespace atelier
