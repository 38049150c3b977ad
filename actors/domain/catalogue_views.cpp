#include "actors/domain/catalogue_views.hpp"

#include "actors/domain/views.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace atelier {

namespace json = boost::json;

std::string managed_style_json(const managed_style& managed) {
    const auto& style = managed.style;
    return json::serialize(json::object{{"id", style.id.value},
                                        {"name", style.name},
                                        {"prompt", style.prompt},
                                        {"active", managed.active},
                                        {"created_at", to_iso8601(style.created_at)}});
}

std::string managed_package_json(const token_package_record& package, std::string_view currency) {
    return json::serialize(json::object{{"id", package.id.value},
                                        {"name", package.name},
                                        {"tokens_amount", package.tokens_amount},
                                        {"price_cents", package.price_cents},
                                        {"currency", currency},
                                        {"validity_days", package.validity_days},
                                        {"active", package.active},
                                        {"created_at", to_iso8601(package.created_at)}});
}

std::string managed_plan_json(const subscription_plan_record& plan) {
    return json::serialize(json::object{{"id", plan.id.value},
                                        {"name", plan.name},
                                        {"tokens_amount", plan.tokens_amount},
                                        {"price_cents", plan.price_cents},
                                        {"currency", plan.currency},
                                        {"interval", plan.interval},
                                        {"interval_count", plan.interval_count},
                                        {"active", plan.active},
                                        {"created_at", to_iso8601(plan.created_at)}});
}

} // namespace atelier
