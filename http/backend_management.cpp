#include "http/backend_management.hpp"

#include "http/backend_parts.hpp"
#include "persistence/queries/management_catalogue.hpp"

#include <utility>

namespace atelier::http {

/// Changes the catalogue, and fetches it, so that whoever asks next sees the change. If it cannot be fetched,
/// the copy in memory is replaced within seconds.
template <class Record, class Query>
reply<Record> backend_management::edit_catalogue(Query query) {
    auto edited = co_await read<Record>(back_.reads, std::move(query));
    if (!edited)
        co_return edited;
    std::function<void(catalog::callback)> fetch = [this](catalog::callback then) {
        back_.goods.fetch(std::move(then));
    };
    (void)co_await wait_for<catalog::snapshot>(std::move(fetch));
    co_return edited;
}

reply<std::vector<managed_style>> backend_management::styles() {
    co_return co_await read<std::vector<managed_style>>(back_.reads, queries::list_managed_styles);
}

reply<managed_style> backend_management::add(style_edit edit) {
    auto query = [edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::add_style(database, edit, now);
    };
    co_return co_await edit_catalogue<managed_style>(std::move(query));
}

reply<managed_style> backend_management::change(style_id style, style_edit edit) {
    auto query = [style, edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::change_style(database, style, edit, now);
    };
    co_return co_await edit_catalogue<managed_style>(std::move(query));
}

reply<std::vector<token_package_record>> backend_management::token_packages() {
    co_return co_await read<std::vector<token_package_record>>(back_.reads, queries::list_managed_packages);
}

reply<token_package_record> backend_management::add(token_package_edit edit) {
    auto query = [edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::add_package(database, edit, now);
    };
    co_return co_await edit_catalogue<token_package_record>(std::move(query));
}

reply<token_package_record> backend_management::change(token_package_id package, token_package_edit edit) {
    auto query = [package, edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::change_package(database, package, edit, now);
    };
    co_return co_await edit_catalogue<token_package_record>(std::move(query));
}

reply<std::vector<subscription_plan_record>> backend_management::subscription_plans() {
    co_return co_await read<std::vector<subscription_plan_record>>(back_.reads, queries::list_managed_plans);
}

reply<subscription_plan_record> backend_management::add(subscription_plan_edit edit) {
    edit.currency = back_.options.config.payments.currency;
    auto query = [edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::add_plan(database, edit, now);
    };
    co_return co_await edit_catalogue<subscription_plan_record>(std::move(query));
}

reply<subscription_plan_record> backend_management::change(plan_id plan, subscription_plan_edit edit) {
    auto query = [plan, edit = std::move(edit), now = back_.time.now()](pg::connection& database) {
        return queries::change_plan(database, plan, edit, now);
    };
    co_return co_await edit_catalogue<subscription_plan_record>(std::move(query));
}

} // namespace atelier::http
