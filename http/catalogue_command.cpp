#include "http/catalogue_command.hpp"

#include "actors/domain/billing_period.hpp"
#include "config/prompt_template.hpp"
#include "http/json_command.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace atelier::http {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t prompt_bytes_max = 10'000;
constexpr tokens tokens_max = 1'000'000'000;
constexpr std::int64_t price_max = 2'000'000'000; ///< in hundredths; the column is an integer
constexpr std::int32_t validity_days_max = 36'500;
constexpr std::int32_t interval_count_max = 365;

/// The members of one command; what a new thing needs may be missing in a change.
class members {
public:
    members(json_command& body, edit_purpose purpose)
        : body_{body}, creates_{purpose == edit_purpose::create} {}

    [[nodiscard]] std::string name() { return creates_ ? body_.text("name", name_bytes_max) : std::string{}; }
    [[nodiscard]] std::optional<bool> active() {
        return creates_ ? std::nullopt : body_.optional_boolean("active");
    }
    [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t bytes_max) {
        return creates_ ? std::optional{body_.text(name, bytes_max)} : body_.optional_text(name, bytes_max);
    }
    /// From 1 to `max`, which the type has room for.
    template <class Integer>
    [[nodiscard]] std::optional<Integer> number(std::string_view name, Integer max) {
        if (creates_)
            return static_cast<Integer>(body_.integer(name, 1, max));
        const auto given = body_.optional_integer(name, 1, max);
        return given ? std::optional{static_cast<Integer>(*given)} : std::nullopt;
    }

private:
    json_command& body_;
    bool creates_;
};

} // namespace

outcome<style_edit> read_style_edit(const request& r, edit_purpose purpose) {
    auto body = json_command::read(r);
    if (!body)
        return body.error();
    members given{*body, purpose};
    style_edit edit;
    edit.name = given.name();
    edit.prompt = given.text("prompt", prompt_bytes_max);
    edit.active = given.active();
    if (edit.prompt && !edit.prompt->empty()) {
        const auto parsed = parse_prompt_template(*edit.prompt);
        if (const auto* wrong = std::get_if<located_error>(&parsed))
            body->refuse("prompt", "invalid", wrong->message);
    }
    if (const auto valid = body->finish(); !valid)
        return valid.error();
    return edit;
}

outcome<token_package_edit> read_package_edit(const request& r, edit_purpose purpose) {
    auto body = json_command::read(r);
    if (!body)
        return body.error();
    members given{*body, purpose};
    token_package_edit edit;
    edit.name = given.name();
    edit.tokens_amount = given.number("tokens_amount", tokens_max);
    edit.price_cents = given.number("price_cents", price_max);
    edit.validity_days = given.number("validity_days", validity_days_max);
    edit.active = given.active();
    if (const auto valid = body->finish(); !valid)
        return valid.error();
    return edit;
}

outcome<subscription_plan_edit> read_plan_edit(const request& r, edit_purpose purpose) {
    auto body = json_command::read(r);
    if (!body)
        return body.error();
    members given{*body, purpose};
    subscription_plan_edit edit;
    edit.name = given.name();
    edit.tokens_amount = given.number("tokens_amount", tokens_max);
    edit.price_cents = given.number("price_cents", price_max);
    edit.interval = given.text("interval", name_bytes_max);
    edit.interval_count = given.number("interval_count", interval_count_max);
    edit.active = given.active();
    if (edit.interval && !edit.interval->empty() && !parse_interval_unit(*edit.interval))
        body->refuse("interval", "invalid", "must be day, week or month");
    if (const auto valid = body->finish(); !valid)
        return valid.error();
    return edit;
}

} // namespace atelier::http
