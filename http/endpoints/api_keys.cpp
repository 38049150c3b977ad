#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t scopes_max = 3;
constexpr std::int64_t days_max = 3'650;

/// Without any named: what it takes to make generations.
scopes read_scopes(json_command& command) {
    const auto names = command.optional_texts("scopes", scopes_max);
    if (!names)
        return {scope::read, scope::generate};
    std::string text;
    for (const auto& name : *names)
        text.append(text.empty() ? "" : " ").append(name);
    const auto chosen = scopes::of_key(text);
    if (!chosen)
        command.refuse("scopes", "unknown", "must be some of read, generate and pay");
    return chosen.value_or(scopes{});
}

} // namespace

answer list_api_keys(const endpoint_context& context, request&, user_id who) {
    const auto all = co_await context.backend.api_keys(who);
    if (!all)
        co_return all.error();
    co_return list_response(*all, [](const api_key_record& key) { return api_key_json(key); });
}

answer create_api_key(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto name = command->text("name", name_bytes_max);
    const auto may = read_scopes(*command);
    const auto days = command->optional_integer("valid_days", 1, days_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    std::optional<std::chrono::days> lifetime;
    if (days)
        lifetime = std::chrono::days{*days};
    const auto made = co_await context.backend.add_api_key(who, std::move(name), may, lifetime);
    if (!made)
        co_return made.error();
    co_return json_response(201, api_key_json(made->key, made->token));
}

answer delete_api_key(const endpoint_context& context, request& r, user_id who) {
    const auto key = path_id<api_key_id>(r);
    if (!key)
        co_return key.error();
    const auto ended = co_await context.backend.remove_api_key(who, *key);
    if (!ended)
        co_return ended.error();
    co_return response{204};
}

} // namespace atelier::http
