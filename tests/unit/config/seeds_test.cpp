#define CAF_SUITE seeds
#include "config/prompt_template.hpp"
#include "config/seeds.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <set>

using namespace atelier;

namespace {

std::size_t sentences(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '.'));
}

bool mentions_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

} // namespace

CAF_TEST(there are enough of each with different names) {
    CAF_CHECK(style_seeds().size() >= 12);
    CAF_CHECK(token_package_seeds().size() >= 3);
    CAF_CHECK(subscription_plan_seeds().size() >= 2);
    const auto differ = [](auto seeds) {
        std::set<std::string_view> names;
        return std::ranges::all_of(seeds, [&](const auto& each) { return names.insert(each.name).second; });
    };
    CAF_CHECK(differ(style_seeds()));
    CAF_CHECK(differ(token_package_seeds()));
    CAF_CHECK(differ(subscription_plan_seeds()));
}

CAF_TEST(every style has a prompt template for its room) {
    for (const auto& style : style_seeds()) {
        CAF_MESSAGE(std::string{style.name});
        const auto parsed = parse_prompt_template(style.prompt);
        CAF_REQUIRE(std::holds_alternative<prompt_template>(parsed));
        const auto prompt = std::get<prompt_template>(parsed).render({"dining_room", style.name});
        CAF_CHECK(prompt.find("dining room") != std::string::npos);
        CAF_CHECK(prompt.find(style.name) != std::string::npos);
        CAF_CHECK(sentences(prompt) >= 2 && sentences(prompt) <= 4);
        CAF_CHECK(prompt.size() <= 1000);
    }
}

CAF_TEST(every style tells its light and a palette of at least four colours) {
    for (const auto& style : style_seeds()) {
        CAF_MESSAGE(std::string{style.name});
        CAF_CHECK(mentions_any(style.prompt, {"right", "oft", "arm", "oody", "im"}));
        const auto palette =
            style.prompt.substr(std::min(style.prompt.find("Palette: "), style.prompt.size()));
        CAF_CHECK(palette.ends_with('.'));
        CAF_CHECK(palette.find(" and ") != std::string_view::npos);
        CAF_CHECK(std::ranges::count(palette, ',') >= 2);
    }
}

CAF_TEST(packages and plans sell tokens for money) {
    for (const auto& package : token_package_seeds()) {
        CAF_CHECK(package.tokens > 0);
        CAF_CHECK(package.price_cents > 0);
        CAF_CHECK_EQUAL(package.validity_days, 90);
    }
    for (const auto& plan : subscription_plan_seeds()) {
        CAF_CHECK(plan.tokens > 0);
        CAF_CHECK(plan.price_cents > 0);
        CAF_CHECK_EQUAL(plan.currency, "RUB");
        CAF_CHECK(plan.interval == "day" || plan.interval == "week" || plan.interval == "month");
        CAF_CHECK(plan.interval_count >= 1);
    }
}

CAF_TEST(a larger package makes a token cheaper) {
    const auto packages = token_package_seeds();
    const auto dearer = [](const token_package_seed& a, const token_package_seed& b) {
        return a.price_cents * b.tokens > b.price_cents * a.tokens && a.tokens < b.tokens;
    };
    for (std::size_t i = 1; i < packages.size(); ++i) {
        CAF_CHECK(dearer(packages[i - 1], packages[i]));
    }
}
