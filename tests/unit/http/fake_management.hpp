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
