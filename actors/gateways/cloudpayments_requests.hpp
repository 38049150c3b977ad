#pragma once

#include "actors/gateways/cloudpayments_http.hpp"
#include "actors/gateways/gateway_client.hpp"

#include <string>

/// What is sent to the API of CloudPayments, one function for each method. Amounts are decimals with two
/// digits, dates are in UTC. Errors: validation_failed, naming the argument, for what makes no sense.
/// Source: CloudPayments developer documentation, "API".
namespace atelier::cloudpayments_requests {

using request = outcome<cloudpayments_request>;

[[nodiscard]] request test();
[[nodiscard]] request get_transaction(const std::string& transaction_id);
[[nodiscard]] request find_payment(const std::string& invoice_id);
[[nodiscard]] request find_transaction(const std::string& invoice_id);
[[nodiscard]] request list_transactions(const gateway_period& created, std::int32_t page);
[[nodiscard]] request list_chargebacks(const gateway_period& created, std::int32_t page);
[[nodiscard]] request refund(std::string id, const std::string& transaction_id, std::int64_t amount_cents);
[[nodiscard]] request confirm(std::string id, const std::string& transaction_id, std::int64_t amount_cents);
[[nodiscard]] request release(std::string id, const std::string& transaction_id);
[[nodiscard]] request charge(std::string id, const gateway_charge& order);
[[nodiscard]] request create_subscription(std::string id, const gateway_subscription_order& order);
[[nodiscard]] request get_subscription(const std::string& subscription_id);
[[nodiscard]] request find_subscriptions(const std::string& account_id);
[[nodiscard]] request update_subscription(std::string id, const std::string& subscription_id,
                                          const gateway_subscription_change& change);
[[nodiscard]] request cancel_subscription(std::string id, const std::string& subscription_id);

} // namespace atelier::cloudpayments_requests
