#pragma once

#include "actors/domain/catalogue_edits.hpp"
#include "actors/domain/library.hpp"
#include "actors/domain/managed_user.hpp"
#include "actors/runtime/progress.hpp"
#include "http/service.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atelier::http {

/// The part of the service that only operators use, beside what stands at `service` itself.
class management {
public:
    virtual ~management() = default;

    // -- catalogue: also what is retired; errors as queries/management_catalogue.hpp says
    // ----------------------
    virtual reply<std::vector<managed_style>> styles() = 0;
    virtual reply<managed_style> add(style_edit edit) = 0;
    virtual reply<managed_style> change(style_id style, style_edit edit) = 0;
    virtual reply<std::vector<token_package_record>> token_packages() = 0;
    virtual reply<token_package_record> add(token_package_edit edit) = 0;
    virtual reply<token_package_record> change(token_package_id package, token_package_edit edit) = 0;
    virtual reply<std::vector<subscription_plan_record>> subscription_plans() = 0;
    virtual reply<subscription_plan_record> add(subscription_plan_edit edit) = 0;
    virtual reply<subscription_plan_record> change(plan_id plan, subscription_plan_edit edit) = 0;

    // -- everybody's users, payments and generations, newest first
    // --------------------------------------------
    /// Those whose address begins with `prefix`.
    virtual reply<page<managed_user>> users(std::string prefix, user_id before, std::int32_t limit) = 0;
    virtual reply<managed_user> user(user_id user) = 0;
    /// See queries/management_users.hpp.
    virtual reply<managed_user> block(user_id user, std::string reason) = 0;
    virtual reply<managed_user> unblock(user_id user) = 0;
    virtual reply<page<payment_record>> payments(payment_filter filter, payment_id before,
                                                 std::int32_t limit) = 0;
    virtual reply<payment_record> payment(payment_id payment) = 0;
    /// `user`: only this user's; 0 = everybody's.
    virtual reply<page<generation_record>> generations(user_id user, std::optional<generation_status> status,
                                                       generation_id before, std::int32_t limit) = 0;
    virtual reply<generation_record> generation(generation_id generation) = 0;

    // -- the books
    // ---------------------------------------------------------------------------------------------
    /// Begins an audit. Errors: state_conflict while one is under way.
    virtual status start_audit() = 0;
    [[nodiscard]] virtual std::optional<progress::reading> audit_under_way() = 0;
    /// The latest reports as JSON, newest first.
    virtual reply<std::vector<std::string>> audits() = 0;
    [[nodiscard]] virtual std::optional<progress::reading> reconciliation_under_way() = 0;
};

} // namespace atelier::http
