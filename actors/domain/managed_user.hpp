#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/records.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace atelier {

/// A user as operators look one up.
struct managed_user {
    user_id id;
    std::string email; ///< without meaning once the account is closed
    std::optional<instant> confirmed_at;
    std::optional<instant> blocked_at;
    std::string blocked_for; ///< the operator's reason; "" = not blocked
    std::optional<instant> deleted_at;
    std::int64_t balance = 0; ///< that has not expired
    std::int64_t sessions = 0;
    std::int64_t api_keys = 0;
    instant created_at;

    managed_user() = default;
};

[[nodiscard]] std::string managed_user_json(const managed_user& user);

} // namespace atelier
