#include "actors/gateways/cloudpayments_notification.hpp"

#include "actors/domain/money.hpp"
#include "actors/domain/signature.hpp"
#include "actors/gateways/cloudpayments_values.hpp"

#include <map>

namespace atelier {
namespace {

/// The fields by name; a name that comes twice is refused, since the two sides could read different ones.
outcome<std::map<std::string_view, std::string_view>> index(const field_list& fields) {
    std::map<std::string_view, std::string_view> by_name;
    for (const auto& [name, value] : fields)
        if (!by_name.emplace(name, value).second)
            return invalid_field(name, "duplicate", "It comes more than once.");
    return by_name;
}

/// Reads fields by name and remembers the first that cannot be read.
class field_reader {
public:
    explicit field_reader(const std::map<std::string_view, std::string_view>& fields) : fields_{fields} {}

    [[nodiscard]] std::string_view raw(std::string_view name) const {
        const auto found = fields_.find(name);
        return found == fields_.end() ? std::string_view{} : found->second;
    }

    [[nodiscard]] std::string identifier(std::string_view name) {
        const auto value = raw(name);
        if (is_plain_text(value))
            return std::string{value};
        refuse(name, "Expected at most 255 bytes of UTF-8 without control characters.");
        return {};
    }

    [[nodiscard]] std::string required_identifier(std::string_view name) {
        if (raw(name).empty())
            refuse(name, "It is missing.", "required");
        return identifier(name);
    }

    /// Text that only informs.
    [[nodiscard]] std::string information(std::string_view name) const {
        const auto value = raw(name);
        return is_plain_text(value) ? std::string{value} : std::string{};
    }

    [[nodiscard]] std::optional<std::int64_t> amount(std::string_view name) {
        const auto value = raw(name);
        if (value.empty())
            return std::nullopt;
        const auto minor_units = parse_amount(value);
        if (!minor_units)
            refuse(name, "Expected a decimal amount such as 990.00.");
        return minor_units;
    }

    [[nodiscard]] std::optional<bool> flag(std::string_view name) {
        const auto value = raw(name);
        if (value == "1" || value == "true" || value == "True")
            return true;
        if (value == "0" || value == "false" || value == "False")
            return false;
        if (!value.empty())
            refuse(name, "Expected 0, 1, true or false.");
        return std::nullopt;
    }

    [[nodiscard]] const std::optional<failure>& error() const { return error_; }

private:
    void refuse(std::string_view name, std::string detail, std::string code = "invalid") {
        if (!error_)
            error_ = invalid_field(std::string{name}, std::move(code), std::move(detail));
    }

    const std::map<std::string_view, std::string_view>& fields_;
    std::optional<failure> error_;
};

/// Every field, one after the other with its length in front, so that two different lists never look alike.
std::string flatten(const field_list& fields) {
    std::string text;
    for (const auto& [name, value] : fields)
        for (const auto& part : {name, value})
            text.append(std::to_string(part.size())).append(":").append(part);
    return text;
}

/// Reads the identifiers by which a notification of this kind is known, and makes its business key of them.
void identify(notification& read, field_reader& reader, const field_list& fields) {
    const std::string prefix = std::string{to_string(read.kind)} + ":";
    switch (read.kind) {
    case notification_kind::check:
    case notification_kind::pay:
    case notification_kind::fail:
    case notification_kind::confirm:
    case notification_kind::cancel:
    case notification_kind::refund:
        read.transaction_id = reader.required_identifier("TransactionId");
        read.business_key = prefix + read.transaction_id;
        break;
    case notification_kind::recurrent:
        // There is no event id; the counters tell two changes to the same state apart.
        read.subscription_id = reader.required_identifier("Id");
        read.business_key = prefix + read.subscription_id + ":" + reader.identifier("Status") + ":" +
                            reader.identifier("SuccessfulTransactionsNumber") + ":" +
                            reader.identifier("FailedTransactionsNumber");
        break;
    case notification_kind::receipt:
        read.transaction_id = reader.identifier("TransactionId");
        read.business_key = prefix + reader.required_identifier("Id");
        break;
    case notification_kind::other:
        read.transaction_id = reader.identifier("TransactionId");
        read.business_key = content_key(read.kind, flatten(fields));
        break;
    }
}

} // namespace

outcome<notification> parse_notification(notification_kind kind, const field_list& fields) {
    const auto by_name = index(fields);
    if (!by_name)
        return by_name.error();
    field_reader reader{*by_name};

    notification read;
    read.kind = kind;
    identify(read, reader, fields);
    if (kind == notification_kind::refund)
        read.payment_transaction_id = reader.required_identifier("PaymentTransactionId");
    if (kind != notification_kind::recurrent)
        read.subscription_id = reader.identifier("SubscriptionId");
    read.invoice_id = reader.identifier("InvoiceId");
    read.account_id = reader.identifier("AccountId");
    read.amount_cents = reader.amount("Amount");
    read.currency = reader.identifier("Currency");
    if (kind == notification_kind::recurrent) {
        read.standing = parse_gateway_standing(reader.raw("Status"));
        read.successes = parse_integer<std::int64_t>(reader.raw("SuccessfulTransactionsNumber"));
    } else {
        read.status = parse_transaction_status(reader.raw("Status"));
    }
    read.test_mode = reader.flag("TestMode");
    read.token = reader.identifier("Token");
    read.card_type = reader.information("CardType");
    read.card_last_four = reader.information("CardLastFour");
    read.reason = reader.information("Reason");
    read.reason_code = parse_integer<std::int32_t>(reader.raw("ReasonCode"));
    read.date_time = parse_date_time(reader.raw("DateTime"));
    if (reader.error())
        return *reader.error();
    return read;
}

std::string content_key(notification_kind kind, std::string_view body) {
    return std::string{to_string(kind)} + ":sha256:" + sha256_hex(body);
}

std::string reply_body(std::int32_t code) {
    return "{\"code\":" + std::to_string(code) + "}";
}

} // namespace atelier
