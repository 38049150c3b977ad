#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// What a new database is filled with, so that the service can be used at once.
namespace atelier {

struct style_seed {
    std::string_view name;
    std::string_view prompt; ///< a prompt template; names materials, light and palette in plain colour words
};

struct token_package_seed {
    std::string_view name;
    std::int32_t tokens;
    std::int64_t price_cents;
    std::int32_t validity_days;
};

struct subscription_plan_seed {
    std::string_view name;
    std::int32_t tokens; ///< in each period
    std::int64_t price_cents;
    std::string_view currency; ///< ISO 4217
    std::string_view interval; ///< "day", "week" or "month"
    std::int32_t interval_count;
};

[[nodiscard]] std::span<const style_seed> style_seeds();
/// Prices are in the currency of `payments.currency`; those here were chosen for RUB.
[[nodiscard]] std::span<const token_package_seed> token_package_seeds();
[[nodiscard]] std::span<const subscription_plan_seed> subscription_plan_seeds();

} // namespace atelier
