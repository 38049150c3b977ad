#pragma once

#include "http/management.hpp"
#include "tests/unit/http/sample_records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atelier::test::endpoints {

using namespace atelier::http;

/// Management in memory: notes what it is asked, and answers what the test says.
class fake_management final : public management {
public:
    std::vector<std::string> calls;
    std::optional<failure> refusal; ///< what everything is answered with, if set
    std::vector<managed_style> all_styles;
    std::vector<token_package_record> all_packages;
    std::vector<subscription_plan_record> all_plans;
    style_edit last_style;
    token_package_edit last_package;
    subscription_plan_edit last_plan;

    reply<std::vector<managed_style>> styles() override { co_return note("styles", all_styles); }
    reply<managed_style> add(style_edit edit) override {
        last_style = std::move(edit);
        co_return note("add style", sample_style());
    }
    reply<managed_style> change(style_id style, style_edit edit) override {
        last_style = std::move(edit);
        co_return note("change style " + std::to_string(style.value), sample_style());
    }
    reply<std::vector<token_package_record>> token_packages() override {
        co_return note("packages", all_packages);
    }
    reply<token_package_record> add(token_package_edit edit) override {
        last_package = std::move(edit);
        co_return note("add package", sample_package());
    }
    reply<token_package_record> change(token_package_id package, token_package_edit edit) override {
        last_package = std::move(edit);
        co_return note("change package " + std::to_string(package.value), sample_package());
    }
    reply<std::vector<subscription_plan_record>> subscription_plans() override {
        co_return note("plans", all_plans);
    }
    reply<subscription_plan_record> add(subscription_plan_edit edit) override {
        last_plan = std::move(edit);
        co_return note("add plan", sample_plan());
    }
    reply<subscription_plan_record> change(plan_id plan, subscription_plan_edit edit) override {
        last_plan = std::move(edit);
        co_return note("change plan " + std::to_string(plan.value), sample_plan());
    }

    reply<page<managed_user>> users(std::string prefix, user_id, std::int32_t) override {
        page<managed_user> found;
        found.data = {sample_user()};
        co_return note("users " + prefix, std::move(found));
    }
    reply<managed_user> user(user_id user) override {
        co_return note("user " + std::to_string(user.value), sample_user());
    }
    reply<managed_user> block(user_id user, std::string reason) override {
        co_return note("block " + std::to_string(user.value) + " " + reason, sample_user());
    }
    reply<managed_user> unblock(user_id user) override {
        co_return note("unblock " + std::to_string(user.value), sample_user());
    }
    reply<page<payment_record>> payments(payment_filter filter, payment_id, std::int32_t) override {
        last_filter = std::move(filter);
        page<payment_record> found;
        found.data = {one_payment};
        found.next = 7;
        co_return note("payments", std::move(found));
    }
    reply<payment_record> payment(payment_id payment) override {
        co_return note("payment " + std::to_string(payment.value), one_payment);
    }
    reply<page<generation_record>> generations(user_id user, std::optional<generation_status> status,
                                               generation_id, std::int32_t) override {
        page<generation_record> found;
        found.data = {one_generation};
        co_return note("generations " + std::to_string(user.value) + " " +
                           std::string{status ? to_string(*status) : "any"},
                       std::move(found));
    }
    reply<generation_record> generation(generation_id generation) override {
        co_return note("generation " + std::to_string(generation.value), one_generation);
    }
    status start_audit() override {
        if (refusal)
            return *refusal;
        running = progress::reading{"", noon, 2, 9, "Lots"};
        return done{};
    }
    std::optional<progress::reading> audit_under_way() override { return running; }
    reply<std::vector<std::string>> audits() override {
        co_return note("audits", std::vector<std::string>{R"({"violations":0})"});
    }
    std::optional<progress::reading> reconciliation_under_way() override { return running; }

    payment_filter last_filter;
    payment_record one_payment{};
    generation_record one_generation{};
    std::optional<progress::reading> running;

    static managed_user sample_user() {
        managed_user user;
        user.id = user_id{42};
        user.email = "ann@example.com";
        user.balance = 7;
        user.blocked_at = noon;
        user.blocked_for = "Chargebacks";
        user.created_at = noon;
        return user;
    }
    static managed_style sample_style() {
        managed_style managed;
        managed.style = {style_id{3}, "Loft", "A {room_type}", noon};
        managed.active = true;
        return managed;
    }
    static token_package_record sample_package() {
        return {token_package_id{4}, "Start", 10, 9900, 90, false, noon};
    }
    static subscription_plan_record sample_plan() {
        return {plan_id{5}, "Monthly", 100, 49900, "RUB", "month", 1, true, noon};
    }

private:
    template <class T>
    outcome<T> note(std::string call, T result) {
        if (refusal)
            return *refusal;
        calls.push_back(std::move(call));
        return result;
    }
};

} // namespace atelier::test::endpoints
