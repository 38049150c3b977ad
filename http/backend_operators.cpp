#include "http/backend_parts.hpp"
#include "persistence/queries/operators.hpp"

#include <utility>

/// The service's part about operators and the log of what they do.
namespace atelier::http {

reply<std::string> backend_service::authenticate_operator(std::string token) {
    std::function<void(std::function<void(outcome<std::string>)>)> start =
        [this, token = std::move(token)](const std::function<void(outcome<std::string>)>& answer) {
            parts_->back.staff.authenticate(token, answer);
        };
    co_return co_await wait_for<std::string>(std::move(start));
}

reply<action_id> backend_service::begin_action(operator_action action) {
    action.begun_at = parts_->back.time.now();
    auto query = [action = std::move(action)](pg::connection& database) {
        return queries::begin_action(database, action);
    };
    co_return co_await read<action_id>(parts_->back.reads, std::move(query));
}

reply<done> backend_service::end_action(action_id action, std::string outcome) {
    auto query = [action, outcome = std::move(outcome), at = parts_->back.time.now()](
                     pg::connection& database) { return queries::end_action(database, action, outcome, at); };
    co_return co_await read<done>(parts_->back.reads, std::move(query));
}

reply<page<operator_action>> backend_service::actions(std::string who, action_id before, std::int32_t limit) {
    auto query = [who = std::move(who), before, limit](pg::connection& database) {
        return queries::list_actions(database, who, before, limit);
    };
    co_return co_await read<page<operator_action>>(parts_->back.reads, std::move(query));
}

} // namespace atelier::http
