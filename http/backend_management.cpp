#include "http/backend_management.hpp"

#include "http/backend_parts.hpp"
#include "persistence/queries/management_catalogue.hpp"

#include <utility>

namespace atelier::http {
namespace {

/// A job of the pool that asks `query` with what it is given.
template <class Query, class... Given>
auto asking(Query query, Given... given) {
    return
        [query, ... given = std::move(given)](pg::connection& database) { return query(database, given...); };
}

} // namespace

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
    return read<std::vector<managed_style>>(back_.reads, queries::list_managed_styles);
}

reply<managed_style> backend_management::add(style_edit edit) {
    return edit_catalogue<managed_style>(asking(queries::add_style, std::move(edit), back_.time.now()));
}

reply<managed_style> backend_management::change(style_id style, style_edit edit) {
    return edit_catalogue<managed_style>(
        asking(queries::change_style, style, std::move(edit), back_.time.now()));
}

reply<std::vector<token_package_record>> backend_management::token_packages() {
    return read<std::vector<token_package_record>>(back_.reads, queries::list_managed_packages);
}

reply<token_package_record> backend_management::add(token_package_edit edit) {
    return edit_catalogue<token_package_record>(
        asking(queries::add_package, std::move(edit), back_.time.now()));
}

reply<token_package_record> backend_management::change(token_package_id package, token_package_edit edit) {
    return edit_catalogue<token_package_record>(
        asking(queries::change_package, package, std::move(edit), back_.time.now()));
}

reply<std::vector<subscription_plan_record>> backend_management::subscription_plans() {
    return read<std::vector<subscription_plan_record>>(back_.reads, queries::list_managed_plans);
}

reply<subscription_plan_record> backend_management::add(subscription_plan_edit edit) {
    edit.currency = back_.options.config.payments.currency;
    return edit_catalogue<subscription_plan_record>(
        asking(queries::add_plan, std::move(edit), back_.time.now()));
}

reply<subscription_plan_record> backend_management::change(plan_id plan, subscription_plan_edit edit) {
    return edit_catalogue<subscription_plan_record>(
        asking(queries::change_plan, plan, std::move(edit), back_.time.now()));
}

} // namespace atelier::http
