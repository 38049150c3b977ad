#include "actors/domain/json_values.hpp"
#include "actors/gateways/json_fields.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/form.hpp"
#include "http/json_command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace atelier::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t amount_max = 1'000'000'000'000;

json::object notification_object(const archived_notification& n) {
    return {{"id", n.id.value},
            {"type", n.type},
            {"business_key", n.business_key},
            {"verdict", n.verdict},
            {"reply", n.reply},
            {"payment_id", id_or_null(n.payment)},
            {"deliveries", n.deliveries},
            {"created_at", to_iso8601(n.created_at)},
            {"updated_at", to_iso8601(n.updated_at)}};
}

std::string notification_json(const archived_notification& n) {
    return json::serialize(notification_object(n));
}

/// What the notification says, but for the card token, which charges a card. Null when it cannot be read.
json::value fields_of(const archived_notification& n) {
    outcome<field_list> fields = errc::internal;
    if (n.content_type.starts_with("application/json"))
        fields = json_fields(n.body);
    else
        fields = parse_form(n.body);
    if (!fields)
        return nullptr;
    json::array shown;
    for (const auto& [name, value] : *fields)
        shown.push_back(json::array{name, name == "Token" && !value.empty() ? "(withheld)" : value});
    return shown;
}

} // namespace

answer list_notifications(service& backend, request& r) {
    const auto wanted = read_page(r, cursor_kind::notifications);
    if (!wanted)
        co_return wanted.error();
    std::string type{r.query_value("type").value_or("")};
    std::string verdict{r.query_value("verdict").value_or("")};
    const auto page = co_await backend.notifications(std::move(type), std::move(verdict),
                                                     notification_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, notification_json, cursor_kind::notifications);
}

answer show_notification(service& backend, request& r) {
    const auto id = path_id<notification_id>(r);
    if (!id)
        co_return id.error();
    const auto found = co_await backend.notification(*id);
    if (!found)
        co_return found.error();
    auto object = notification_object(*found);
    object["content_type"] = found->content_type;
    object["fields"] = fields_of(*found);
    co_return json_response(200, json::serialize(object));
}

answer replay_notification(service& backend, request& r) {
    const auto id = path_id<notification_id>(r);
    if (!id)
        co_return id.error();
    const auto again = co_await backend.replay(*id);
    if (!again)
        co_return again.error();
    co_return json_response(
        200, json::serialize(json::object{{"code", again->code}, {"verdict", again->verdict}}));
}

answer refund_payment(service& backend, request& r) {
    const auto payment = path_id<payment_id>(r);
    if (!payment)
        co_return payment.error();
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto amount = command->optional_integer("amount_cents", 1, amount_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    const auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    if (!*key)
        co_return failure{errc::idempotency_key_invalid,
                          "A refund needs an Idempotency-Key: whoever repeats it must not pay twice."};
    auto name = (*key)->key;
    const auto made = co_await backend.refund(*payment, amount, std::move(name));
    if (!made)
        co_return made.error();
    auto reply = json_response(201, json::serialize(json::object{{"payment_id", payment->value},
                                                                 {"transaction_id", made->transaction_id},
                                                                 {"amount_cents", made->amount_cents}}));
    if (made->replayed)
        reply.with("Idempotency-Replayed", "true");
    co_return reply;
}

} // namespace atelier::http
