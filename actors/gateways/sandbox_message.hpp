#pragma once

#include "actors/domain/time.hpp"
#include "actors/gateways/sandbox_card.hpp"

namespace atelier {

/// What is to be paid, as the service told the payment form.
struct sandbox_order {
    std::string invoice_id;
    std::int64_t amount_cents = 0;
    std::string currency;
    std::string account_id;
    std::string email; ///< "" = none
    std::string description;

    sandbox_order() = default;
};

/// One try to pay an order.
struct sandbox_payment {
    sandbox_order order;
    sandbox_card card;
    std::string transaction_id;
    instant created;
};

/// A signed notification, ready to be sent any number of times.
struct sandbox_message {
    std::string kind; ///< last segment of the address: check, pay, fail
    std::string body;
    std::string content_hmac;
    std::string x_content_hmac;
};

/// Writes and signs the notification `kind` (check, pay or fail) of a payment in test mode the way
/// CloudPayments is seen to: parameters in its order, escapes in lower case, a space as `+`, empty parameters
/// present; Content-HMAC over the body, X-Content-HMAC over what the body says when it is decoded.
[[nodiscard]] sandbox_message make_sandbox_message(std::string kind, const sandbox_payment& payment,
                                                   std::string_view secret);

} // namespace atelier
