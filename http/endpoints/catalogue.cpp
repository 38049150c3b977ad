#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"

namespace atelier::http {

answer list_styles(const endpoint_context& context, request&) {
    const auto styles = co_await context.backend.styles();
    if (!styles)
        co_return styles.error();
    co_return list_response(*styles, style_json);
}

answer list_token_packages(const endpoint_context& context, request&) {
    const auto packages = co_await context.backend.token_packages();
    if (!packages)
        co_return packages.error();
    const auto currency = context.backend.currency();
    co_return list_response(
        *packages, [&currency](const auto& package) { return token_package_json(package, currency); });
}

answer list_subscription_plans(const endpoint_context& context, request&) {
    const auto plans = co_await context.backend.subscription_plans();
    if (!plans)
        co_return plans.error();
    co_return list_response(*plans, subscription_plan_json);
}

} // namespace atelier::http
