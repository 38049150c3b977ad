#pragma once

#include "http/management.hpp"

namespace atelier {
class backend;
}

namespace atelier::http {

/// Management on the real backend: queries, after which this process takes the catalogue in anew. Others
/// notice within seconds.
class backend_management final : public management {
public:
    /// `b` must outlive this object.
    explicit backend_management(backend& b) : back_{b} {}

    reply<std::vector<managed_style>> styles() override;
    reply<managed_style> add(style_edit edit) override;
    reply<managed_style> change(style_id style, style_edit edit) override;
    reply<std::vector<token_package_record>> token_packages() override;
    reply<token_package_record> add(token_package_edit edit) override;
    reply<token_package_record> change(token_package_id package, token_package_edit edit) override;
    reply<std::vector<subscription_plan_record>> subscription_plans() override;
    reply<subscription_plan_record> add(subscription_plan_edit edit) override;
    reply<subscription_plan_record> change(plan_id plan, subscription_plan_edit edit) override;
    reply<page<managed_user>> users(std::string prefix, user_id before, std::int32_t limit) override;
    reply<managed_user> user(user_id user) override;
    reply<managed_user> block(user_id user, std::string reason) override;
    reply<managed_user> unblock(user_id user) override;
    reply<page<payment_record>> payments(payment_filter filter, payment_id before,
                                         std::int32_t limit) override;
    reply<payment_record> payment(payment_id payment) override;
    reply<page<generation_record>> generations(user_id user, std::optional<generation_status> status,
                                               generation_id before, std::int32_t limit) override;
    reply<generation_record> generation(generation_id generation) override;
    status start_audit() override;
    std::optional<progress::reading> audit_under_way() override;
    reply<std::vector<std::string>> audits() override;
    std::optional<progress::reading> reconciliation_under_way() override;

private:
    template <class Record, class Query>
    reply<Record> edit_catalogue(Query query);

    backend& back_;
};

} // namespace atelier::http
