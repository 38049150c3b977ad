#include "actors/domain/catalogue_views.hpp"
#include "http/catalogue_command.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/management.hpp"

#include <utility>

namespace atelier::http {
namespace {

template <class Record, class View>
answer list(reply<std::vector<Record>> asked, View view) {
    const auto all = co_await std::move(asked);
    if (!all)
        co_return all.error();
    co_return list_response(*all, view);
}

template <class Edit, class View>
answer add(service& backend, request& r, outcome<Edit> (*read_edit)(const request&, edit_purpose),
           View view) {
    auto edit = read_edit(r, edit_purpose::create);
    if (!edit)
        co_return edit.error();
    const auto made = co_await backend.managed().add(*std::move(edit));
    if (!made)
        co_return made.error();
    co_return json_response(201, view(*made));
}

template <class Id, class Edit, class View>
answer change(service& backend, request& r, outcome<Edit> (*read_edit)(const request&, edit_purpose),
              View view) {
    const auto id = path_id<Id>(r);
    if (!id)
        co_return id.error();
    auto edit = read_edit(r, edit_purpose::change);
    if (!edit)
        co_return edit.error();
    const auto changed = co_await backend.managed().change(*id, *std::move(edit));
    if (!changed)
        co_return changed.error();
    co_return json_response(200, view(*changed));
}

auto package_view(const service& backend) {
    return [currency = backend.currency()](const token_package_record& package) {
        return managed_package_json(package, currency);
    };
}

} // namespace

answer list_managed_styles(service& backend, request&) {
    return list(backend.managed().styles(), managed_style_json);
}

answer create_style(service& backend, request& r) {
    return add(backend, r, read_style_edit, managed_style_json);
}

answer update_style(service& backend, request& r) {
    return change<style_id>(backend, r, read_style_edit, managed_style_json);
}

answer list_managed_token_packages(service& backend, request&) {
    return list(backend.managed().token_packages(), package_view(backend));
}

answer create_token_package(service& backend, request& r) {
    return add(backend, r, read_package_edit, package_view(backend));
}

answer update_token_package(service& backend, request& r) {
    return change<token_package_id>(backend, r, read_package_edit, package_view(backend));
}

answer list_managed_subscription_plans(service& backend, request&) {
    return list(backend.managed().subscription_plans(), managed_plan_json);
}

answer create_subscription_plan(service& backend, request& r) {
    return add(backend, r, read_plan_edit, managed_plan_json);
}

answer update_subscription_plan(service& backend, request& r) {
    return change<plan_id>(backend, r, read_plan_edit, managed_plan_json);
}

} // namespace atelier::http
