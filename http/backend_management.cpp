#include "http/backend_management.hpp"

#include "http/backend_parts.hpp"
#include "persistence/queries/back_office.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/management_catalogue.hpp"
#include "persistence/queries/management_users.hpp"
#include "persistence/queries/payments.hpp"

#include <utility>

namespace atelier::http {
namespace {

constexpr std::int32_t reports_shown = 100;

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

reply<page<managed_user>> backend_management::users(std::string prefix, user_id before, std::int32_t limit) {
    return read<page<managed_user>>(
        back_.reads, asking(queries::find_users, std::move(prefix), before, limit, back_.time.now()));
}

reply<managed_user> backend_management::user(user_id user) {
    return read<managed_user>(back_.reads, asking(queries::get_managed_user, user, back_.time.now()));
}

reply<managed_user> backend_management::block(user_id user, std::string reason) {
    const auto now = back_.time.now();
    auto query = [user, reason = std::move(reason), now](pg::connection& database) -> outcome<managed_user> {
        if (const auto blocked = queries::block_user(database, user, reason, now); !blocked)
            return blocked.error();
        return queries::get_managed_user(database, user, now);
    };
    return read<managed_user>(back_.reads, std::move(query));
}

reply<managed_user> backend_management::unblock(user_id user) {
    auto query = [user, now = back_.time.now()](pg::connection& database) -> outcome<managed_user> {
        if (const auto unblocked = queries::unblock_user(database, user); !unblocked)
            return unblocked.error();
        return queries::get_managed_user(database, user, now);
    };
    return read<managed_user>(back_.reads, std::move(query));
}

reply<page<payment_record>> backend_management::payments(payment_filter filter, payment_id before,
                                                         std::int32_t limit) {
    return read<page<payment_record>>(back_.reads,
                                      asking(queries::find_payments, std::move(filter), before, limit));
}

reply<payment_record> backend_management::payment(payment_id payment) {
    return read<payment_record>(back_.reads, asking(queries::get_payment, payment));
}

reply<page<generation_record>> backend_management::generations(user_id user,
                                                               std::optional<generation_status> status,
                                                               generation_id before, std::int32_t limit) {
    auto query = [user, status, before, limit](pg::connection& database) {
        if (!user)
            return queries::find_generations(database, status, before, limit);
        generation_filter filter;
        filter.status = status;
        return queries::list_generations(database, user, before, limit, filter);
    };
    return read<page<generation_record>>(back_.reads, std::move(query));
}

reply<generation_record> backend_management::generation(generation_id generation) {
    return read<generation_record>(back_.reads, asking(queries::get_generation, generation));
}

status backend_management::start_audit() {
    return back_.audits().start();
}

std::optional<progress::reading> backend_management::audit_under_way() {
    return back_.audits().under_way();
}

reply<std::vector<std::string>> backend_management::audits() {
    return read<std::vector<std::string>>(back_.reads, asking(queries::list_audits, reports_shown));
}

std::optional<progress::reading> backend_management::reconciliation_under_way() {
    return back_.office().reconciling();
}

} // namespace atelier::http
