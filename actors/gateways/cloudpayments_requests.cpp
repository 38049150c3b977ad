#include "actors/gateways/cloudpayments_requests.hpp"

#include "actors/gateways/cloudpayments_values.hpp"
#include "actors/gateways/json_object.hpp"

#include <algorithm>
#include <utility>

namespace atelier::cloudpayments_requests {
namespace {

/// Builds one request and remembers the first argument that makes no sense.
class builder {
public:
    explicit builder(std::string method) { request_.method = std::move(method); }

    /// For what changes something.
    builder& id(std::string request_id) {
        const bool visible = std::ranges::all_of(request_id, [](char c) { return c > ' ' && c <= '~'; });
        check(!request_id.empty() && request_id.size() <= 255 && visible, "request_id",
              "Expected 1 to 255 visible ASCII characters.");
        request_.id = std::move(request_id);
        return *this;
    }
    builder& text(std::string_view name, std::string_view value) {
        check(!value.empty(), name, "It is missing.");
        body_.text(name, value);
        return *this;
    }
    builder& optional_text(std::string_view name, std::string_view value) {
        body_.optional_text(name, value);
        return *this;
    }
    /// A text that must not be shown.
    builder& secret(std::string_view name, const std::string& value) {
        request_.secret = value;
        return text(name, value);
    }
    /// The API takes transaction ids as numbers.
    builder& transaction(const std::string& value) {
        const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
        check(!value.empty() && value.size() <= 19 && digits && value.front() != '0', "TransactionId",
              "Expected a decimal number.");
        body_.raw("TransactionId", value);
        return *this;
    }
    builder& amount(std::int64_t minor_units) {
        check(minor_units > 0, "Amount", "Expected more than 0.");
        body_.amount("Amount", minor_units);
        return *this;
    }
    builder& positive(std::string_view name, std::int64_t value) {
        check(value > 0, name, "Expected more than 0.");
        return integer(name, value);
    }
    builder& integer(std::string_view name, std::int64_t value) {
        body_.integer(name, value);
        return *this;
    }
    builder& raw(std::string_view name, std::string_view json) {
        body_.raw(name, json);
        return *this;
    }
    builder& date(std::string_view name, instant at) { return text(name, format_date_time(at)); }
    builder& interval(interval_unit value) { return text("Interval", interval_name(value)); }

    [[nodiscard]] request finish() {
        if (mistake_)
            return std::move(*mistake_);
        request_.body = std::move(body_).finish();
        return std::move(request_);
    }

private:
    void check(bool holds, std::string_view name, const char* expected) {
        if (!holds && !mistake_)
            mistake_ = invalid_field(std::string{name}, "invalid", expected);
    }

    cloudpayments_request request_;
    json_object body_;
    std::optional<failure> mistake_;
};

/// A page of a list over a period.
builder list(std::string method, const gateway_period& created, std::int32_t page) {
    builder b{std::move(method)};
    b.date("CreatedDateGte", created.from).date("CreatedDateLte", created.until).positive("PageNumber", page);
    return b;
}

} // namespace

request test() {
    return builder{"test"}.finish();
}

request get_transaction(const std::string& transaction_id) {
    return builder{"payments/get"}.transaction(transaction_id).finish();
}

request find_payment(const std::string& invoice_id) {
    return builder{"payments/find"}.text("InvoiceId", invoice_id).finish();
}

request find_transaction(const std::string& invoice_id) {
    return builder{"v2/payments/find"}.text("InvoiceId", invoice_id).finish();
}

request list_transactions(const gateway_period& created, std::int32_t page) {
    return list("v2/payments/list", created, page).text("TimeZone", "UTC").finish();
}

request list_chargebacks(const gateway_period& created, std::int32_t page) {
    return list("chargebacks/list", created, page).finish();
}

request refund(std::string id, const std::string& transaction_id, std::int64_t amount_cents) {
    return builder{"payments/refund"}
        .id(std::move(id))
        .transaction(transaction_id)
        .amount(amount_cents)
        .finish();
}

request confirm(std::string id, const std::string& transaction_id, std::int64_t amount_cents) {
    return builder{"payments/confirm"}
        .id(std::move(id))
        .transaction(transaction_id)
        .amount(amount_cents)
        .finish();
}

request release(std::string id, const std::string& transaction_id) {
    return builder{"payments/void"}.id(std::move(id)).transaction(transaction_id).finish();
}

request charge(std::string id, const gateway_charge& order) {
    builder b{"payments/tokens/charge"};
    b.id(std::move(id))
        .amount(order.amount_cents)
        .text("Currency", order.currency)
        .text("AccountId", order.account_id)
        .secret("Token", order.token)
        .integer("TrInitiatorCode", order.initiator == charge_initiator::payer ? 1 : 0);
    if (order.initiator != charge_initiator::payer)
        b.integer("PaymentScheduled", order.initiator == charge_initiator::merchant_scheduled ? 1 : 0);
    return b.optional_text("InvoiceId", order.invoice_id)
        .optional_text("Description", order.description)
        .optional_text("Email", order.email)
        .finish();
}

request create_subscription(std::string id, const gateway_subscription_order& order) {
    builder b{"subscriptions/create"};
    b.id(std::move(id))
        .secret("Token", order.token)
        .text("AccountId", order.account_id)
        .text("Description", order.description)
        .optional_text("Email", order.email)
        .amount(order.amount_cents)
        .text("Currency", order.currency)
        .raw("RequireConfirmation", "false")
        .date("StartDate", order.starts_at)
        .interval(order.interval)
        .positive("Period", order.period);
    if (order.max_periods)
        b.positive("MaxPeriods", *order.max_periods);
    return b.finish();
}

request get_subscription(const std::string& subscription_id) {
    return builder{"subscriptions/get"}.text("Id", subscription_id).finish();
}

request find_subscriptions(const std::string& account_id) {
    return builder{"subscriptions/find"}.text("accountId", account_id).finish();
}

request update_subscription(std::string id, const std::string& subscription_id,
                            const gateway_subscription_change& change) {
    builder b{"subscriptions/update"};
    b.id(std::move(id)).text("Id", subscription_id);
    if (change.description)
        b.text("Description", *change.description);
    if (change.amount_cents)
        b.amount(*change.amount_cents).text("Currency", change.currency);
    if (change.starts_at)
        b.date("StartDate", *change.starts_at);
    if (change.interval)
        b.interval(*change.interval);
    if (change.period)
        b.positive("Period", *change.period);
    if (change.max_periods)
        b.positive("MaxPeriods", *change.max_periods);
    return b.finish();
}

request cancel_subscription(std::string id, const std::string& subscription_id) {
    return builder{"subscriptions/cancel"}.id(std::move(id)).text("Id", subscription_id).finish();
}

} // namespace atelier::cloudpayments_requests
