#include "actors/domain/views.hpp"

#include "actors/domain/json_values.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace atelier {
namespace {

namespace json = boost::json;

/// generations.error holds a code, then optionally ": " and a text for people.
json::value error_object(std::string_view error) {
    if (error.empty())
        return nullptr;
    const auto colon = error.find(": ");
    if (colon == std::string_view::npos)
        return json::object{{"code", error}, {"detail", nullptr}};
    return json::object{{"code", error.substr(0, colon)}, {"detail", error.substr(colon + 2)}};
}

json::object generation_object(const generation_record& g) {
    return {{"id", g.id.value},
            {"status", to_string(g.status)},
            {"cost", g.cost},
            {"input_image_id", g.input_image.value},
            {"output_image_id", id_or_null(g.output_image)},
            {"style_id", g.style.value},
            {"seed", g.seed},
            {"error", error_object(g.error)},
            {"tokens_returned", g.status == generation_status::failed ? g.cost : 0},
            {"created_at", to_iso8601(g.created_at)},
            {"started_at", time_or_null(g.started_at)},
            {"finished_at", time_or_null(g.finished_at)}};
}

json::object place_object(const queue_place& place) {
    const auto wait = place.estimated_wait;
    return {
        {"position", place.ahead + 1},
        {"estimated_wait_seconds",
         wait ? json::value(std::chrono::ceil<std::chrono::seconds>(*wait).count()) : json::value(nullptr)}};
}

json::object payment_object(const payment_record& p) {
    return {{"id", p.id.value},
            {"status", to_string(p.status)},
            {"token_package_id", p.package.value},
            {"tokens_amount", p.tokens_amount},
            {"amount_cents", p.amount_cents},
            {"currency", p.currency},
            {"invoice_id", p.invoice_id},
            {"refunded_cents", p.refunded_cents},
            {"card_type", text_or_null(p.card_type)},
            {"card_last_four", text_or_null(p.card_last_four)},
            {"paid_at", time_or_null(p.paid_at)},
            {"expires_at", to_iso8601(p.expires_at)},
            {"created_at", to_iso8601(p.created_at)}};
}

} // namespace

std::string to_iso8601(instant t) {
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::milliseconds>(t - day)};
    std::array<char, 32> buffer{};
    const int length = std::snprintf(
        buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return {buffer.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::string user_json(const user_record& user) {
    return json::serialize(json::object{{"id", user.id.value},
                                        {"email", user.email},
                                        {"unconfirmed_email", text_or_null(user.unconfirmed_email)},
                                        {"language", text_or_null(user.language)},
                                        {"confirmed_at", time_or_null(user.confirmed_at)},
                                        {"created_at", to_iso8601(user.created_at)}});
}

std::string session_json(const listed_session& listed) {
    const auto& session = listed.session;
    return json::serialize(json::object{{"id", session.id.value},
                                        {"current", listed.current},
                                        {"remember", session.remember},
                                        {"user_agent", text_or_null(session.user_agent)},
                                        {"address", text_or_null(session.address)},
                                        {"created_at", to_iso8601(session.created_at)},
                                        {"last_used_at", to_iso8601(session.last_used_at)},
                                        {"expires_at", to_iso8601(session.expires_at)}});
}

std::string api_key_json(const api_key_record& key, std::string_view token) {
    json::array names;
    for (const auto s : key.may.members())
        names.emplace_back(to_string(s));
    json::object object{{"id", key.id.value},
                        {"name", key.name},
                        {"scopes", std::move(names)},
                        {"expires_at", time_or_null(key.expires_at)},
                        {"last_used_at", time_or_null(key.last_used_at)},
                        {"created_at", to_iso8601(key.created_at)}};
    if (!token.empty())
        object["token"] = token;
    return json::serialize(object);
}

std::string operator_action_json(const operator_action& action) {
    return json::serialize(json::object{{"id", action.id.value},
                                        {"operator", action.who},
                                        {"action", action.action},
                                        {"detail", action.detail},
                                        {"address", text_or_null(action.address)},
                                        {"request_id", text_or_null(action.request_id)},
                                        {"outcome", text_or_null(action.outcome)},
                                        {"begun_at", to_iso8601(action.begun_at)},
                                        {"ended_at", time_or_null(action.ended_at)}});
}

std::string style_json(const style_record& style) {
    return json::serialize(json::object{{"id", style.id.value}, {"name", style.name}});
}

std::string token_package_json(const token_package_record& package, std::string_view currency) {
    return json::serialize(json::object{{"id", package.id.value},
                                        {"name", package.name},
                                        {"tokens_amount", package.tokens_amount},
                                        {"price_cents", package.price_cents},
                                        {"currency", currency},
                                        {"validity_days", package.validity_days}});
}

std::string subscription_plan_json(const subscription_plan_record& plan) {
    return json::serialize(json::object{{"id", plan.id.value},
                                        {"name", plan.name},
                                        {"tokens_amount", plan.tokens_amount},
                                        {"price_cents", plan.price_cents},
                                        {"currency", plan.currency},
                                        {"interval", plan.interval},
                                        {"interval_count", plan.interval_count}});
}

std::string image_json(const image_record& image, const image_links& links) {
    return json::serialize(json::object{{"id", image.id.value},
                                        {"kind", image.output ? "output" : "input"},
                                        {"room_type", text_or_null(image.room_type)},
                                        {"content_type", image.content_type},
                                        {"byte_size", image.byte_size},
                                        {"width", image.width},
                                        {"height", image.height},
                                        {"signed_id", text_or_null(image.signed_id)},
                                        {"url", links.url},
                                        {"thumbnail_url", links.thumbnail_url},
                                        {"created_at", to_iso8601(image.created_at)}});
}

std::string transaction_json(const transaction_record& transaction) {
    return json::serialize(json::object{{"id", transaction.id.value},
                                        {"operation", transaction.operation},
                                        {"amount", transaction.amount},
                                        {"purchase_id", id_or_null(transaction.purchase)},
                                        {"generation_id", id_or_null(transaction.generation)},
                                        {"created_at", to_iso8601(transaction.created_at)},
                                        {"reopened_until", time_or_null(transaction.reopened_until)}});
}

std::string payment_json(const payment_record& payment) {
    return json::serialize(payment_object(payment));
}

std::string managed_payment_json(const payment_record& payment) {
    auto object = payment_object(payment);
    object["user_id"] = payment.user.value;
    object["transaction_id"] = text_or_null(payment.cloudpayments_transaction_id);
    return json::serialize(object);
}

std::string managed_generation_json(const generation_record& generation) {
    auto object = generation_object(generation);
    object["user_id"] = generation.user.value;
    object["engine"] = text_or_null(generation.engine);
    object["attempt"] = generation.attempt;
    return json::serialize(object);
}

std::string generation_json(const generation_record& generation) {
    auto object = generation_object(generation);
    if (generation.place)
        object["queue"] = place_object(*generation.place);
    return json::serialize(object);
}

std::string queue_json(generation_id generation, const queue_place& place) {
    return json::serialize(json::object{{"generation_id", generation.value}, {"queue", place_object(place)}});
}

std::string grant_json(user_id user, const new_purchase& lot, tokens balance, transaction_id last) {
    return json::serialize(json::object{{"user_id", user.value},
                                        {"purchase_id", lot.id.value},
                                        {"tokens", lot.remaining},
                                        {"expires_at", to_iso8601(lot.expires_at)},
                                        {"balance", balance},
                                        {"transaction_id", last.value}});
}

std::string accepted_generation_json(const generation_record& generation, tokens balance,
                                     transaction_id last) {
    auto object = generation_object(generation);
    object["balance"] = balance;
    object["transaction_id"] = last.value;
    return json::serialize(object);
}

std::string order_json(const payment_record& payment, std::string_view checkout) {
    auto object = payment_object(payment);
    object["checkout"] = json::parse(checkout);
    return json::serialize(object);
}

std::string wallet_json(tokens balance, const std::vector<purchase_record>& lots, instant now) {
    json::array purchases;
    json::value next_to_expire = nullptr;
    for (const auto& lot : lots) {
        if (lot.remaining == 0 || lot.expires_at <= now)
            continue;
        if (purchases.empty())
            next_to_expire = json::object{{"purchase_id", lot.id.value},
                                          {"tokens", lot.remaining},
                                          {"expires_at", to_iso8601(lot.expires_at)}};
        purchases.push_back(json::object{{"id", lot.id.value},
                                         {"token_package_id", lot.package.value},
                                         {"tokens_remaining", lot.remaining},
                                         {"purchased_at", to_iso8601(lot.purchased_at)},
                                         {"expires_at", to_iso8601(lot.expires_at)}});
    }
    return json::serialize(json::object{{"balance", balance},
                                        {"next_to_expire", std::move(next_to_expire)},
                                        {"purchases", std::move(purchases)}});
}

std::string balance_json(tokens balance) {
    return json::serialize(json::object{{"balance", balance}});
}

std::string snapshot_json(tokens balance, const std::vector<generation_record>& unfinished, bool more) {
    json::array generations;
    for (const auto& g : unfinished)
        generations.push_back(generation_object(g));
    return json::serialize(
        json::object{{"balance", balance}, {"generations", std::move(generations)}, {"more", more}});
}

std::string list_json(const std::vector<std::string>& items, std::string_view next_cursor) {
    std::string text = R"({"data":[)";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            text += ',';
        text += items[i];
    }
    text += R"(],"next_cursor":)";
    text += next_cursor.empty() ? "null" : json::serialize(json::value(next_cursor));
    text += '}';
    return text;
}

} // namespace atelier
