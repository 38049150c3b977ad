#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The tables `operators` and `operator_actions`, the audit log.
namespace atelier::queries {

/// `state_conflict` when the name is taken.
[[nodiscard]] status insert_operator(pg::connection& database, const operator_record& added);
/// Whose digest this is, also if it has expired.
[[nodiscard]] outcome<std::optional<operator_record>> find_operator(pg::connection& database,
                                                                    std::string_view digest);
/// By name.
[[nodiscard]] outcome<std::vector<operator_record>> list_operators(pg::connection& database);
/// `not_found`
[[nodiscard]] status delete_operator(pg::connection& database, std::string_view name);

/// Notes what is about to be done; `id`, `outcome` and `ended_at` do not count.
[[nodiscard]] outcome<action_id> begin_action(pg::connection& database, const operator_action& action);
/// Notes how it went. `not_found` when that is known already.
[[nodiscard]] status end_action(pg::connection& database, action_id action, std::string_view outcome,
                                instant at);
/// The audit log, newest first. `who`: only this operator's; "" = all.
[[nodiscard]] outcome<page<operator_action>> list_actions(pg::connection& database, std::string_view who,
                                                          action_id before, std::int32_t limit);

} // namespace atelier::queries
