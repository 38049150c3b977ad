#pragma once

#include "actors/domain/catalogue_edits.hpp"
#include "http/service.hpp"

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
};

} // namespace atelier::http
