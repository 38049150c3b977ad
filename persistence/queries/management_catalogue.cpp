#include "persistence/queries/management_catalogue.hpp"

#include "persistence/queries/catalogue_rows.hpp"
#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement all_styles{"managed_styles", R"(
    SELECT id, name, prompt, created_at, NOT EXISTS (SELECT FROM retired_styles r WHERE r.style_id = s.id)
    FROM styles s ORDER BY id)"};
constexpr pg::statement insert_style{"managed_style_add", R"(
    INSERT INTO styles (name, prompt, created_at, updated_at)
    SELECT $1, $2, $3, $3 WHERE NOT EXISTS (SELECT FROM styles WHERE name = $1)
    RETURNING id, name, prompt, created_at, true)"};
constexpr pg::statement update_style{"managed_style_change", R"(
    WITH retired AS (INSERT INTO retired_styles (style_id, retired_at)
            SELECT id, $4 FROM styles WHERE id = $1 AND NOT $3 ON CONFLICT DO NOTHING),
        offered AS (DELETE FROM retired_styles WHERE style_id = $1 AND $3)
    UPDATE styles SET prompt = coalesce($2, prompt), updated_at = $4 WHERE id = $1
    RETURNING id, name, prompt, created_at,
        coalesce($3, NOT EXISTS (SELECT FROM retired_styles r WHERE r.style_id = styles.id)))"};

constexpr pg::statement all_packages{"managed_packages", R"(
    SELECT id, name, tokens_amount, price_cents, validity_days, active, created_at FROM token_packages
    WHERE name NOT IN ('grant', 'subscription') ORDER BY id)"};
constexpr pg::statement insert_package{"managed_package_add", R"(
    INSERT INTO token_packages (name, tokens_amount, price_cents, validity_days, active, created_at, updated_at)
    SELECT $1, $2, $3, $4, true, $5, $5 WHERE NOT EXISTS (SELECT FROM token_packages WHERE name = $1)
    RETURNING id, name, tokens_amount, price_cents, validity_days, active, created_at)"};
/// An open order of a package is worth what the package says.
constexpr pg::statement update_package{"managed_package_change", R"(
    UPDATE token_packages SET tokens_amount = coalesce($2, tokens_amount), price_cents = coalesce($3, price_cents),
        validity_days = coalesce($4, validity_days), active = coalesce($5, active), updated_at = $6
    WHERE id = $1 AND name NOT IN ('grant', 'subscription')
        AND ((coalesce($2, tokens_amount), coalesce($3, price_cents), coalesce($4, validity_days))
                = (tokens_amount, price_cents, validity_days)
            OR NOT EXISTS (SELECT FROM payments WHERE token_package_id = $1))
    RETURNING id, name, tokens_amount, price_cents, validity_days, active, created_at)"};
constexpr pg::statement package_exists{
    "managed_package_exists",
    "SELECT FROM token_packages WHERE id = $1 AND name NOT IN ('grant', 'subscription')"};

constexpr pg::statement all_plans{"managed_plans", R"(
    SELECT id, name, tokens_amount, price_cents, currency, "interval", interval_count, active, created_at
    FROM subscription_plans ORDER BY id)"};
constexpr pg::statement insert_plan{"managed_plan_add", R"(
    INSERT INTO subscription_plans
        (name, tokens_amount, price_cents, currency, "interval", interval_count, active, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $6, true, $7, $7
    WHERE NOT EXISTS (SELECT FROM subscription_plans WHERE name = $1)
    RETURNING id, name, tokens_amount, price_cents, currency, "interval", interval_count, active, created_at)"};
/// A subscription that another program has made is renewed by what the plan says.
constexpr pg::statement update_plan{"managed_plan_change", R"(
    UPDATE subscription_plans SET tokens_amount = coalesce($2, tokens_amount),
        price_cents = coalesce($3, price_cents), "interval" = coalesce($4, "interval"),
        interval_count = coalesce($5, interval_count), active = coalesce($6, active), updated_at = $7
    WHERE id = $1
        AND ((coalesce($2, tokens_amount), coalesce($3, price_cents), coalesce($4, "interval"),
                coalesce($5, interval_count)) = (tokens_amount, price_cents, "interval", interval_count)
            OR NOT (EXISTS (SELECT FROM subscriptions WHERE $1 IN (plan_id, scheduled_plan_id))
                OR EXISTS (SELECT FROM subscription_orders WHERE plan_id = $1)))
    RETURNING id, name, tokens_amount, price_cents, currency, "interval", interval_count, active, created_at)"};
constexpr pg::statement plan_exists{"managed_plan_exists", "SELECT FROM subscription_plans WHERE id = $1"};

managed_style to_style(const pg::row& row) {
    managed_style m;
    row.read(m.style.id, m.style.name, m.style.prompt, m.style.created_at, m.active);
    return m;
}

/// The new row; none was made when its name is taken.
template <class Read>
outcome<record_of<Read>> added(outcome<pg::rows> made, Read read) {
    auto record = read_one(std::move(made), read);
    if (!record && record.error().code == errc::not_found)
        return failure{errc::state_conflict, "That name is taken."};
    return record;
}

/// The changed row; when there is none, `exists` tells why.
template <class Read>
outcome<record_of<Read>> changed(pg::connection& database, outcome<pg::rows> made, Read read,
                                 const pg::statement& exists, std::int64_t id) {
    auto record = read_one(std::move(made), read);
    if (record || record.error().code != errc::not_found)
        return record;
    const auto there = database.query(exists, pg::params{id});
    if (!there)
        return there.error();
    if (there->empty())
        return errc::not_found;
    return failure{errc::state_conflict,
                   "Somebody has ordered it, so its terms stay: retire it, and make another."};
}

} // namespace

outcome<std::vector<managed_style>> list_managed_styles(pg::connection& database) {
    return read_all(database.query(all_styles), to_style);
}

outcome<managed_style> add_style(pg::connection& database, const style_edit& edit, instant now) {
    return added(database.query(insert_style, pg::params{edit.name, edit.prompt, now}), to_style);
}

outcome<managed_style> change_style(pg::connection& database, style_id style, const style_edit& edit,
                                    instant now) {
    return read_one(database.query(update_style, pg::params{style, edit.prompt, edit.active, now}), to_style);
}

outcome<std::vector<token_package_record>> list_managed_packages(pg::connection& database) {
    return read_all(database.query(all_packages), to_package);
}

outcome<token_package_record> add_package(pg::connection& database, const token_package_edit& edit,
                                          instant now) {
    const pg::params values{edit.name, edit.tokens_amount, edit.price_cents, edit.validity_days, now};
    return added(database.query(insert_package, values), to_package);
}

outcome<token_package_record> change_package(pg::connection& database, token_package_id package,
                                             const token_package_edit& edit, instant now) {
    const pg::params values{package, edit.tokens_amount, edit.price_cents, edit.validity_days, edit.active,
                            now};
    return changed(database, database.query(update_package, values), to_package, package_exists,
                   package.value);
}

outcome<std::vector<subscription_plan_record>> list_managed_plans(pg::connection& database) {
    return read_all(database.query(all_plans), to_plan);
}

outcome<subscription_plan_record> add_plan(pg::connection& database, const subscription_plan_edit& edit,
                                           instant now) {
    const pg::params values{
        edit.name, edit.tokens_amount, edit.price_cents, edit.currency, edit.interval, edit.interval_count,
        now};
    return added(database.query(insert_plan, values), to_plan);
}

outcome<subscription_plan_record> change_plan(pg::connection& database, plan_id plan,
                                              const subscription_plan_edit& edit, instant now) {
    const pg::params values{
        plan, edit.tokens_amount, edit.price_cents, edit.interval, edit.interval_count, edit.active, now};
    return changed(database, database.query(update_plan, values), to_plan, plan_exists, plan.value);
}

} // namespace atelier::queries
