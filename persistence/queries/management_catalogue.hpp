#pragma once

#include "actors/domain/catalogue_edits.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <vector>

/// The catalogue for operators: also what is retired, in the order of ids, without the packages that stand
/// for grants and subscriptions. Errors of `add_…`: state_conflict when the name is taken; of `change_…`:
/// not_found, and state_conflict when the terms of what somebody has ordered would change.
namespace atelier::queries {

[[nodiscard]] outcome<std::vector<managed_style>> list_managed_styles(pg::connection& database);
[[nodiscard]] outcome<managed_style> add_style(pg::connection& database, const style_edit& edit, instant now);
[[nodiscard]] outcome<managed_style> change_style(pg::connection& database, style_id style,
                                                  const style_edit& edit, instant now);

[[nodiscard]] outcome<std::vector<token_package_record>> list_managed_packages(pg::connection& database);
[[nodiscard]] outcome<token_package_record> add_package(pg::connection& database,
                                                        const token_package_edit& edit, instant now);
[[nodiscard]] outcome<token_package_record> change_package(pg::connection& database, token_package_id package,
                                                           const token_package_edit& edit, instant now);

[[nodiscard]] outcome<std::vector<subscription_plan_record>> list_managed_plans(pg::connection& database);
[[nodiscard]] outcome<subscription_plan_record> add_plan(pg::connection& database,
                                                         const subscription_plan_edit& edit, instant now);
[[nodiscard]] outcome<subscription_plan_record> change_plan(pg::connection& database, plan_id plan,
                                                            const subscription_plan_edit& edit, instant now);

} // namespace atelier::queries
