#pragma once

#include "actors/domain/billing_period.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// What the gateway charges by itself once the first payment is made.
struct checkout_recurrence {
    std::int64_t amount_cents = 0;
    plan_interval interval;
    instant second_charge_at;
};

/// What a payer is asked to pay for.
struct checkout_order {
    std::string invoice_id;
    std::int64_t amount_cents = 0;
    std::string currency;
    std::string account_id; ///< the user's id; the gateway repeats it in its notifications
    std::string email;      ///< "" = the gateway asks for it
    std::string description;
    std::optional<checkout_recurrence> recurrence;

    checkout_order() = default;
};

/// A company that takes the payers' money. Drivers are immutable, hence thread-safe.
class gateway {
public:
    virtual ~gateway() = default;

    /// Name in the configuration and in metrics.
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// What a browser needs to open the gateway's own payment form for `order`: a JSON object, as text. The
    /// driver says what is in it. It holds no secret.
    [[nodiscard]] virtual std::string checkout_parameters(const checkout_order& order) const = 0;
};

} // namespace atelier
