#include "persistence/queries/catalog.hpp"

#include "persistence/queries/catalogue_rows.hpp"
#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr const char* select_style = "SELECT id, name, prompt, created_at FROM styles ";
constexpr pg::statement styles_offered{
    "styles", select_style,
    "s WHERE NOT EXISTS (SELECT FROM retired_styles r WHERE r.style_id = s.id) ORDER BY id"};
constexpr pg::statement one_style{"style", select_style, "WHERE id = $1"};

constexpr const char* select_package =
    "SELECT id, name, tokens_amount, price_cents, validity_days, active, created_at FROM token_packages ";
constexpr pg::statement packages_on_sale{"packages", select_package, "WHERE active ORDER BY id"};
constexpr pg::statement one_package{"package", select_package, "WHERE id = $1"};
constexpr pg::statement package_of_origin{"package_of_origin", select_package,
                                          "WHERE name = $1 AND NOT active ORDER BY id LIMIT 1"};

constexpr pg::statement plans_on_sale{
    "plans",
    "SELECT id, name, tokens_amount, price_cents, currency, \"interval\", interval_count, active, created_at "
    "FROM subscription_plans WHERE active ORDER BY id"};

style_record to_style(const pg::row& row) {
    style_record s;
    row.read(s.id, s.name, s.prompt, s.created_at);
    return s;
}

} // namespace

outcome<std::vector<style_record>> list_styles(pg::connection& database) {
    return read_all(database.query(styles_offered), to_style);
}

outcome<style_record> get_style(pg::connection& database, style_id style) {
    return read_one(database.query(one_style, pg::params{style}), to_style);
}

outcome<std::vector<token_package_record>> list_token_packages(pg::connection& database) {
    return read_all(database.query(packages_on_sale), to_package);
}

outcome<token_package_record> get_token_package(pg::connection& database, token_package_id package) {
    return read_one(database.query(one_package, pg::params{package}), to_package);
}

outcome<token_package_record> get_origin_package(pg::connection& database, std::string_view origin) {
    return read_one(database.query(package_of_origin, pg::params{origin}), to_package);
}

outcome<std::vector<subscription_plan_record>> list_subscription_plans(pg::connection& database) {
    return read_all(database.query(plans_on_sale), to_plan);
}

} // namespace atelier::queries
