#include "http/sandbox/calls.hpp"
#include "http/sandbox/models.hpp"

#include <array>

namespace atelier::http::sandbox {
namespace {

using namespace atelier::sandbox;

std::optional<std::int32_t> small_number(const parameters& given, std::string_view name) {
    const auto number = given.integer(name);
    if (!number)
        return std::nullopt;
    if (*number < 1 || *number > 100'000)
        given.complain(name, " must be 1 or more");
    return static_cast<std::int32_t>(*number);
}

subscription_order read_order(const parameters& given) {
    subscription_order wanted;
    wanted.token = given.text("Token");
    wanted.account_id = given.text("AccountId");
    wanted.description = given.optional_text("Description");
    wanted.email = given.optional_text("Email");
    wanted.amount_cents = given.cents("Amount");
    wanted.currency = given.optional_text("Currency");
    wanted.two_stage = given.boolean("RequireConfirmation");
    wanted.start = given.date("StartDate");
    if (const auto name = given.optional_text("Interval")) {
        wanted.unit = parse_interval(*name);
        if (!wanted.unit)
            given.complain("Interval", " must be Day, Week or Month");
    }
    wanted.period = small_number(given, "Period");
    wanted.max_periods = small_number(given, "MaxPeriods");
    wanted.receipt = given.optional_text("CustomerReceipt");
    return wanted;
}

std::string reply(const outcome<subscription>& result) {
    return result ? accepted(subscription_model(*result)) : refused(result.error().detail);
}

std::string create(const call_context& c) {
    const auto wanted = read_order(c.given);
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return reply(c.terminal.subscribe(wanted, c.now));
}

std::string get(const call_context& c) {
    const auto* found = c.terminal.find_subscription(c.given.text("Id"));
    return found == nullptr ? refused("Not found") : reply(*found);
}

std::string find(const call_context& c) {
    const auto account = c.given.required("accountId", c.given.optional_text("accountId"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    std::vector<std::string> models;
    for (const auto& each : c.terminal.subscriptions_of(account))
        models.push_back(subscription_model(each));
    return accepted(json_list(models));
}

std::string update(const call_context& c) {
    const auto wanted = read_order(c.given);
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return reply(c.terminal.change(c.given.text("Id"), wanted, c.now));
}

std::string cancel(const call_context& c) {
    const auto ended = c.terminal.unsubscribe(c.given.text("Id"));
    return ended ? accepted() : refused(ended.error().detail);
}

constexpr std::array calls{
    call{"/subscriptions/create", create}, call{"/subscriptions/get", get},
    call{"/subscriptions/find", find},     call{"/subscriptions/update", update},
    call{"/subscriptions/cancel", cancel},
};

} // namespace

std::span<const call> subscription_calls() {
    return calls;
}

} // namespace atelier::http::sandbox
