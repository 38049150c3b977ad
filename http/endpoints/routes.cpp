#include "http/endpoints/routes.hpp"

#include "config/printable.hpp"
#include "http/endpoints/control_room.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/shown_token.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

using answering = boost::asio::awaitable<response>;

constexpr std::size_t detail_bytes_max = 2'048;

response finish(outcome<response> result, const request& r) {
    return result ? std::move(*result) : problem_response(result.error(), r.request_id);
}

answering answer_anybody(const endpoint_context& context, open_endpoint* endpoint, request& r) {
    auto result = co_await endpoint(context, r);
    co_return finish(std::move(result), r);
}

/// Whose request it is, if that may be done with what was shown.
reply<user_id> permitted(const endpoint_context& context, scope needed, const request& r) {
    const auto base_url = context.base_url();
    auto shown = shown_token_of(r, base_url);
    if (!shown)
        co_return shown.error();
    if (const auto own = check_csrf(r, *shown, base_url); !own)
        co_return own.error();
    const auto who = co_await context.backend.authenticate(std::move(shown->token));
    if (!who)
        co_return who.error();
    if (!who->may.contain(needed))
        co_return failure{errc::insufficient_scope, "this needs the scope " + std::string{to_string(needed)}};
    co_return who->user;
}

bool says_caching(const response& answer) {
    using header = std::pair<std::string, std::string>;
    return std::ranges::find(answer.headers, "Cache-Control", &header::first) != answer.headers.end();
}

/// What belongs to one user is kept by no cache but his own, and that asks each time, unless the endpoint
/// knows better.
void limit_caching(const request& r, response& answer) {
    if (!says_caching(answer))
        answer.with("Cache-Control",
                    is_safe(r.verb) && answer.status == 200 ? "private, no-cache" : "no-store");
}

answering answer_user(const endpoint_context& context, scope needed, user_endpoint* endpoint, request& r) {
    const auto user = co_await permitted(context, needed, r);
    if (!user)
        co_return problem_response(user.error(), r.request_id);
    r.user = *user;
    const auto counted = context.count_request(*user);
    if (!counted.allowed)
        co_return problem_response(limited(*counted.rate), r.request_id);
    auto result = co_await endpoint(context, r, *user);
    auto answer = finish(std::move(result), r);
    limit_caching(r, answer);
    if (counted.rate)
        add_rate_headers(answer, *counted.rate);
    co_return answer;
}

/// An endpoint with all that it works with.
using operator_work = std::function<answer(request&)>;

answering answer_anybody_here(operator_work work, request& r) {
    auto answer = finish(co_await work(r), r);
    if (answer.status < 300 && !says_caching(answer))
        answer.with("Cache-Control", "no-store"); // it was true at that moment
    co_return answer;
}

/// As the audit log has it.
operator_action action_of(std::string who, const request& r) {
    operator_action action;
    action.who = std::move(who);
    action.action = std::string{to_string(r.verb)} + ' ' + r.path;
    action.detail = printable(std::string_view{r.body}.substr(0, detail_bytes_max));
    action.address = r.remote_address;
    action.request_id = r.request_id;
    return action;
}

/// What changes something stands in the audit log before it is done.
answering answer_operator(service& backend, operator_work work, request& r) {
    auto token = bearer_token(r);
    if (!token)
        co_return problem_response(token.error(), r.request_id);
    auto who = co_await backend.authenticate_operator(*std::move(token));
    if (!who)
        co_return problem_response(who.error(), r.request_id);
    if (is_safe(r.verb))
        co_return co_await answer_anybody_here(work, r);
    const auto action = co_await backend.begin_action(action_of(*std::move(who), r));
    if (!action)
        co_return problem_response(action.error(), r.request_id);
    auto answer = co_await answer_anybody_here(work, r);
    if (const auto noted = co_await backend.end_action(*action, std::to_string(answer.status)); !noted)
        spdlog::error("audit log: how action {} went could not be noted: {}", action->value,
                      noted.error().detail);
    co_return answer;
}

} // namespace

std::vector<route> public_routes(const endpoint_context& context) {
    const auto open = [&context](open_endpoint* endpoint) -> handler {
        return [context, endpoint](request& r) { return answer_anybody(context, endpoint, r); };
    };
    const auto user = [&context](user_endpoint* endpoint, scope needed) -> handler {
        return [context, endpoint, needed](request& r) { return answer_user(context, needed, endpoint, r); };
    };
    constexpr auto get = method::get;
    constexpr auto post = method::post;
    constexpr auto none = body_mode::none;
    constexpr auto memory = body_mode::memory;
    constexpr auto file = body_mode::file;
    constexpr auto read = scope::read;
    constexpr auto generate = scope::generate;
    constexpr auto pay = scope::pay;
    constexpr auto account = scope::account;
    // clang-format off
    return {
        {post,            "/v1/users",                      memory, open(sign_up)},
        {post,            "/v1/users/confirmation",         memory, open(confirm_user)},
        {post,            "/v1/users/confirmation/mail",    memory, open(resend_confirmation)},
        {post,            "/v1/users/password/mail",        memory, open(request_password_reset)},
        {method::put,     "/v1/users/password",             memory, open(reset_password)},
        {get,             "/v1/me",                         none,   user(show_me, read)},
        {method::patch,   "/v1/me",                         memory, user(update_me, account)},
        {post,            "/v1/me/deletion",                memory, user(delete_me, account)},
        {method::put,     "/v1/me/password",                memory, user(change_password, account)},
        {method::put,     "/v1/me/email",                   memory, user(change_email, account)},

        {post,            "/v1/sessions",                   memory, open(sign_in)},
        {get,             "/v1/sessions",                   none,   user(list_sessions, account)},
        {method::delete_, "/v1/sessions",                   none,   user(sign_out_everywhere, account)},
        {get,             "/v1/sessions/current",           none,   user(show_session, account)},
        {method::delete_, "/v1/sessions/current",           none,   user(sign_out, account)},
        {method::delete_, "/v1/sessions/{id}",              none,   user(end_session, account)},

        {get,             "/v1/api_keys",                   none,   user(list_api_keys, account)},
        {post,            "/v1/api_keys",                   memory, user(create_api_key, account)},
        {method::delete_, "/v1/api_keys/{id}",              none,   user(delete_api_key, account)},

        {get,             "/v1/styles",                     none,   open(list_styles)},
        {get,             "/v1/token_packages",             none,   open(list_token_packages)},
        {get,             "/v1/subscription_plans",         none,   open(list_subscription_plans)},

        {get,             "/v1/wallet",                     none,   user(show_wallet, read)},
        {get,             "/v1/wallet/transactions",        none,   user(list_transactions, read)},

        {post,            "/v1/payments",                   memory, user(create_payment, pay)},
        {get,             "/v1/payments",                   none,   user(list_payments, read)},
        {get,             "/v1/payments/{id}",              none,   user(show_payment, read)},
        {get,             "/v1/subscription",               none,   user(show_subscription, read)},
        {post,            "/v1/subscription",               memory, user(create_subscription, pay)},
        {method::patch,   "/v1/subscription",               memory, user(update_subscription, pay)},
        {method::delete_, "/v1/subscription",               none,   user(cancel_subscription, pay)},

        {get,             "/v1/webhook_endpoints",          none,   user(list_webhook_endpoints, read)},
        {post,            "/v1/webhook_endpoints",          memory, user(create_webhook_endpoint, account)},
        {get,             "/v1/webhook_endpoints/{id}",     none,   user(show_webhook_endpoint, read)},
        {method::patch,   "/v1/webhook_endpoints/{id}",     memory, user(update_webhook_endpoint, account)},
        {method::delete_, "/v1/webhook_endpoints/{id}",     none,   user(delete_webhook_endpoint, account)},
        {post,            "/v1/webhook_endpoints/{id}/secret", memory, user(rotate_webhook_secret, account)},
        {post,            "/v1/webhook_endpoints/{id}/test", memory, user(ping_webhook_endpoint, account)},
        {get,             "/v1/webhook_endpoints/{id}/deliveries", none, user(list_webhook_deliveries, read)},

        {get,             "/checkout/{id}",                 none,   open(show_checkout_page)},
        {get,             "/checkout/{id}/status",          none,   open(show_checkout_status)},
        {get,             "/checkout.js",                   none,   open(show_checkout_script)},
        {post,            "/webhooks/cloudpayments/{kind}", memory, open(receive_webhook), false, true},
        {get,             "/webhooks/cloudpayments/{kind}", none,   open(receive_webhook), true, true},
        {post,            "/webhooks/engines/{engine}",     memory, open(receive_engine_webhook), false, true},

        {post,            "/v1/images",                     file,   user(create_image, generate)},
        {get,             "/v1/images",                     none,   user(list_images, read)},
        {get,             "/v1/images/{id}",                none,   user(show_image, read)},
        {method::delete_, "/v1/images/{id}",                none,   user(delete_image, generate)},
        {get,             "/v1/images/{id}/file",           none,   user(show_image_file, read)},
        {get,             "/files/{id}",                    none,   open(show_linked_file)},

        {post,            "/v1/direct_uploads",             memory, user(create_direct_upload, generate)},
        {post,            "/rails/active_storage/direct_uploads", memory, user(create_direct_upload, generate)},
        {method::put,     "/rails/active_storage/disk/{token}", file, open(store_direct_upload)},

        {post,            "/v1/generations",                memory, user(create_generation, generate)},
        {get,             "/v1/generations",                none,   user(list_generations, read)},
        {get,             "/v1/generations/{id}",           none,   user(show_generation, read)},
        {method::delete_, "/v1/generations/{id}",           none,   user(delete_generation, generate)},
        {post,            "/v1/generations/{id}/cancel",    memory, user(cancel_generation, generate)},
        {get,             "/v1/generations/{id}/events",    none,   user(stream_generation_events, read)},
        {get,             "/v1/events",                     none,   user(stream_user_events, read)},

        {get,             "/confirm",                       none,   open(show_confirmation_page)},
        {post,            "/confirm",                       memory, open(confirm_on_page)},
        {get,             "/reset-password",                none,   open(show_reset_page)},
        {post,            "/reset-password",                memory, open(reset_on_page)},

        {get,             "/openapi.json",                  none,   open(show_openapi)},
        {get,             "/docs",                          none,   open(show_docs_page)},
        {get,             "/docs/{file}",                   none,   open(show_docs_file)},
    };
    // clang-format on
}

std::vector<route> operator_routes(service& backend, control_room& room) {
    const auto anybody = [](operator_work work) -> handler {
        return [work = std::move(work)](request& r) { return answer_anybody_here(work, r); };
    };
    const auto an_operator = [&backend](operator_work work) -> handler {
        return [&backend, work = std::move(work)](request& r) { return answer_operator(backend, work, r); };
    };
    const auto with_service = [&backend](operator_endpoint* endpoint) -> operator_work {
        return [&backend, endpoint](request& r) { return endpoint(backend, r); };
    };
    const auto with_room = [&backend, &room](room_endpoint* endpoint) -> operator_work {
        return [&backend, &room, endpoint](request& r) { return endpoint(backend, room, r); };
    };
    const auto open = [=](operator_endpoint* endpoint) { return anybody(with_service(endpoint)); };
    const auto by = [=](operator_endpoint* endpoint) { return an_operator(with_service(endpoint)); };
    const auto open_room = [=](room_endpoint* endpoint) { return anybody(with_room(endpoint)); };
    const auto room_by = [=](room_endpoint* endpoint) { return an_operator(with_room(endpoint)); };
    constexpr auto get = method::get;
    constexpr auto none = body_mode::none;
    return {
        {get, "/healthz", none, open(show_liveness)},
        {get, "/readyz", none, open(show_readiness)},
        {get, "/metrics", none, open(show_metrics)},
        {get, "/ops", none, open_room(show_control_room)},
        {get, "/ops/assets/{file}", none, open_room(show_control_room_file)},
        {get, "/ops/overview", none, room_by(show_overview)},
        {get, "/ops/events", none, room_by(stream_overview)},
        {get, "/ops/actors/{kind}", none, room_by(list_live_actors)},
        {get, "/ops/log", none, room_by(show_log_level)},
        {method::put, "/ops/log", body_mode::memory, room_by(set_log_level)},
        {get, "/ops/actions", none, by(list_actions)},
        {get, "/ops/actors", none, by(show_actor_tree)},
        {get, "/ops/users", none, by(find_users)},
        {get, "/ops/users/{id}", none, by(show_managed_user)},
        {method::put, "/ops/users/{id}/block", body_mode::memory, by(block_user)},
        {method::delete_, "/ops/users/{id}/block", none, by(unblock_user)},
        {method::post, "/ops/users/{id}/grants", body_mode::memory, by(grant_tokens_to_user)},
        {get, "/ops/payments", none, by(find_payments)},
        {get, "/ops/payments/{id}", none, by(show_managed_payment)},
        {method::post, "/ops/payments/{id}/refunds", body_mode::memory, by(refund_payment)},
        {get, "/ops/notifications", none, by(list_notifications)},
        {get, "/ops/notifications/{id}", none, by(show_notification)},
        {method::post, "/ops/notifications/{id}/replay", none, by(replay_notification)},
        {get, "/ops/reconciliations", none, by(list_reconciliations)},
        {method::post, "/ops/reconciliations", body_mode::memory, by(start_reconciliation)},
        {get, "/ops/audits", none, by(list_audits)},
        {method::post, "/ops/audits", none, by(start_audit)},
        {get, "/ops/generations", none, by(find_generations)},
        {get, "/ops/generations/{id}", none, by(show_managed_generation)},
        {method::post, "/ops/generations/{id}/cancel", none, by(cancel_managed_generation)},
        {method::post, "/ops/generations/{id}/retry", none, by(retry_generation)},
        {get, "/ops/styles", none, by(list_managed_styles)},
        {method::post, "/ops/styles", body_mode::memory, by(create_style)},
        {method::patch, "/ops/styles/{id}", body_mode::memory, by(update_style)},
        {get, "/ops/token_packages", none, by(list_managed_token_packages)},
        {method::post, "/ops/token_packages", body_mode::memory, by(create_token_package)},
        {method::patch, "/ops/token_packages/{id}", body_mode::memory, by(update_token_package)},
        {get, "/ops/subscription_plans", none, by(list_managed_subscription_plans)},
        {method::post, "/ops/subscription_plans", body_mode::memory, by(create_subscription_plan)},
        {method::patch, "/ops/subscription_plans/{id}", body_mode::memory, by(update_subscription_plan)},
    };
}

} // namespace atelier::http
