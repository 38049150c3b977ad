#include "persistence/trigger_bypass.hpp"

#include <string>

namespace atelier {
namespace {

/// The first thing in the way; no row when there is none.
constexpr pg::statement find_obstacle{"references_obstacle", R"(
    WITH proven (child, key, parent) AS (VALUES
        ('images', 'user_id', 'users'),
        ('generations', 'user_id', 'users'),
        ('generations', 'input_image_id', 'images'),
        ('generations', 'output_image_id', 'images'),
        ('generations', 'style_id', 'styles'),
        ('generation_runs', 'generation_id', 'generations'),
        ('token_purchases', 'user_id', 'users'),
        ('token_purchases', 'token_package_id', 'token_packages'),
        ('token_transactions', 'user_id', 'users'),
        ('token_transactions', 'token_purchase_id', 'token_purchases'),
        ('token_transactions', 'generation_id', 'generations'),
        ('reopened_lots', 'token_transaction_id', 'token_transactions'),
        ('payments', 'user_id', 'users'),
        ('payments', 'token_package_id', 'token_packages'),
        ('payment_orders', 'payment_id', 'payments'),
        ('payment_purchases', 'payment_id', 'payments'),
        ('payment_purchases', 'token_purchase_id', 'token_purchases'),
        ('gateway_notifications', 'payment_id', 'payments'),
        ('gateway_refunds', 'payment_id', 'payments'),
        ('payment_refunds', 'payment_id', 'payments'),
        ('purchase_debts', 'token_purchase_id', 'token_purchases'),
        ('subscriptions', 'user_id', 'users'),
        ('subscriptions', 'plan_id', 'subscription_plans'),
        ('subscriptions', 'scheduled_plan_id', 'subscription_plans'),
        ('subscription_books', 'subscription_id', 'subscriptions'),
        ('subscription_terms', 'subscription_id', 'subscriptions'),
        ('subscription_terms', 'plan_id', 'subscription_plans'),
        ('subscription_orders', 'subscription_id', 'subscriptions'),
        ('subscription_orders', 'plan_id', 'subscription_plans'),
        ('subscription_charges', 'subscription_id', 'subscriptions'),
        ('subscription_charges', 'plan_id', 'subscription_plans'),
        ('subscription_charges', 'token_purchase_id', 'token_purchases'),
        ('subscription_gateways', 'subscription_id', 'subscriptions'),
        ('subscription_gateways', 'plan_id', 'subscription_plans'),
        ('subscription_cards', 'subscription_id', 'subscriptions'),
        ('idempotency_keys', 'user_id', 'users'),
        ('outbox', 'webhook_endpoint_id', 'webhook_endpoints'),
        ('active_storage_attachments', 'blob_id', 'active_storage_blobs')),
    written AS (
        SELECT to_regclass(name)::oid AS id, name
        FROM (SELECT child FROM proven UNION VALUES ('active_storage_blobs'), ('writer_positions'))
            AS t (name))
    SELECT 'foreign key ' || c.conname || ' of ' || w.name
    FROM pg_constraint c JOIN written w ON w.id = c.conrelid
    WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM proven p JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
        WHERE p.child = w.name AND a.attname = p.key AND c.confrelid = to_regclass(p.parent)::oid)
    UNION ALL
    SELECT 'trigger ' || t.tgname || ' of ' || w.name
    FROM pg_trigger t JOIN written w ON w.id = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'R')
    UNION ALL
    SELECT 'rule ' || r.rulename || ' of ' || w.name
    FROM pg_rewrite r JOIN written w ON w.id = r.ev_class WHERE r.ev_type <> '1'
    LIMIT 1)"};

} // namespace

status skip_reference_triggers(pg::connection& database) {
    auto obstacle = database.query(find_obstacle);
    if (!obstacle)
        return std::move(obstacle).error();
    if (!obstacle->empty())
        return failure{errc::state_conflict, (*obstacle)[0].at<std::string>(0) + " is not ours to skip"};
    return database.execute("SET session_replication_role = 'replica'");
}

} // namespace atelier
