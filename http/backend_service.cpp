#include "http/backend_service.hpp"

#include "actors/domain/views.hpp"
#include "http/backend_parts.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/wallets.hpp"

#include <algorithm>

namespace atelier::http {

backend_service::backend_service(backend& b) : parts_{std::make_unique<parts>(b)}, management_{b} {}

backend_service::~backend_service() = default;

void backend_service::sweep() {
    auto& ask = parts_->ask;
    ask.sweep();
    auto& meters = parts_->back.meters;
    meters.asks_pending.Set(static_cast<double>(ask.waiting()));
    meters.asks_limit.Set(static_cast<double>(ask.limit()));
}

bool backend_service::is_full() const {
    return parts_->ask.waiting() >= parts_->ask.limit();
}

void backend_service::close() {
    parts_->ask.close();
}

// -- catalogue ----------------------------------------------------------------------------------------------

reply<std::vector<style_record>> backend_service::styles() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->styles;
}

reply<std::vector<token_package_record>> backend_service::token_packages() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->token_packages;
}

reply<std::vector<subscription_plan_record>> backend_service::subscription_plans() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->subscription_plans;
}

std::string backend_service::currency() const {
    return parts_->back.options.config.payments.currency;
}

// -- money --------------------------------------------------------------------------------------------------

reply<std::string> backend_service::wallet(user_id user) {
    auto& back = parts_->back;
    if (const auto shown = back.shown.find(user, back.time.now()))
        co_return *shown;
    const read_wallet question{user, true};
    const auto view = co_await parts_->ask.ask<wallet_view>(back.actors.get<wallets_actor>(), question);
    if (!view)
        co_return view.error();
    co_return wallet_json(view->balance, view->lots, view->at);
}

reply<page<transaction_record>> backend_service::transactions(user_id user, transaction_id before,
                                                              std::int32_t limit) {
    return read<page<transaction_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_transactions(database, user, before, limit);
    });
}

reply<stored_answer> backend_service::order(user_id user, token_package_id package,
                                            std::optional<command_key> key) {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    const auto wanted = std::ranges::find(all.value()->token_packages, package, &token_package_record::id);
    if (wanted == all.value()->token_packages.end()) {
        outcome<stored_answer> unknown =
            invalid_field("token_package_id", "unknown", "There is no such package on sale.");
        co_return co_await parts_->once(user, std::move(key), std::move(unknown));
    }
    order_package command{user, *wanted};
    command.currency = currency();
    command.lifetime = parts_->back.options.config.payments.order_lifetime;
    command.idempotency = to_message(std::move(key));
    auto ordered = co_await parts_->ask.ask<receipt>(parts_->back.actors.get<wallets_actor>(),
                                                     std::move(command), ask_role::change);
    co_return to_answer(std::move(ordered));
}

reply<payment_record> backend_service::payment(user_id user, payment_id payment) {
    auto query = [payment](pg::connection& database) { return queries::get_payment(database, payment); };
    auto found = co_await read<payment_record>(parts_->back.reads, query);
    co_return owned_by(user, std::move(found));
}

reply<page<payment_record>> backend_service::payments(user_id user, payment_id before, std::int32_t limit) {
    return read<page<payment_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_payments(database, user, before, limit);
    });
}

reply<webhook_answer> backend_service::notify(webhook hook) {
    auto content = parts_->webhooks.read(hook);
    if (!content) {
        const bool foreign = content.error().code == errc::forbidden_address;
        parts_->back.meters.webhook(to_string(parse_notification_kind(hook.kind)),
                                    foreign ? "foreign_address" : "bad_signature");
        co_return content.error();
    }
    co_return co_await parts_->deliver(std::move(hook), std::move(*content));
}

} // namespace atelier::http
