#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <string_view>
#include <vector>

/// What can be bought and chosen: few rows that rarely change. Lists are complete and in the order of ids;
/// `get_…` of an unknown id is `not_found`.
namespace atelier::queries {

/// Only those on offer.
[[nodiscard]] outcome<std::vector<style_record>> list_styles(pg::connection& database);
/// Also one that is retired.
[[nodiscard]] outcome<style_record> get_style(pg::connection& database, style_id style);

/// Only those on sale (active).
[[nodiscard]] outcome<std::vector<token_package_record>> list_token_packages(pg::connection& database);
/// Also those that are no longer on sale.
[[nodiscard]] outcome<token_package_record> get_token_package(pg::connection& database,
                                                              token_package_id package);
/// The inactive package that lots which were not bought point to: `origin` is "grant" or "subscription".
[[nodiscard]] outcome<token_package_record> get_origin_package(pg::connection& database,
                                                               std::string_view origin);

/// Only those on sale (active).
[[nodiscard]] outcome<std::vector<subscription_plan_record>>
list_subscription_plans(pg::connection& database);

} // namespace atelier::queries
