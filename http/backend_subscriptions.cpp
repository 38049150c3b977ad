#include "actors/domain/subscription_views.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/subscriptions.hpp"

#include <algorithm>

/// The service's part about subscriptions.
namespace atelier::http {

reply<atelier::subscription> backend_service::load_subscription(user_id user) {
    auto& back = parts_->back;
    auto query = [user, now = back.time.now()](pg::connection& database) {
        return queries::load_subscription(database, user, now);
    };
    auto book = co_await read<subscription_book>(back.reads, query);
    if (!book)
        co_return book.error();
    if (book->row.revision == 0)
        co_return errc::not_found;
    co_return atelier::subscription{std::move(*book), back.rules_of_subscriptions()};
}

reply<plan_terms> backend_service::find_plan(plan_id plan) {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    const auto& plans = all.value()->subscription_plans;
    const auto wanted = std::ranges::find(plans, plan, &subscription_plan_record::id);
    const auto unit = wanted == plans.end() ? std::nullopt : parse_interval_unit(wanted->interval);
    if (!unit)
        co_return invalid_field("subscription_plan_id", "unknown", "There is no such plan on sale.");
    plan_terms terms;
    terms.plan = plan;
    terms.tokens_amount = wanted->tokens_amount;
    terms.price_cents = wanted->price_cents;
    terms.currency = wanted->currency;
    terms.interval = {*unit, wanted->interval_count};
    co_return terms;
}

reply<std::string> backend_service::subscription(user_id user) {
    const auto found = co_await load_subscription(user);
    if (!found)
        co_return found.error();
    co_return subscription_json(*found, parts_->back.time.now());
}

reply<stored_answer> backend_service::subscribe(user_id user, plan_id plan, bool saved_card,
                                                std::optional<command_key> key) {
    auto terms = co_await find_plan(plan);
    if (!terms) {
        outcome<stored_answer> unknown = terms.error();
        co_return co_await parts_->once(user, std::move(key), std::move(unknown));
    }
    order_subscription command{user, std::move(*terms), saved_card};
    co_return co_await parts_->tell(std::move(command), std::move(key));
}

reply<stored_answer> backend_service::change_subscription(user_id user, plan_id plan,
                                                          std::optional<command_key> key) {
    auto terms = co_await find_plan(plan);
    if (!terms) {
        outcome<stored_answer> unknown = terms.error();
        co_return co_await parts_->once(user, std::move(key), std::move(unknown));
    }
    change_plan command{user, std::move(*terms)};
    co_return co_await parts_->tell(std::move(command), std::move(key));
}

reply<stored_answer> backend_service::unsubscribe(user_id user, std::optional<command_key> key) {
    cancel_subscription command{user};
    co_return co_await parts_->tell(std::move(command), std::move(key));
}

} // namespace atelier::http
