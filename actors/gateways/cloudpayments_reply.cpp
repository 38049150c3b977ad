#include "actors/gateways/cloudpayments_reply.hpp"

#include "actors/gateways/cloudpayments_model.hpp"

namespace atelier {
namespace {

using std::string_view;

/// A page that is not full is the last one.
constexpr std::size_t page_size = 100;

constexpr std::array operations{
    std::pair{string_view{"0"}, gateway_operation::payment},
    std::pair{string_view{"Payment"}, gateway_operation::payment},
    std::pair{string_view{""}, gateway_operation::payment},
    std::pair{string_view{"1"}, gateway_operation::refund},
    std::pair{string_view{"Refund"}, gateway_operation::refund},
    std::pair{string_view{"2"}, gateway_operation::payout},
    std::pair{string_view{"CardPayout"}, gateway_operation::payout},
};

constexpr std::array intervals{
    std::pair{string_view{"Day"}, interval_unit::day},
    std::pair{string_view{"Week"}, interval_unit::week},
    std::pair{string_view{"Month"}, interval_unit::month},
};

/// The value of a spelling, or `other`.
template <class Value, std::size_t Count>
Value known(string_view text, const std::array<std::pair<string_view, Value>, Count>& spellings) {
    for (const auto& [spelling, value] : spellings)
        if (text == spelling)
            return value;
    return Value::other;
}

failure unusable(std::string why) {
    return {errc::gateway_unavailable, "its reply cannot be used: " + std::move(why)};
}

std::string lower(std::string text) {
    for (auto& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

bool is_json(const std::string& content_type) {
    return lower(content_type.substr(0, content_type.find_first_of("; "))) == "application/json";
}

/// Text of the gateway in one line.
std::string quotable(string_view text) {
    std::string quoted{text};
    for (auto& c : quoted)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return quoted;
}

/// "Not found", or e.g. "Transaction not found".
bool says_not_found(const std::string& message) {
    const auto text = lower(message);
    return text.ends_with("not found") || text.ends_with("not found.");
}

/// What the gateway says when it does not do what it is asked.
failure refusal(const cloudpayments_reply& reply) {
    if (says_not_found(reply.message))
        return {errc::not_found, "the gateway does not know it"};
    const cloudpayments_model model{reply.model};
    auto why = quotable(reply.message);
    if (why.empty())
        why = quotable(model.raw("CardHolderMessage"));
    if (why.empty())
        why = quotable(model.raw("Reason"));
    if (why.empty())
        why = "it gives no reason";
    for (const auto code : {string_view{reply.error_code}, model.raw("ReasonCode")})
        if (!code.empty() && code != "0")
            why += " (code " + quotable(code) + ")";
    return {errc::gateway_refused, std::move(why)};
}

outcome<gateway_transaction> to_transaction(const json_text& from) {
    cloudpayments_model model{from};
    gateway_transaction t;
    t.transaction_id = model.required("TransactionId");
    t.original_transaction_id = model.identifier("OriginalTransactionId");
    t.type = known(model.raw("Type"), operations);
    t.status = parse_transaction_status(model.raw("Status"));
    if (t.status == transaction_status::none && !model.raw("AcsUrl").empty())
        t.status = transaction_status::awaiting_authentication; // the payer has to go there first
    if (t.status != transaction_status::awaiting_authentication || !model.raw("Amount").empty())
        t.amount_cents = model.amount("Amount");
    t.currency = model.identifier("Currency");
    t.invoice_id = model.identifier("InvoiceId");
    t.account_id = model.identifier("AccountId");
    t.subscription_id = model.identifier("SubscriptionId");
    t.token = model.identifier("Token");
    t.test_mode = model.flag("TestMode");
    t.refunded = model.flag("Refunded");
    t.card_type = model.information("CardType");
    t.card_last_four = model.information("CardLastFour");
    t.reason = model.information("Reason");
    t.reason_code = parse_integer<std::int32_t>(model.raw("ReasonCode"));
    t.created_at = model.date("CreatedDate");
    return model.finish(std::move(t));
}

outcome<gateway_subscription> to_subscription(const json_text& from) {
    cloudpayments_model model{from};
    gateway_subscription s;
    s.id = model.required("Id");
    s.account_id = model.identifier("AccountId");
    s.description = model.information("Description");
    s.amount_cents = model.amount("Amount");
    s.currency = model.identifier("Currency");
    s.status = parse_gateway_standing(model.raw("Status"));
    s.interval = model.choice("Interval", intervals);
    s.period = model.count("Period");
    s.max_periods = model.optional_count("MaxPeriods");
    s.successful_transactions = model.optional_count("SuccessfulTransactionsNumber").value_or(0);
    s.failed_transactions = model.optional_count("FailedTransactionsNumber").value_or(0);
    s.starts_at = model.date("StartDate");
    s.last_transaction_at = model.date("LastTransactionDate");
    s.next_transaction_at = model.date("NextTransactionDate");
    return model.finish(std::move(s));
}

outcome<gateway_chargeback> to_chargeback(const json_text& from) {
    cloudpayments_model model{from};
    gateway_chargeback c;
    c.id = model.required("ChargeBackId");
    c.transaction_id = model.required("TransactionId");
    c.operation = model.information("Operation");
    c.type = model.information("Type");
    c.amount_cents = model.amount("Amount");
    c.currency = model.identifier("Currency");
    c.at = model.date("Date");
    return model.finish(std::move(c));
}

/// All elements of the model, or the failure of the first that cannot be read: a list with gaps would look
/// complete.
template <class T>
outcome<std::vector<T>> to_list(const cloudpayments_reply& reply, outcome<T> (*to_item)(const json_text&)) {
    if (!reply.success)
        return refusal(reply);
    if (reply.model.what != json_text::kind::array)
        return unusable("Model is no list");
    std::vector<T> items;
    items.reserve(reply.model.parts.size());
    for (const auto& part : reply.model.parts) {
        auto item = to_item(part);
        if (!item)
            return item.error();
        items.push_back(std::move(*item));
    }
    return items;
}

template <class T>
outcome<gateway_page<T>> to_page(const cloudpayments_reply& reply, outcome<T> (*to_item)(const json_text&)) {
    auto items = to_list(reply, to_item);
    if (!items)
        return items.error();
    gateway_page<T> page;
    page.more = items->size() >= page_size;
    page.items = std::move(*items);
    return page;
}

} // namespace

outcome<cloudpayments_reply> read_reply(const cloudpayments_response& response) {
    if (response.too_large)
        return unusable("it is too long");
    if (response.status == 401 || response.status == 403)
        return failure{errc::gateway_unavailable,
                       "it does not accept payments.public_id with payments.api_secret (HTTP status " +
                           std::to_string(response.status) + ")"};
    if (response.status != 200)
        return unusable("HTTP status " + std::to_string(response.status));
    if (!is_json(response.content_type))
        return unusable("its content type is \"" + quotable(response.content_type) + '"');
    auto body = parse_json_text(response.body);
    if (!body)
        return unusable(body.error().detail);
    cloudpayments_model envelope{*body};
    const auto success = envelope.raw("Success");
    if (success != "true" && success != "false")
        return unusable("it does not say Success");
    cloudpayments_reply reply;
    reply.success = success == "true";
    reply.message = envelope.raw("Message");
    reply.error_code = envelope.raw("ErrorCode");
    for (auto& part : body->parts)
        if (part.name == "Model")
            reply.model = std::move(part);
    return reply;
}

status read_done(const cloudpayments_reply& reply) {
    if (!reply.success)
        return refusal(reply);
    return done{};
}

outcome<gateway_transaction> read_transaction(const cloudpayments_reply& reply) {
    const auto id = cloudpayments_model{reply.model}.raw("TransactionId");
    if (!reply.success && (id.empty() || id == "0"))
        return refusal(reply);
    return to_transaction(reply.model);
}

outcome<gateway_page<gateway_transaction>> read_transactions(const cloudpayments_reply& reply) {
    return to_page(reply, to_transaction);
}

outcome<std::string> read_refund(const cloudpayments_reply& reply) {
    if (!reply.success)
        return refusal(reply);
    cloudpayments_model model{reply.model};
    auto id = model.required("TransactionId");
    return model.finish(std::move(id));
}

outcome<gateway_subscription> read_subscription(const cloudpayments_reply& reply) {
    if (!reply.success)
        return refusal(reply);
    return to_subscription(reply.model);
}

outcome<std::vector<gateway_subscription>> read_subscriptions(const cloudpayments_reply& reply) {
    return to_list(reply, to_subscription);
}

outcome<gateway_page<gateway_chargeback>> read_chargebacks(const cloudpayments_reply& reply) {
    return to_page(reply, to_chargeback);
}

} // namespace atelier
