#include "http/sandbox/calls.hpp"
#include "http/sandbox/json_writer.hpp"
#include "http/sandbox/models.hpp"
#include "http/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace atelier::http::sandbox {
namespace {

using namespace atelier::sandbox;

constexpr std::int64_t page_size = 100;
constexpr std::chrono::days longest_range{366};

/// Success says that the call worked; nothing but that.
std::string worked(const outcome<transaction>& result) {
    return result ? accepted() : refused(result.error().detail);
}

std::string show(const transaction* found, const call_context& c) {
    return found == nullptr ? refused("Not found") : payment_reply(*found, c.public_id);
}

std::string get_payment(const call_context& c) {
    const auto id = c.given.required("TransactionId", c.given.integer("TransactionId"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return show(c.terminal.find(id), c);
}

std::string find_payment(const call_context& c) {
    const auto invoice = c.given.required("InvoiceId", c.given.optional_text("InvoiceId"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return show(c.terminal.find_latest(invoice, true), c);
}

std::string find_operation(const call_context& c) {
    const auto invoice = c.given.required("InvoiceId", c.given.optional_text("InvoiceId"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return show(c.terminal.find_latest(invoice, false), c);
}

std::string confirm_payment(const call_context& c) {
    const auto id = c.given.required("TransactionId", c.given.integer("TransactionId"));
    const auto amount = c.given.required("Amount", c.given.cents("Amount"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return worked(c.terminal.confirm(id, amount, c.now));
}

std::string cancel_payment(const call_context& c) {
    const auto id = c.given.required("TransactionId", c.given.integer("TransactionId"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return worked(c.terminal.cancel(id));
}

std::string refund_payment(const call_context& c) {
    const auto id = c.given.required("TransactionId", c.given.integer("TransactionId"));
    const auto amount = c.given.required("Amount", c.given.cents("Amount"));
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    const auto refund = c.terminal.refund(id, amount, c.given.text("JsonData"), c.now);
    if (!refund)
        return refused(refund.error().detail);
    object_writer model;
    model.integer("TransactionId", refund->id);
    return accepted(std::move(model).finish());
}

/// How far a zone is ahead of UTC; those that the sandbox knows.
std::chrono::hours zone_offset(const parameters& given) {
    const auto zone = to_lower(given.text("TimeZone"));
    if (zone.empty() || zone == "utc" || zone == "gmt")
        return std::chrono::hours{0};
    if (zone != "msk")
        given.complain("TimeZone", " must be UTC, GMT or MSK");
    return std::chrono::hours{3};
}

std::string list_models(const std::vector<const transaction*>& found, std::int64_t page,
                        const call_context& c) {
    std::vector<std::string> models;
    const auto first = std::min(static_cast<std::size_t>((page - 1) * page_size), found.size());
    const auto end = std::min(first + page_size, found.size());
    for (auto i = first; i < end; ++i)
        models.push_back(transaction_model(*found[i], c.public_id));
    return accepted(json_list(models));
}

std::string list_day(const call_context& c) {
    const auto date = c.given.required("Date", c.given.date("Date"));
    const auto ahead = zone_offset(c.given);
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    const instant first = std::chrono::floor<std::chrono::days>(date) - ahead;
    const auto found = c.terminal.list(first, first + std::chrono::days{1});
    std::vector<std::string> models;
    models.reserve(found.size());
    for (const auto* each : found)
        models.push_back(transaction_model(*each, c.public_id));
    return accepted(json_list(models));
}

struct date_range {
    instant first;
    instant end;
    std::int64_t page;
};

/// CreatedDateGte, CreatedDateLte and PageNumber; both ends belong to the range.
date_range read_range(const call_context& c) {
    const auto ahead = zone_offset(c.given);
    date_range range{c.given.required("CreatedDateGte", c.given.date("CreatedDateGte")) - ahead,
                     c.given.required("CreatedDateLte", c.given.date("CreatedDateLte")) - ahead +
                         std::chrono::seconds{1},
                     c.given.integer("PageNumber").value_or(1)};
    if (range.page < 1 || range.page > 1'000'000)
        c.given.complain("PageNumber", " must be 1 or more");
    if (range.end - range.first > longest_range)
        c.given.complain("CreatedDateLte", " must not be more than a year after CreatedDateGte");
    return range;
}

std::set<transaction_status> read_statuses(const parameters& given) {
    using enum transaction_status;
    constexpr std::array all{awaiting_authentication, authorized, completed, cancelled, declined};
    std::set<transaction_status> wanted;
    for (const auto& name : given.list("Statuses")) {
        const auto* const found = std::ranges::find_if(
            all, [&](auto status) { return equal_ignoring_case(to_string(status), name); });
        if (found == all.end())
            given.complain("Statuses", " must be names of statuses, as Completed");
        else
            wanted.insert(*found);
    }
    return wanted;
}

std::string list_range(const call_context& c) {
    const auto range = read_range(c);
    const auto statuses = read_statuses(c.given);
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    return list_models(c.terminal.list(range.first, range.end, statuses), range.page, c);
}

std::string list_chargebacks(const call_context& c) {
    const auto range = read_range(c);
    if (!c.given.problem().empty())
        return refused(c.given.problem());
    const auto found = c.terminal.list_chargebacks(range.first, range.end);
    std::vector<std::string> models;
    const auto first = static_cast<std::size_t>((range.page - 1) * page_size);
    for (auto i = first; i < std::min<std::size_t>(first + page_size, found.size()); ++i)
        models.push_back(chargeback_model(found[i]));
    return accepted(json_list(models));
}

constexpr std::array calls{
    call{"/payments/get", get_payment},          call{"/payments/find", find_payment},
    call{"/v2/payments/find", find_operation},   call{"/payments/list", list_day},
    call{"/v2/payments/list", list_range},       call{"/payments/refund", refund_payment},
    call{"/payments/confirm", confirm_payment},  call{"/payments/void", cancel_payment},
    call{"/chargebacks/list", list_chargebacks},
};

} // namespace

std::span<const call> payment_calls() {
    return calls;
}

token_order read_token_order(const parameters& given, bool two_stage) {
    token_order charge;
    charge.token = given.required("Token", given.optional_text("Token"));
    charge.what.amount_cents = given.required("Amount", given.cents("Amount"));
    charge.what.account_id = given.required("AccountId", given.optional_text("AccountId"));
    charge.what.currency = given.optional_text("Currency").value_or("RUB");
    charge.what.invoice_id = given.text("InvoiceId");
    charge.what.description = given.text("Description");
    charge.what.email = given.text("Email");
    charge.what.data = given.text("JsonData");
    charge.what.two_stage = two_stage;
    const auto initiator = given.required("TrInitiatorCode", given.integer("TrInitiatorCode"));
    if (initiator != 0 && initiator != 1)
        given.complain("TrInitiatorCode", " must be 0 or 1");
    if (charge.what.amount_cents < 1)
        given.complain("Amount", " must be 0.01 or more");
    return charge;
}

std::string payment_reply(const outcome<transaction>& ended, std::string_view public_id) {
    if (!ended)
        return refused(ended.error().detail);
    const auto model = transaction_model(*ended, public_id);
    return ended->status == transaction_status::declined ? refused("", model) : accepted(model);
}

} // namespace atelier::http::sandbox
