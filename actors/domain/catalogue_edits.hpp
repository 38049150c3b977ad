#pragma once

#include "actors/domain/records.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What operators do to the catalogue. Names are for good: the seeds go by them.
namespace atelier {

/// A style as operators see it.
struct managed_style {
    style_record style;
    bool active = false; ///< offered to customers

    managed_style() = default;
};

/// A new style, or what is to be changed of one: what is not named stays as it is.
struct style_edit {
    std::string name; ///< of a new one
    std::optional<std::string> prompt;
    std::optional<bool> active;

    style_edit() = default;
};

/// The same of a token package.
struct token_package_edit {
    std::string name;
    std::optional<tokens> tokens_amount;
    std::optional<std::int64_t> price_cents;
    std::optional<std::int32_t> validity_days;
    std::optional<bool> active;

    token_package_edit() = default;
};

/// The same of a subscription plan.
struct subscription_plan_edit {
    std::string name;
    std::optional<tokens> tokens_amount;
    std::optional<std::int64_t> price_cents;
    std::string currency; ///< of a new one
    std::optional<std::string> interval;
    std::optional<std::int32_t> interval_count;
    std::optional<bool> active;

    subscription_plan_edit() = default;
};

} // namespace atelier
