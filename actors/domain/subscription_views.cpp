#include "actors/domain/subscription_views.hpp"

#include "actors/domain/json_values.hpp"
#include "actors/domain/views.hpp"

#include <boost/json.hpp>

namespace atelier {
namespace {

namespace json = boost::json;

json::object terms_object(const plan_terms& terms) {
    return {{"id", terms.plan.value},
            {"tokens_amount", terms.tokens_amount},
            {"price_cents", terms.price_cents},
            {"currency", terms.currency},
            {"interval", to_string(terms.interval.unit)},
            {"interval_count", terms.interval.count}};
}

/// The terms that hold; before the first payment, those that are ordered.
const plan_terms* terms_of(const subscription& subject, instant now) {
    if (const auto* terms = subject.terms_at(now))
        return terms;
    const auto& orders = subject.book().orders;
    return orders.empty() ? nullptr : &orders.back().terms;
}

json::object subscription_object(const subscription& subject, instant now) {
    const auto row = subject.settle(now).row;
    const auto* terms = terms_of(subject, now);
    const auto& period = row.period;
    return {
        {"status", to_string(row.status)},
        {"plan", terms != nullptr ? json::value(terms_object(*terms)) : json::value(nullptr)},
        {"scheduled_plan_id", id_or_null(row.scheduled_plan)},
        {"current_period_start", time_or_null(period ? std::optional{period->start} : std::nullopt)},
        {"current_period_end", time_or_null(period ? std::optional{period->end} : std::nullopt)},
        {"cancelled_at", time_or_null(row.cancelled_at)},
        {"card_saved", row.card_known},
    };
}

json::value order_value(const subscription_order* order) {
    if (order == nullptr)
        return nullptr;
    return json::object{{"invoice_id", order->invoice_id},
                        {"kind", to_string(order->kind)},
                        {"subscription_plan_id", order->terms.plan.value},
                        {"amount_cents", order->amount_cents},
                        {"currency", order->terms.currency},
                        {"tokens_amount", order->tokens_amount},
                        {"saved_card", order->by_token},
                        {"expires_at", to_iso8601(order->expires_at)}};
}

} // namespace

std::string subscription_json(const subscription& subject, instant now) {
    return json::serialize(subscription_object(subject, now));
}

std::string subscription_answer_json(const subscription& subject, const subscription_order* order,
                                     std::string_view checkout, instant now) {
    json::object answer{{"subscription", subscription_object(subject, now)}, {"order", order_value(order)}};
    // Parentheses: in braces a json::value would become an array of one.
    answer["checkout"] =
        checkout.empty() ? json::value(nullptr) : json::parse({checkout.data(), checkout.size()});
    return json::serialize(answer);
}

} // namespace atelier
