#include "http/sandbox/models.hpp"

#include "http/sandbox/json_writer.hpp"

#include <algorithm>
#include <array>

namespace atelier::http::sandbox {
namespace {

using namespace atelier::sandbox;

struct code_row {
    std::string_view name;
    std::int64_t code;
};

/// Documented are 0 for RUB and the cards' numbers; what is not known is -1.
constexpr std::array currencies{code_row{"RUB", 0}, code_row{"USD", 1}, code_row{"EUR", 2},
                                code_row{"GBP", 3}};
constexpr std::array card_types{code_row{"Visa", 0}, code_row{"Mastercard", 1}, code_row{"Maestro", 2},
                                code_row{"MIR", 3}};

template <std::size_t Size>
std::int64_t code_in(const std::array<code_row, Size>& rows, std::string_view name) {
    const auto* const found = std::ranges::find(rows, name, &code_row::name);
    return found == rows.end() ? -1 : found->code;
}

void add_date(object_writer& out, const std::string& name, const std::optional<instant>& at) {
    const auto iso = name + "Iso";
    if (!at) {
        out.null(name).null(iso);
        return;
    }
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(at->time_since_epoch()).count();
    out.text(name, "/Date(" + std::to_string(ms) + ")/").text(iso, iso_date_time(*at));
}

void add_place(object_writer& out) {
    out.text("IpAddress", "127.0.0.1");
    for (const auto* name : {"IpCountry", "IpCity", "IpRegion", "IpDistrict", "IpLatitude", "IpLongitude"})
        out.null(name);
}

void add_card(object_writer& out, const card& c) {
    out.text("CardFirstSix", c.first_six).text("CardLastFour", c.last_four).text("CardExpDate", c.expires);
    out.text("CardType", c.type).integer("CardTypeCode", code_in(card_types, c.type));
    for (const auto* name :
         {"CardProduct", "CardCategory", "EscrowAccumulationId", "IssuerBankCountry", "Issuer"})
        out.null(name);
}

void add_money(object_writer& out, const transaction& t) {
    const auto currency = code_in(currencies, t.what.currency);
    out.cents("Amount", t.what.amount_cents).text("Currency", t.what.currency);
    out.integer("CurrencyCode", currency).cents("PaymentAmount", t.what.amount_cents);
    out.text("PaymentCurrency", t.what.currency).integer("PaymentCurrencyCode", currency);
}

void add_result(object_writer& out, const transaction& t) {
    const bool refund = t.type == transaction_type::refund;
    const bool all_back = t.refunded_cents > 0 && t.refunded_cents == t.what.amount_cents;
    out.text("Status", to_string(t.status)).integer("StatusCode", static_cast<std::int64_t>(t.status));
    out.text("CultureName", "ru-RU").text("Reason", to_string(t.why));
    out.text("CardHolderMessage", cardholder_message(t.why));
    out.integer("Type", static_cast<std::int64_t>(t.type))
        .text("OperationType", refund ? "Refund" : "Payment");
    out.boolean("Refunded", all_back);
}

} // namespace

std::string transaction_model(const transaction& t, std::string_view public_id) {
    object_writer out;
    out.integer("ReasonCode", code(t.why)).text("PublicId", public_id).null("TerminalUrl");
    out.integer("TransactionId", t.id);
    add_money(out, t);
    out.text("InvoiceId", t.what.invoice_id).text("AccountId", t.what.account_id);
    out.text("Email", t.what.email).text("Description", t.what.description).text("JsonData", t.what.data);
    add_date(out, "CreatedDate", t.created);
    add_date(out, "PayoutDate", std::nullopt);
    out.null("PayoutAmount");
    add_date(out, "AuthDate", t.authorized);
    add_date(out, "ConfirmDate", t.confirmed);
    out.text("AuthCode", t.auth_code).boolean("TestMode", true).text("Rrn", t.rrn);
    if (t.original_id == 0)
        out.null("OriginalTransactionId");
    else
        out.integer("OriginalTransactionId", t.original_id);
    out.null("FallBackScenarioDeclinedTransactionId");
    add_place(out);
    add_card(out, t.paid_with);
    add_result(out, t);
    out.text("Name", t.what.name).text("Token", t.token).text("SubscriptionId", t.subscription_id);
    out.text("GatewayName", "Test").boolean("AndroidPay", false).text("WalletType", "").cents("TotalFee", 0);
    for (const auto* name : {"VatAboveTotalFee", "ProcessorAndPartnerFee", "VatWithinProcessorFee"})
        out.null(name);
    return std::move(out).finish();
}

std::string subscription_model(const subscription& s) {
    object_writer out;
    out.text("Id", s.id).text("AccountId", s.account_id).text("Description", s.description);
    out.text("Email", s.email).cents("Amount", s.amount_cents);
    out.integer("CurrencyCode", code_in(currencies, s.currency)).text("Currency", s.currency);
    out.boolean("RequireConfirmation", s.two_stage);
    add_date(out, "StartDate", s.start);
    out.integer("IntervalCode", static_cast<std::int64_t>(s.unit)).text("Interval", to_string(s.unit));
    out.integer("Period", s.period);
    if (s.max_periods)
        out.integer("MaxPeriods", *s.max_periods);
    else
        out.null("MaxPeriods");
    out.text("CultureName", "ru-RU").integer("StatusCode", static_cast<std::int64_t>(s.status));
    out.text("Status", to_string(s.status)).integer("SuccessfulTransactionsNumber", s.succeeded);
    out.integer("FailedTransactionsNumber", s.failed);
    add_date(out, "LastTransactionDate", s.last);
    add_date(out, "NextTransactionDate", s.next);
    out.text("Receipt", s.receipt).null("FailoverSchemeId");
    return std::move(out).finish();
}

std::string chargeback_model(const chargeback& c) {
    object_writer out;
    out.integer("ChargeBackId", c.id).integer("TransactionId", c.transaction_id);
    out.text("Operation", "Presentment").text("Type", "Chargeback");
    add_date(out, "Date", c.created);
    out.cents("Amount", c.amount_cents).text("Currency", c.currency);
    return std::move(out).finish();
}

std::string accepted(std::string_view model) {
    object_writer out;
    out.raw("Model", model).boolean("Success", true).null("Message");
    return std::move(out).finish();
}

std::string refused(std::string_view message, std::string_view model) {
    object_writer out;
    out.raw("Model", model).boolean("Success", false).text("Message", message);
    return std::move(out).finish();
}

std::string json_list(const std::vector<std::string>& items) {
    std::string list = "[";
    for (const auto& item : items)
        list.append(list.size() > 1 ? "," : "").append(item);
    return list + ']';
}

} // namespace atelier::http::sandbox
