#include "persistence/queries/operators.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr const char* select_operator = "SELECT name, digest, expires_at, created_at FROM operators ";
constexpr pg::statement insert{"operator_insert",
                               "INSERT INTO operators (name, digest, expires_at, created_at) "
                               "VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING"};
constexpr pg::statement find{"operator_find", select_operator, "WHERE digest = $1"};
constexpr pg::statement list{"operators_list", select_operator, "ORDER BY name"};
constexpr pg::statement remove{"operator_delete", "DELETE FROM operators WHERE name = $1"};

constexpr pg::statement begin{
    "operator_action_begin",
    "INSERT INTO operator_actions (who, action, detail, address, request_id, begun_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"};
constexpr pg::statement end{
    "operator_action_end",
    "UPDATE operator_actions SET outcome = $2, ended_at = $3 WHERE id = $1 AND outcome IS NULL"};
constexpr pg::statement actions{
    "operator_actions_list",
    "SELECT id, who, action, detail, address, request_id, coalesce(outcome, ''), begun_at, ended_at "
    "FROM operator_actions WHERE ($1 = '' OR who = $1) AND id < $2 ORDER BY id DESC LIMIT $3"};

operator_record to_operator(const pg::row& row) {
    operator_record o;
    row.read(o.name, o.digest, o.expires_at, o.created_at);
    return o;
}

operator_action to_action(const pg::row& row) {
    operator_action a;
    row.read(a.id, a.who, a.action, a.detail, a.address, a.request_id, a.outcome, a.begun_at, a.ended_at);
    return a;
}

status one_or(errc none, const outcome<std::size_t>& count) {
    if (!count)
        return count.error();
    return *count > 0 ? status{done{}} : status{none};
}

} // namespace

status insert_operator(pg::connection& database, const operator_record& added) {
    return one_or(errc::state_conflict,
                  as_count(database.query(
                      insert, pg::params{added.name, added.digest, added.expires_at, added.created_at})));
}

outcome<std::optional<operator_record>> find_operator(pg::connection& database, std::string_view digest) {
    return read_optional(database.query(find, pg::params{digest}), to_operator);
}

outcome<std::vector<operator_record>> list_operators(pg::connection& database) {
    return read_all(database.query(list), to_operator);
}

status delete_operator(pg::connection& database, std::string_view name) {
    return one_or(errc::not_found, as_count(database.query(remove, pg::params{name})));
}

outcome<action_id> begin_action(pg::connection& database, const operator_action& action) {
    return read_one(database.query(begin, pg::params{action.who, action.action, action.detail, action.address,
                                                     action.request_id, action.begun_at}),
                    [](const pg::row& row) { return row.at<action_id>(0); });
}

status end_action(pg::connection& database, action_id action, std::string_view outcome, instant at) {
    return one_or(errc::not_found, as_count(database.query(end, pg::params{action, outcome, at})));
}

outcome<page<operator_action>> list_actions(pg::connection& database, std::string_view who, action_id before,
                                            std::int32_t limit) {
    return read_page(database.query(actions, pg::params{who, below(before), limit + 1}), limit, to_action);
}

} // namespace atelier::queries
