#define CAF_SUITE management_catalogue

#include "persistence/queries/catalog.hpp"
#include "persistence/queries/management_catalogue.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

template <class T>
errc code(const outcome<T>& result) {
    return result.error().code;
}

style_edit loft() {
    style_edit edit;
    edit.name = "Loft";
    edit.prompt = "a";
    return edit;
}

token_package_edit big() {
    token_package_edit edit;
    edit.name = "Big";
    edit.tokens_amount = 500;
    edit.price_cents = 100'000;
    edit.validity_days = 30;
    return edit;
}

subscription_plan_edit weekly() {
    subscription_plan_edit edit;
    edit.name = "Weekly";
    edit.tokens_amount = 5;
    edit.price_cents = 1'000;
    edit.currency = "RUB";
    edit.interval = "week";
    edit.interval_count = 1;
    return edit;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(management_catalogue_tests, books)

CAF_TEST(a retired style is offered no more and comes back) {
    auto& db = database();
    const auto made = must(queries::add_style(db, loft(), noon));
    const auto id = made.style.id;
    CAF_CHECK(made.active && made.style.name == "Loft" && made.style.prompt == "a");
    CAF_CHECK(code(queries::add_style(db, loft(), noon)) == errc::state_conflict);
    CAF_CHECK_EQUAL(must(queries::list_styles(db)).size(), 1u);
    style_edit edit;
    edit.active = false;
    CAF_CHECK(!must(queries::change_style(db, id, edit, noon)).active);
    CAF_CHECK(!must(queries::change_style(db, id, edit, noon)).active);
    CAF_CHECK(must(queries::list_styles(db)).empty());
    CAF_CHECK_EQUAL(must(queries::get_style(db, id)).name, "Loft");
    CAF_CHECK(!must(queries::list_managed_styles(db)).front().active);
    edit.active.reset();
    edit.prompt = "b";
    const auto changed = must(queries::change_style(db, id, edit, noon));
    CAF_CHECK(!changed.active && changed.style.prompt == "b");
    edit.active = true;
    CAF_CHECK(must(queries::change_style(db, id, edit, noon)).active);
    CAF_CHECK_EQUAL(must(queries::list_styles(db)).front().prompt, "b");
    CAF_CHECK(code(queries::change_style(db, style_id{99}, edit, noon)) == errc::not_found);
}

CAF_TEST(the terms of a package that was ordered stay) {
    auto& db = database();
    const auto id = must(queries::add_package(db, big(), noon)).id;
    CAF_CHECK(code(queries::add_package(db, big(), noon)) == errc::state_conflict);
    CAF_CHECK_EQUAL(must(queries::list_managed_packages(db)).size(),
                    1u); // not those of grants, subscriptions
    token_package_edit edit;
    edit.price_cents = 5;
    CAF_CHECK_EQUAL(must(queries::change_package(db, id, edit, noon)).price_cents, 5);
    const auto user = add_user();
    execute("INSERT INTO payments (user_id, token_package_id, amount_cents, currency, status, "
            "cloudpayments_invoice_id, created_at, updated_at) VALUES (" +
            std::to_string(user.value) + ", " + std::to_string(id.value) +
            ", 5, 'RUB', 'pending', 'i', now(), now())");
    CAF_CHECK_EQUAL(must(queries::change_package(db, id, edit, noon)).price_cents, 5); // the same
    edit.price_cents = 6;
    CAF_CHECK(code(queries::change_package(db, id, edit, noon)) == errc::state_conflict);
    token_package_edit retire;
    retire.active = false;
    CAF_CHECK(!must(queries::change_package(db, id, retire, noon)).active);
    CAF_CHECK(must(queries::list_token_packages(db)).empty());
    CAF_CHECK_EQUAL(must(queries::list_managed_packages(db)).size(), 1u);
    const auto grants = must(queries::get_origin_package(db, "grant")).id;
    CAF_CHECK(code(queries::change_package(db, grants, retire, noon)) == errc::not_found);
}

CAF_TEST(the terms of a plan that somebody has stay) {
    auto& db = database();
    const auto id = must(queries::add_plan(db, weekly(), noon)).id;
    CAF_CHECK(code(queries::add_plan(db, weekly(), noon)) == errc::state_conflict);
    subscription_plan_edit edit;
    edit.interval = "month";
    CAF_CHECK_EQUAL(must(queries::change_plan(db, id, edit, noon)).interval, "month");
    const auto user = add_user();
    execute("INSERT INTO subscriptions (user_id, plan_id, status, created_at, updated_at) VALUES (" +
            std::to_string(user.value) + ", " + std::to_string(id.value) + ", 'active', now(), now())");
    edit.tokens_amount = 6;
    CAF_CHECK(code(queries::change_plan(db, id, edit, noon)) == errc::state_conflict);
    subscription_plan_edit retire;
    retire.active = false;
    CAF_CHECK(!must(queries::change_plan(db, id, retire, noon)).active);
    CAF_CHECK(must(queries::list_subscription_plans(db)).empty());
    CAF_CHECK_EQUAL(must(queries::list_managed_plans(db)).size(), 1u);
    CAF_CHECK(code(queries::change_plan(db, plan_id{99}, retire, noon)) == errc::not_found);
}

CAF_TEST_FIXTURE_SCOPE_END()
