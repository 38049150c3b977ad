#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

constexpr std::int64_t grant_max = 1'000'000'000;
constexpr std::int64_t grant_days = 90;
constexpr std::int64_t grant_days_max = 36'500;

} // namespace

answer show_liveness(service&, request&) {
    co_return json_response(200, R"({"status":"ok"})");
}

answer show_readiness(service& backend, request&) {
    namespace json = boost::json;
    const auto parts = co_await backend.health();
    const bool ready = std::ranges::all_of(parts, &part_health::ok);
    json::array checks;
    for (const auto& part : parts)
        checks.push_back(json::object{{"name", part.name}, {"ok", part.ok}, {"detail", part.detail}});
    json::object report{{"status", ready ? "ok" : "unavailable"}, {"checks", std::move(checks)}};
    co_return json_response(ready ? 200 : 503, json::serialize(report));
}

answer show_metrics(service& backend, request&) {
    co_return response{200, "text/plain; version=0.0.4; charset=utf-8", backend.metrics_text()};
}

answer show_actor_tree(service& backend, request&) {
    auto tree = co_await backend.actor_tree();
    if (!tree)
        co_return tree.error();
    co_return json_response(200, std::move(*tree));
}

answer list_actions(service& backend, request& r) {
    std::string who{r.query_value("operator").value_or("")};
    const auto wanted = read_page(r, cursor_kind::operator_actions, who);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await backend.actions(who, action_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, operator_action_json, cursor_kind::operator_actions, who);
}

answer grant_tokens_to_user(service& backend, request& r) {
    const auto user = path_id<user_id>(r);
    if (!user)
        co_return user.error();
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto amount = static_cast<tokens>(command->integer("tokens", 1, grant_max));
    const std::chrono::days validity{
        command->optional_integer("valid_days", 1, grant_days_max).value_or(grant_days)};
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    auto stored = co_await backend.grant(*user, amount, validity, std::move(*key));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

} // namespace atelier::http
