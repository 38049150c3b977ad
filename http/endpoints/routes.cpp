#include "http/endpoints/routes.hpp"

#include "http/endpoints/bearer.hpp"
#include "http/endpoints/endpoints.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

using answering = boost::asio::awaitable<response>;

response finish(outcome<response> result, const request& r) {
    return result ? std::move(*result) : problem_response(result.error(), r.request_id);
}

answering answer_anybody(const endpoint_context& context, open_endpoint* endpoint, request& r) {
    auto result = co_await endpoint(context, r);
    co_return finish(std::move(result), r);
}

/// What belongs to one user is kept by no cache, unless the endpoint knows better.
answering answer_user(const endpoint_context& context, user_endpoint* endpoint, request& r) {
    auto token = bearer_token(r);
    if (!token)
        co_return problem_response(token.error(), r.request_id);
    const auto user = co_await context.backend.authenticate(std::move(*token));
    if (!user)
        co_return problem_response(user.error(), r.request_id);
    auto result = co_await endpoint(context, r, *user);
    auto answer = finish(std::move(result), r);
    using header = std::pair<std::string, std::string>;
    if (std::ranges::find(answer.headers, "Cache-Control", &header::first) == answer.headers.end())
        answer.with("Cache-Control", "no-store");
    co_return answer;
}

answering answer_operator(service& backend, operator_endpoint* endpoint, request& r) {
    auto result = co_await endpoint(backend, r);
    co_return finish(std::move(result), r);
}

} // namespace

std::vector<route> public_routes(const endpoint_context& context) {
    const auto open = [&context](open_endpoint* endpoint) -> handler {
        return [context, endpoint](request& r) { return answer_anybody(context, endpoint, r); };
    };
    const auto user = [&context](user_endpoint* endpoint) -> handler {
        return [context, endpoint](request& r) { return answer_user(context, endpoint, r); };
    };
    constexpr auto get = method::get;
    constexpr auto post = method::post;
    constexpr auto none = body_mode::none;
    constexpr auto memory = body_mode::memory;
    constexpr auto file = body_mode::file;
    // clang-format off
    return {
        {post,            "/v1/users",                      memory, open(sign_up)},
        {post,            "/v1/users/confirmation",         memory, open(confirm_user)},
        {post,            "/v1/users/confirmation/mail",    memory, open(resend_confirmation)},
        {post,            "/v1/users/password/mail",        memory, open(request_password_reset)},
        {method::put,     "/v1/users/password",             memory, open(reset_password)},
        {get,             "/v1/me",                         none,   user(show_me)},
        {method::patch,   "/v1/me",                         memory, user(update_me)},
        {post,            "/v1/me/deletion",                memory, user(delete_me)},
        {method::put,     "/v1/me/password",                memory, user(change_password)},
        {method::put,     "/v1/me/email",                   memory, user(change_email)},

        {post,            "/v1/sessions",                   memory, open(sign_in)},
        {get,             "/v1/sessions",                   none,   user(list_sessions)},
        {method::delete_, "/v1/sessions",                   none,   user(sign_out_everywhere)},
        {method::delete_, "/v1/sessions/current",           none,   user(sign_out)},
        {method::delete_, "/v1/sessions/{id}",              none,   user(end_session)},

        {get,             "/v1/styles",                     none,   open(list_styles)},
        {get,             "/v1/token_packages",             none,   open(list_token_packages)},
        {get,             "/v1/subscription_plans",         none,   open(list_subscription_plans)},

        {get,             "/v1/wallet",                     none,   user(show_wallet)},
        {get,             "/v1/wallet/transactions",        none,   user(list_transactions)},

        {post,            "/v1/payments",                   memory, user(create_payment)},
        {get,             "/v1/payments",                   none,   user(list_payments)},
        {get,             "/v1/payments/{id}",              none,   user(show_payment)},
        {get,             "/v1/subscription",               none,   user(show_subscription)},
        {post,            "/v1/subscription",               memory, user(create_subscription)},
        {method::patch,   "/v1/subscription",               memory, user(update_subscription)},
        {method::delete_, "/v1/subscription",               none,   user(cancel_subscription)},

        {get,             "/v1/webhook_endpoints",          none,   user(list_webhook_endpoints)},
        {post,            "/v1/webhook_endpoints",          memory, user(create_webhook_endpoint)},
        {get,             "/v1/webhook_endpoints/{id}",     none,   user(show_webhook_endpoint)},
        {method::patch,   "/v1/webhook_endpoints/{id}",     memory, user(update_webhook_endpoint)},
        {method::delete_, "/v1/webhook_endpoints/{id}",     none,   user(delete_webhook_endpoint)},
        {post,            "/v1/webhook_endpoints/{id}/secret", memory, user(rotate_webhook_secret)},
        {post,            "/v1/webhook_endpoints/{id}/test", memory, user(ping_webhook_endpoint)},
        {get,             "/v1/webhook_endpoints/{id}/deliveries", none, user(list_webhook_deliveries)},

        {get,             "/checkout/{id}",                 none,   open(show_checkout_page)},
        {get,             "/checkout/{id}/status",          none,   open(show_checkout_status)},
        {get,             "/checkout.js",                   none,   open(show_checkout_script)},
        {post,            "/webhooks/cloudpayments/{kind}", memory, open(receive_webhook)},
        {get,             "/webhooks/cloudpayments/{kind}", none,   open(receive_webhook), true},
        {post,            "/webhooks/engines/{engine}",     memory, open(receive_engine_webhook)},

        {post,            "/v1/images",                     file,   user(create_image)},
        {get,             "/v1/images",                     none,   user(list_images)},
        {get,             "/v1/images/{id}",                none,   user(show_image)},
        {method::delete_, "/v1/images/{id}",                none,   user(delete_image)},
        {get,             "/v1/images/{id}/file",           none,   user(show_image_file)},
        {get,             "/files/{id}",                    none,   open(show_linked_file)},

        {post,            "/v1/direct_uploads",             memory, user(create_direct_upload)},
        {post,            "/rails/active_storage/direct_uploads", memory, user(create_direct_upload)},
        {method::put,     "/rails/active_storage/disk/{token}", file, open(store_direct_upload)},

        {post,            "/v1/generations",                memory, user(create_generation)},
        {get,             "/v1/generations",                none,   user(list_generations)},
        {get,             "/v1/generations/{id}",           none,   user(show_generation)},
        {method::delete_, "/v1/generations/{id}",           none,   user(delete_generation)},
        {post,            "/v1/generations/{id}/cancel",    memory, user(cancel_generation)},
        {get,             "/v1/generations/{id}/events",    none,   user(stream_generation_events)},
        {get,             "/v1/events",                     none,   user(stream_user_events)},

        {get,             "/confirm",                       none,   open(show_confirmation_page)},
        {post,            "/confirm",                       memory, open(confirm_on_page)},
        {get,             "/reset-password",                none,   open(show_reset_page)},
        {post,            "/reset-password",                memory, open(reset_on_page)},
    };
    // clang-format on
}

std::vector<route> operator_routes(service& backend) {
    const auto by = [&backend](operator_endpoint* endpoint) -> handler {
        return [&backend, endpoint](request& r) { return answer_operator(backend, endpoint, r); };
    };
    constexpr auto get = method::get;
    constexpr auto none = body_mode::none;
    return {
        {get, "/healthz", none, by(show_liveness)},
        {get, "/readyz", none, by(show_readiness)},
        {get, "/metrics", none, by(show_metrics)},
        {get, "/ops/actors", none, by(show_actor_tree)},
        {method::post, "/ops/users/{id}/grants", body_mode::memory, by(grant_tokens_to_user)},
        {method::post, "/ops/payments/{id}/refunds", body_mode::memory, by(refund_payment)},
        {get, "/ops/notifications", none, by(list_notifications)},
        {get, "/ops/notifications/{id}", none, by(show_notification)},
        {method::post, "/ops/notifications/{id}/replay", none, by(replay_notification)},
        {get, "/ops/reconciliations", none, by(list_reconciliations)},
        {method::post, "/ops/reconciliations", body_mode::memory, by(start_reconciliation)},
    };
}

} // namespace atelier::http
