#pragma once

#include "actors/runtime/messages.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Messages about subscriptions; see messages.hpp.
namespace atelier {

/// Orders a first period of a plan.
struct order_subscription {
    user_id user;
    plan_terms terms;
    bool by_token = false; ///< the service charges the saved card; otherwise the payer pays in the widget
    std::optional<idempotency_key> idempotency;

    order_subscription() = default;
    order_subscription(user_id u, plan_terms t, bool saved_card)
        : user{u}, terms{std::move(t)}, by_token{saved_card} {}
};

struct change_plan {
    user_id user;
    plan_terms terms;
    std::optional<idempotency_key> idempotency;

    change_plan() = default;
    change_plan(user_id u, plan_terms t) : user{u}, terms{std::move(t)} {}
};

/// No further period.
struct cancel_subscription {
    user_id user;
    std::optional<idempotency_key> idempotency;

    cancel_subscription() = default;
    explicit cancel_subscription(user_id u) : user{u} {}
};

/// A subscription: look after what time has changed, refunds that wait, and what is due at the gateway.
struct attend_subscription {
    user_id user;
};

/// A subscription as it is read.
struct loaded_subscription {
    subscription_book book;
    std::string card_token;              ///< secret; "" = no card is saved
    token_package_id package;            ///< that stands for the lots of subscriptions
    std::vector<gateway_refund> refunds; ///< of its charges, that have not taken effect yet
    std::vector<purchase_record> lots;   ///< of those charges

    loaded_subscription() = default;
};

struct load_subscription {
    user_id user;
};
/// Whose subscription a transaction of the gateway has paid for.
struct find_charge {
    std::string transaction_id;

    find_charge() = default;
    explicit find_charge(std::string transaction) : transaction_id{std::move(transaction)} {}
};

} // namespace atelier

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::order_subscription)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::change_plan)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::cancel_subscription)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::attend_subscription)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::load_subscription)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::loaded_subscription>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::find_charge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atelier::outcome<atelier::user_id>)
