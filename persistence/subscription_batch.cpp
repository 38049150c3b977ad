#include "persistence/subscription_batch.hpp"

#include "actors/domain/json_values.hpp"
#include "actors/domain/views.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace atelier {
namespace {

namespace json = boost::json;

/// As PostgreSQL reads it, to the microsecond.
json::value moment(instant at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto rest = std::to_string((at - whole).count());
    const auto seconds = to_iso8601(whole).substr(0, std::string_view{"2026-03-01T09:15:30"}.size());
    return json::value(seconds + "." + std::string(6 - rest.size(), '0') + rest);
}

json::value moment(const std::optional<instant>& at) {
    return at ? moment(*at) : json::value(nullptr);
}

json::object interval_object(plan_interval interval) {
    return {{"interval", to_string(interval.unit)}, {"interval_count", interval.count}};
}

json::object terms_object(const plan_terms& terms) {
    auto object = interval_object(terms.interval);
    object["plan_id"] = terms.plan.value;
    object["plan_tokens_amount"] = terms.tokens_amount;
    object["price_cents"] = terms.price_cents;
    object["currency"] = terms.currency;
    return object;
}

json::object order_object(const subscription_order& order) {
    auto object = terms_object(order.terms);
    object["invoice_id"] = order.invoice_id;
    object["kind"] = to_string(order.kind);
    object["amount_cents"] = order.amount_cents;
    object["tokens_amount"] = order.tokens_amount;
    object["by_token"] = order.by_token;
    object["declined"] = order.declined;
    object["transaction_id"] = text_or_null(order.transaction_id);
    object["expires_at"] = moment(order.expires_at);
    object["created_at"] = moment(order.created_at);
    return object;
}

json::object charge_object(const subscription_charge& charge) {
    auto object = interval_object(charge.interval);
    object["transaction_id"] = charge.transaction_id;
    object["invoice_id"] = text_or_null(charge.invoice_id);
    object["gateway_subscription_id"] = text_or_null(charge.gateway_subscription_id);
    object["kind"] = to_string(charge.kind);
    object["plan_id"] = charge.plan.value;
    object["amount_cents"] = charge.amount_cents;
    object["currency"] = charge.currency;
    object["tokens_amount"] = charge.tokens_amount;
    object["paid_at"] = moment(charge.paid_at);
    object["period_start"] = moment(charge.period.start);
    object["period_end"] = moment(charge.period.end);
    object["token_purchase_id"] = charge.lot ? json::value(charge.lot.value) : json::value(nullptr);
    return object;
}

json::object gateway_object(const subscription_at_gateway& gateway) {
    auto object = gateway.terms ? terms_object(*gateway.terms) : json::object{};
    object["id"] = gateway.id;
    object["standing"] = to_string(gateway.standing);
    object["successes"] = gateway.successes;
    object["began_at"] = moment(gateway.began_at);
    object["unwanted"] = gateway.unwanted;
    return object;
}

json::object change_object(const subscription_change& change, user_id user, instant at) {
    const auto& row = change.row;
    json::object object{
        {"id", row.id.value},
        {"user_id", user.value},
        {"expected_status", to_string(change.expected_status)},
        {"expected_period_end", moment(change.expected_period_end)},
        {"expected_revision", change.expected_revision},
        {"plan_id", row.plan.value},
        {"scheduled_plan_id", id_or_null(row.scheduled_plan)},
        {"status", to_string(row.status)},
        {"gateway_subscription_id", text_or_null(row.gateway_subscription_id)},
        {"period_start", moment(row.period ? std::optional{row.period->start} : std::nullopt)},
        {"period_end", moment(row.period ? std::optional{row.period->end} : std::nullopt)},
        {"cancelled_at", moment(row.cancelled_at)},
        {"look_again_at", moment(row.look_again_at)},
        {"card_token", text_or_null(change.card_token)},
        {"unscheduled_from", moment(change.unscheduled_from)},
        {"at", moment(at)},
    };
    auto& charges = object["charges"].emplace_array();
    if (change.charge)
        charges.push_back(charge_object(*change.charge));
    auto& moved = object["moved"].emplace_array();
    for (const auto& move : change.moved)
        moved.push_back(json::object{{"transaction_id", move.transaction_id},
                                     {"period_start", moment(move.period.start)},
                                     {"period_end", moment(move.period.end)}});
    auto& orders = object["orders"].emplace_array();
    for (const auto& order : change.orders)
        orders.push_back(order_object(order));
    auto& gateways = object["gateways"].emplace_array();
    for (const auto& gateway : change.gateways)
        gateways.push_back(gateway_object(gateway));
    auto& agreed = object["agreed"].emplace_array();
    if (change.agreed) {
        auto terms = terms_object(change.agreed->terms);
        terms["holds_from"] = moment(change.agreed->from);
        terms["scheduled"] = change.agreed->scheduled;
        agreed.push_back(std::move(terms));
    }
    return object;
}

} // namespace

bool subscription_batch::add(std::size_t number, const change_set& set) {
    for (const auto& one : set.subscription_changes) {
        if (std::ranges::count(id, one.row.id) > 0 || std::ranges::count(user, set.user) > 0)
            return false; // one after the other
        id.push_back(one.row.id);
        expected.push_back(one.expected_revision);
        origin.push_back(number);
        user.push_back(set.user);
        at.push_back(set.at);
        change.push_back(&one);
    }
    for (const auto& refund : set.charge_refunds) {
        if (std::ranges::count(refunds.charge, refund.charge_transaction_id) > 0)
            return false;
        refunds.transaction_id.emplace_back(refund.transaction_id);
        refunds.charge.emplace_back(refund.charge_transaction_id);
        refunds.expected_cents.push_back(refund.expected_cents);
        refunds.refunded_cents.push_back(refund.refunded_cents);
        refunds.tokens_due.push_back(refund.tokens_due);
        refunds.at.push_back(set.at);
    }
    return true;
}

std::vector<subscription_id> subscription_batch::created() const {
    std::vector<subscription_id> ids;
    for (std::size_t i = 0; i < id.size(); ++i)
        if (expected[i] == 0)
            ids.push_back(id[i]);
    return ids;
}

std::vector<plan_id> subscription_batch::plans() const {
    std::vector<plan_id> all;
    for (const auto* one : change) {
        all.push_back(one->row.plan);
        if (one->row.scheduled_plan)
            all.push_back(*one->row.scheduled_plan);
        if (one->charge)
            all.push_back(one->charge->plan);
        if (one->agreed)
            all.push_back(one->agreed->terms.plan);
        for (const auto& order : one->orders)
            all.push_back(order.terms.plan);
        for (const auto& gateway : one->gateways)
            if (gateway.terms)
                all.push_back(gateway.terms->plan);
    }
    return all;
}

std::string subscription_batch::document() const {
    json::array all;
    for (std::size_t i = 0; i < change.size(); ++i)
        all.push_back(change_object(*change[i], user[i], at[i]));
    return json::serialize(all);
}

constexpr pg::statement apply_subscriptions{"batch_subscriptions", R"(
    WITH input AS MATERIALIZED (
        SELECT * FROM json_to_recordset($1::text::json) AS t (id bigint, user_id bigint, expected_status text,
            expected_period_end timestamp, expected_revision bigint, plan_id bigint, scheduled_plan_id bigint,
            status text, gateway_subscription_id text, period_start timestamp, period_end timestamp,
            cancelled_at timestamp, look_again_at timestamp, card_token text, unscheduled_from timestamp,
            charges json, moved json, orders json, gateways json, agreed json, at timestamp)),
    inserted AS (
        INSERT INTO subscriptions (id, user_id, plan_id, scheduled_plan_id, status, cloudpayments_subscription_id,
            current_period_start, current_period_end, cancelled_at, created_at, updated_at)
        SELECT id, user_id, plan_id, scheduled_plan_id, status, gateway_subscription_id, period_start, period_end,
            cancelled_at, at, at FROM input WHERE expected_revision = 0 RETURNING 1),
    updated AS (
        UPDATE subscriptions s SET plan_id = t.plan_id, scheduled_plan_id = t.scheduled_plan_id, status = t.status,
            cloudpayments_subscription_id = t.gateway_subscription_id, current_period_start = t.period_start,
            current_period_end = t.period_end, cancelled_at = t.cancelled_at, updated_at = t.at
        FROM input t WHERE t.expected_revision > 0 AND s.id = t.id AND s.user_id = t.user_id
            AND s.status = t.expected_status AND s.current_period_end IS NOT DISTINCT FROM t.expected_period_end
        RETURNING 1),
    booked AS (
        INSERT INTO subscription_books AS b (subscription_id, revision, look_again_at, updated_at)
        SELECT id, expected_revision + 1, look_again_at, at FROM input
        ON CONFLICT (subscription_id) DO UPDATE SET revision = excluded.revision,
            look_again_at = excluded.look_again_at, updated_at = excluded.updated_at
        WHERE b.revision = excluded.revision - 1 RETURNING 1),
    card AS (
        INSERT INTO subscription_cards (subscription_id, token, updated_at)
        SELECT id, card_token, at FROM input WHERE card_token IS NOT NULL
        ON CONFLICT (subscription_id) DO UPDATE SET token = excluded.token, updated_at = excluded.updated_at),
    charge AS (
        INSERT INTO subscription_charges (transaction_id, subscription_id, invoice_id, gateway_subscription_id, kind,
            plan_id, "interval", interval_count, amount_cents, currency, tokens_amount, paid_at, period_start,
            period_end, token_purchase_id, created_at)
        SELECT c.transaction_id, t.id, c.invoice_id, c.gateway_subscription_id, c.kind, c.plan_id, c."interval",
            c.interval_count, c.amount_cents, c.currency, c.tokens_amount, c.paid_at, c.period_start, c.period_end,
            c.token_purchase_id, t.at
        FROM input t, json_to_recordset(t.charges) AS c (transaction_id text, invoice_id text,
            gateway_subscription_id text, kind text, plan_id bigint, "interval" text, interval_count integer,
            amount_cents bigint, currency text, tokens_amount integer, paid_at timestamp, period_start timestamp,
            period_end timestamp, token_purchase_id bigint)),
    moved AS (
        UPDATE subscription_charges c SET period_start = m.period_start, period_end = m.period_end
        FROM input t, json_to_recordset(t.moved)
            AS m (transaction_id text, period_start timestamp, period_end timestamp)
        WHERE c.transaction_id = m.transaction_id AND c.subscription_id = t.id),
    ordered AS (
        INSERT INTO subscription_orders (invoice_id, subscription_id, kind, plan_id, plan_tokens_amount, price_cents,
            currency, "interval", interval_count, amount_cents, tokens_amount, by_token, declined, transaction_id,
            expires_at, created_at)
        SELECT o.invoice_id, t.id, o.kind, o.plan_id, o.plan_tokens_amount, o.price_cents, o.currency, o."interval",
            o.interval_count, o.amount_cents, o.tokens_amount, o.by_token, o.declined, o.transaction_id,
            o.expires_at, o.created_at
        FROM input t, json_to_recordset(t.orders) AS o (invoice_id text, kind text, plan_id bigint,
            plan_tokens_amount integer, price_cents bigint, currency text, "interval" text, interval_count integer,
            amount_cents bigint, tokens_amount integer, by_token boolean, declined boolean, transaction_id text,
            expires_at timestamp, created_at timestamp)
        ON CONFLICT (invoice_id) DO UPDATE SET expires_at = excluded.expires_at, declined = excluded.declined,
            transaction_id = excluded.transaction_id),
    gateway AS (
        INSERT INTO subscription_gateways AS g (id, subscription_id, standing, successes, plan_id, tokens_amount,
            price_cents, currency, "interval", interval_count, began_at, unwanted, updated_at)
        SELECT n.id, t.id, n.standing, n.successes, n.plan_id, n.plan_tokens_amount, n.price_cents, n.currency,
            n."interval", n.interval_count, n.began_at, n.unwanted, t.at
        FROM input t, json_to_recordset(t.gateways) AS n (id text, standing text, successes bigint, plan_id bigint,
            plan_tokens_amount integer, price_cents bigint, currency text, "interval" text, interval_count integer,
            began_at timestamp, unwanted boolean)
        ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, successes = excluded.successes,
            plan_id = excluded.plan_id, tokens_amount = excluded.tokens_amount, price_cents = excluded.price_cents,
            currency = excluded.currency, "interval" = excluded."interval",
            interval_count = excluded.interval_count, began_at = excluded.began_at, unwanted = excluded.unwanted,
            updated_at = excluded.updated_at
        WHERE g.subscription_id = excluded.subscription_id RETURNING 1),
    unscheduled AS (
        DELETE FROM subscription_terms s USING input t
        WHERE s.subscription_id = t.id AND s.scheduled AND s.holds_from >= t.unscheduled_from),
    agreed AS (
        INSERT INTO subscription_terms (subscription_id, plan_id, tokens_amount, price_cents, currency, "interval",
            interval_count, holds_from, scheduled, created_at)
        SELECT t.id, a.plan_id, a.plan_tokens_amount, a.price_cents, a.currency, a."interval", a.interval_count,
            a.holds_from, a.scheduled, t.at
        FROM input t, json_to_recordset(t.agreed) AS a (plan_id bigint, plan_tokens_amount integer,
            price_cents bigint, currency text, "interval" text, interval_count integer, holds_from timestamp,
            scheduled boolean))
    SELECT atelier_expect((SELECT count(*) FROM inserted) + (SELECT count(*) FROM updated)
            + (SELECT count(*) FROM booked), 2 * (SELECT count(*) FROM input), 'subscriptions'),
        atelier_refer((SELECT count(*) FROM gateway),
            (SELECT coalesce(sum(json_array_length(gateways)), 0)::bigint FROM input), 'subscription_gateways'))"};

constexpr pg::statement apply_charge_refunds{"batch_charge_refunds", R"(
    WITH input AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::integer[], $6::timestamp[])
        AS t (transaction_id, charge, expected_cents, refunded_cents, tokens_due, at)),
    applied AS (
        UPDATE gateway_refunds r SET tokens_due = t.tokens_due, applied_at = t.at
        FROM input t WHERE r.transaction_id = t.transaction_id AND r.applied_at IS NULL RETURNING 1),
    total AS (
        UPDATE subscription_charges c SET refunded_cents = t.refunded_cents
        FROM input t WHERE c.transaction_id = t.charge AND c.refunded_cents = t.expected_cents RETURNING 1)
    SELECT atelier_expect((SELECT count(*) FROM applied) + (SELECT count(*) FROM total), 2 * cardinality($1),
        'subscription_charges'))"};

} // namespace atelier
