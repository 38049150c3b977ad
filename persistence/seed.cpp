#include "persistence/seed.hpp"

#include "config/seeds.hpp"

#include <string_view>
#include <vector>

namespace atelier {
namespace {

/// Key of the advisory lock under which one process at a time seeds; any constant of ours.
constexpr std::int64_t seed_lock = 0x6174'656c'6965'7201;

constexpr pg::statement take_lock{"seed_lock", "SELECT pg_advisory_xact_lock($1)"};

constexpr pg::statement insert_styles{"seed_styles", R"(
    INSERT INTO styles (name, prompt, created_at, updated_at)
    SELECT name, prompt, $3, $3 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (name, prompt, number)
    WHERE NOT EXISTS (SELECT FROM styles s WHERE s.name = t.name) ORDER BY number)"};

constexpr pg::statement insert_packages{"seed_packages", R"(
    INSERT INTO token_packages (name, tokens_amount, price_cents, validity_days, active, created_at, updated_at)
    SELECT name, tokens, price, days, true, $5, $5
    FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::integer[]) WITH ORDINALITY
        AS t (name, tokens, price, days, number)
    WHERE NOT EXISTS (SELECT FROM token_packages p WHERE p.name = t.name) ORDER BY number)"};

constexpr pg::statement insert_plans{"seed_plans", R"(
    INSERT INTO subscription_plans
        (name, tokens_amount, price_cents, currency, "interval", interval_count, active, created_at, updated_at)
    SELECT name, tokens, price, currency, unit, units, true, $7, $7
    FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::integer[]) WITH ORDINALITY
        AS t (name, tokens, price, currency, unit, units, number)
    WHERE NOT EXISTS (SELECT FROM subscription_plans p WHERE p.name = t.name) ORDER BY number)"};

/// One member of every element, as a column.
template <class Seeds, class Member>
auto column(const Seeds& seeds, Member member) {
    std::vector<std::remove_cvref_t<decltype(seeds.front().*member)>> values;
    for (const auto& seed : seeds)
        values.push_back(seed.*member);
    return values;
}

outcome<std::size_t> add_styles(pg::connection& database, instant now) {
    const auto all = style_seeds();
    auto added = database.query(
        insert_styles, pg::params{column(all, &style_seed::name), column(all, &style_seed::prompt), now});
    if (!added)
        return std::move(added).error();
    return added->affected();
}

outcome<std::size_t> add_packages(pg::connection& database, instant now) {
    using seed = token_package_seed;
    const auto all = token_package_seeds();
    auto added = database.query(
        insert_packages, pg::params{column(all, &seed::name), column(all, &seed::tokens),
                                    column(all, &seed::price_cents), column(all, &seed::validity_days), now});
    if (!added)
        return std::move(added).error();
    return added->affected();
}

outcome<std::size_t> add_plans(pg::connection& database, instant now) {
    using seed = subscription_plan_seed;
    const auto all = subscription_plan_seeds();
    auto added = database.query(
        insert_plans, pg::params{column(all, &seed::name), column(all, &seed::tokens),
                                 column(all, &seed::price_cents), column(all, &seed::currency),
                                 column(all, &seed::interval), column(all, &seed::interval_count), now});
    if (!added)
        return std::move(added).error();
    return added->affected();
}

outcome<seeded> add_all(pg::connection& database, instant now) {
    if (auto locked = database.query(take_lock, pg::params{seed_lock}); !locked)
        return std::move(locked).error();
    auto styles = add_styles(database, now);
    if (!styles)
        return std::move(styles).error();
    auto packages = add_packages(database, now);
    if (!packages)
        return std::move(packages).error();
    auto plans = add_plans(database, now);
    if (!plans)
        return std::move(plans).error();
    return seeded{*styles, *packages, *plans};
}

} // namespace

outcome<seeded> seed(pg::connection& database, instant now) {
    if (auto begun = database.execute("BEGIN"); !begun)
        return std::move(begun).error();
    auto added = add_all(database, now);
    auto ended = database.execute(added ? "COMMIT" : "ROLLBACK");
    if (added && !ended)
        return std::move(ended).error();
    return added;
}

} // namespace atelier
