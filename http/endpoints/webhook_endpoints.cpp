#include "actors/domain/webhook_events.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

constexpr std::size_t url_bytes_max = 2048;

enum class purpose : std::uint8_t { create, update };

outcome<webhook_endpoint_command> read_command(const request& r, purpose what_for) {
    auto body = json_command::read(r);
    if (!body)
        return body.error();
    webhook_endpoint_command command;
    if (what_for == purpose::create) {
        command.url = body->text("url", url_bytes_max);
    } else {
        command.url = body->optional_text("url", url_bytes_max);
        command.enabled = body->optional_boolean("enabled");
    }
    command.events = body->optional_texts("events", webhook_event_types().size());
    if (command.events && !std::ranges::all_of(*command.events, is_webhook_event_type))
        body->refuse("events", "unknown", "must be types of events");
    if (const auto valid = body->finish(); !valid)
        return valid.error();
    return command;
}

/// {} or nothing.
status read_nothing(const request& r) {
    if (r.body.empty())
        return done{};
    auto body = json_command::read(r);
    if (!body)
        return body.error();
    return body->finish();
}

} // namespace

answer list_webhook_endpoints(const endpoint_context& context, request&, user_id who) {
    const auto all = co_await context.backend.webhook_endpoints(who);
    if (!all)
        co_return all.error();
    co_return list_response(*all, webhook_endpoint_json);
}

answer create_webhook_endpoint(const endpoint_context& context, request& r, user_id who) {
    auto command = read_command(r, purpose::create);
    if (!command)
        co_return command.error();
    const auto made = co_await context.backend.add_webhook_endpoint(who, std::move(*command));
    if (!made)
        co_return made.error();
    auto response = json_response(201, new_webhook_endpoint_json(*made));
    response.with("Location", "/v1/webhook_endpoints/" + std::to_string(made->id.value));
    co_return response;
}

answer show_webhook_endpoint(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    const auto endpoint = co_await context.backend.webhook_endpoint(who, *id);
    if (!endpoint)
        co_return endpoint.error();
    co_return json_response(200, webhook_endpoint_json(*endpoint));
}

answer update_webhook_endpoint(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    auto command = read_command(r, purpose::update);
    if (!command)
        co_return command.error();
    const auto changed = co_await context.backend.change_webhook_endpoint(who, *id, std::move(*command));
    if (!changed)
        co_return changed.error();
    co_return json_response(200, webhook_endpoint_json(*changed));
}

answer delete_webhook_endpoint(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    const auto removed = co_await context.backend.remove_webhook_endpoint(who, *id);
    if (!removed)
        co_return removed.error();
    co_return response{204};
}

answer rotate_webhook_secret(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    if (const auto valid = read_nothing(r); !valid)
        co_return valid.error();
    const auto changed = co_await context.backend.rotate_webhook_secret(who, *id);
    if (!changed)
        co_return changed.error();
    co_return json_response(200, new_webhook_endpoint_json(*changed));
}

answer ping_webhook_endpoint(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    if (const auto valid = read_nothing(r); !valid)
        co_return valid.error();
    const auto queued = co_await context.backend.ping_webhook_endpoint(who, *id);
    if (!queued)
        co_return queued.error();
    co_return json_response(202, webhook_delivery_json(*queued));
}

answer list_webhook_deliveries(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<webhook_endpoint_id>(r);
    if (!id)
        co_return id.error();
    const auto wanted = read_page(r, cursor_kind::webhook_deliveries);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await context.backend.webhook_deliveries(
        who, *id, webhook_delivery_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, webhook_delivery_json, cursor_kind::webhook_deliveries);
}

} // namespace atelier::http
