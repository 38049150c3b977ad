#include "actors/wallet_decisions.hpp"

#include "actors/domain/payment.hpp"
#include "actors/domain/views.hpp"
#include "actors/domain/webhook_events.hpp"

#include <string>
#include <utility>
#include <variant>

namespace atelier {
namespace {

void remember(change_set& changes, const std::optional<idempotency_key>& key, const receipt& answer,
              microseconds lifetime) {
    if (key)
        changes.idempotency.push_back(
            {key->key, key->fingerprint, answer.status, answer.body, answer.location, changes.at + lifetime});
}

/// One command's decision: the change set, and in `result` what to answer once it is durable.
struct decision {
    const wallet& lots;
    const wallet_context& context;
    user_id user;
    receipt& result;

    outcome<change_set> operator()(const spend_tokens& command) const {
        const auto now = context.time.now();
        const generation_id id{context.ids.next(id_sequence::generations)};
        if (!id)
            return errc::overloaded;
        auto changes = lots.decide_spend(user, id, command.cost, now, context.ids);
        if (!changes)
            return changes;
        generation_record generation;
        generation.id = id;
        generation.user = user;
        generation.input_image = command.input_image;
        generation.style = command.style;
        generation.cost = command.cost;
        generation.seed = command.seed;
        generation.created_at = now;
        result.deadline = now + command.time_limit;
        result.style = command.style;
        changes->new_generations.push_back({id, command.input_image, command.style, command.cost,
                                            command.seed, command.parameters, result.deadline});
        result.status = 202;
        result.location = "/v1/generations/" + std::to_string(id.value);
        result.amount = -command.cost;
        result.balance = lots.balance(now) - command.cost;
        result.last = changes->journal.back().id;
        result.generation = id;
        result.body = accepted_generation_json(generation, result.balance, result.last);
        remember(*changes, command.idempotency, result, context.idempotency_lifetime);
        return changes;
    }

    outcome<change_set> operator()(const order_package& command) const {
        const auto now = context.time.now();
        const payment_id id{context.ids.next(id_sequence::payments)};
        if (!id)
            return errc::overloaded;
        payment_record payment;
        payment.id = id;
        payment.user = user;
        payment.package = command.package.id;
        payment.tokens_amount = command.package.tokens_amount;
        payment.amount_cents = command.package.price_cents;
        payment.currency = command.currency;
        payment.invoice_id = "atelier-" + std::to_string(id.value);
        payment.created_at = now;
        payment.expires_at = now + command.lifetime;
        change_set changes{user, now};
        changes.new_payments.push_back({id, payment.package, payment.amount_cents, payment.currency,
                                        payment.invoice_id, payment.expires_at});
        result.status = 201;
        result.location = "/v1/payments/" + std::to_string(id.value);
        result.balance = lots.balance(now);
        result.body = order_json(payment, context.checkout(payment));
        remember(changes, command.idempotency, result, context.idempotency_lifetime);
        return changes;
    }

    outcome<change_set> operator()(const grant_tokens& command) const {
        const auto now = context.time.now();
        auto changes = wallet::decide_credit(user, operation::grant, command.package, command.amount, now,
                                             now + command.validity, std::nullopt, context.ids);
        if (!changes)
            return changes;
        result.status = 201;
        result.amount = command.amount;
        result.balance = lots.balance(now) + command.amount;
        result.last = changes->journal.back().id;
        result.body = grant_json(user, changes->new_purchases.front(), result.balance, result.last);
        remember(*changes, command.idempotency, result, context.idempotency_lifetime);
        return changes;
    }

    outcome<change_set> operator()(const credit_payment& command) const {
        const auto now = context.time.now();
        const auto& payment = command.payment;
        const auto validity = std::chrono::days{payment.validity_days};
        auto changes =
            wallet::decide_credit(user, operation::purchase, payment.package, payment.tokens_amount, now,
                                  now + validity, payment.id, context.ids);
        if (!changes)
            return changes;
        changes->payment_changes.push_back(command.change);
        atelier::payment paid{payment};
        paid.apply(command.change);
        changes->webhook_events.push_back(paid_event(paid.record(), now));
        changes->notifications.push_back(command.notification);
        result.amount = payment.tokens_amount;
        result.balance = lots.balance(now) + payment.tokens_amount;
        result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const refund_generation& command) const {
        const auto now = context.time.now();
        auto changes = lots.decide_refund(user, command.change.id, command.parts, now, context.reopen_grace,
                                          context.ids);
        if (!changes)
            return changes;
        changes->generation_changes.push_back(command.change);
        if (command.run)
            changes->run_changes.push_back(*command.run);
        changes->webhook_events = command.events;
        for (const auto& part : command.parts)
            result.amount += part.amount;
        result.balance = lots.balance(now) + result.amount;
        for (const auto& settled : changes->debt_changes)
            result.balance -= settled.expected - settled.debt;
        if (!changes->journal.empty())
            result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const credit_charge& command) const {
        const auto now = context.time.now();
        auto subscription = command.change;
        auto& charge = *subscription.charge;
        outcome<change_set> changes{change_set{user, now}};
        if (charge.tokens_amount > 0)
            changes =
                wallet::decide_credit(user, operation::subscription, command.package, charge.tokens_amount,
                                      now, *subscription.lot_expires_at, std::nullopt, context.ids);
        if (!changes)
            return changes;
        if (!changes->new_purchases.empty())
            charge.lot = changes->new_purchases.front().id;
        for (const auto& extension : command.extensions)
            if (auto extended = lots.decide_extension(extension.lot, extension.by))
                changes->purchase_changes.push_back(*extended);
        result.amount = charge.tokens_amount;
        changes->subscription_changes.push_back(std::move(subscription));
        changes->notifications.push_back(command.notification);
        changes->webhook_events = command.events;
        result.balance = lots.balance(now) + result.amount;
        if (!changes->journal.empty())
            result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const claw_back& command) const {
        const auto now = context.time.now();
        auto changes = lots.decide_clawback(user, command.lot, command.due, now, context.ids);
        if (!changes)
            return changes;
        changes->payment_changes = command.paid.payment_changes;
        changes->refund_applications = command.paid.refund_applications;
        changes->charge_refunds = command.paid.charge_refunds;
        changes->webhook_events = command.paid.webhook_events;
        for (const auto& row : changes->journal)
            result.amount += row.amount;
        auto after = lots;
        after.apply(*changes);
        result.balance = after.balance(now);
        if (!changes->journal.empty())
            result.last = changes->journal.back().id;
        return changes;
    }

    outcome<change_set> operator()(const expire_lots&) const {
        const auto now = context.time.now();
        auto changes = lots.decide_expire(user, now, context.ids);
        if (!changes)
            return changes;
        for (const auto& row : changes->journal)
            result.amount += row.amount;
        result.balance = lots.balance(now);
        if (!changes->journal.empty())
            result.last = changes->journal.back().id;
        return changes;
    }
};

} // namespace

const std::optional<idempotency_key>& key_of(const wallet_command& what) {
    static const std::optional<idempotency_key> none;
    if (const auto* spend = std::get_if<spend_tokens>(&what))
        return spend->idempotency;
    if (const auto* order = std::get_if<order_package>(&what))
        return order->idempotency;
    if (const auto* grant = std::get_if<grant_tokens>(&what))
        return grant->idempotency;
    return none;
}

std::optional<outcome<receipt>> repeat(const idempotency_key& key, std::optional<idempotency_answer> stored) {
    if (!stored)
        return std::nullopt;
    if (stored->fingerprint != key.fingerprint)
        return errc::idempotency_key_reused;
    receipt again;
    again.status = stored->response_status;
    again.body = std::move(stored->response_body);
    again.location = std::move(stored->response_location);
    again.replayed = true;
    return again;
}

outcome<change_set> decide(const wallet_situation& now, const wallet_command& what, receipt& result) {
    return std::visit(decision{now.lots, now.context, now.user, result}, what);
}

} // namespace atelier
