#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {

answer show_subscription(const endpoint_context& context, request&, user_id who) {
    auto found = co_await context.backend.subscription(who);
    if (!found)
        co_return found.error();
    co_return json_response(200, std::move(*found));
}

answer create_subscription(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto plan = command->key<plan_id>("subscription_plan_id");
    const bool saved_card = command->boolean("saved_card", false);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    auto stored = co_await context.backend.subscribe(who, plan, saved_card, std::move(*key));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

answer update_subscription(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto plan = command->key<plan_id>("subscription_plan_id");
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    auto stored = co_await context.backend.change_subscription(who, plan, std::move(*key));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

answer cancel_subscription(const endpoint_context& context, request& r, user_id who) {
    auto key = read_command_key(r, "");
    if (!key)
        co_return key.error();
    auto stored = co_await context.backend.unsubscribe(who, std::move(*key));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

} // namespace atelier::http
