#include "actors/gateways/cloudpayments_notification.hpp"

#include "actors/domain/money.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace atelier {
namespace {

constexpr std::size_t longest_identifier = 255;

/// The fields by name; a name that comes twice is refused, since the two sides could read different ones.
outcome<std::map<std::string_view, std::string_view>> index(const field_list& fields) {
    std::map<std::string_view, std::string_view> by_name;
    for (const auto& [name, value] : fields)
        if (!by_name.emplace(name, value).second)
            return invalid_field(name, "duplicate", "It comes more than once.");
    return by_name;
}

/// Length of the UTF-8 sequence that `text` begins with (RFC 3629); 0 when it is malformed.
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U)
            return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    const bool beyond_unicode = lead == 0xf4 && byte(1) > 0x8f;
    return overlong || surrogate || beyond_unicode ? 0 : length;
}

/// Text that the database and the logs can hold: UTF-8 of bounded length without control characters.
bool is_plain_text(std::string_view text) {
    if (text.size() > longest_identifier)
        return false;
    while (!text.empty()) {
        const auto length = utf8_sequence(text);
        if (length == 0 || static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f)
            return false;
        text.remove_prefix(length);
    }
    return true;
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

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// "2026-03-01 09:15:30", which is UTC, or "2026-03-01T09:15:30Z"; fractions of a second are dropped.
std::optional<instant> parse_date_time(std::string_view text) {
    constexpr std::string_view pattern = "0000-00-00 00:00:00";
    if (text.size() < pattern.size())
        return std::nullopt;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i] && !(pattern[i] == ' ' && text[i] == 'T'))
            return std::nullopt;
    }
    auto rest = text.substr(pattern.size());
    if (rest.starts_with('.'))
        rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    if (!rest.empty() && rest != "Z")
        return std::nullopt;

    const auto number = [&](std::size_t from, std::size_t length) {
        return parse_integer<int>(text.substr(from, length)).value_or(0);
    };
    using namespace std::chrono;
    const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                              day{static_cast<unsigned>(number(8, 2))}};
    const int h = number(11, 2);
    const int m = number(14, 2);
    const int s = number(17, 2);
    if (!date.ok() || h > 23 || m > 59 || s > 59)
        return std::nullopt;
    return sys_days{date} + hours{h} + minutes{m} + seconds{s};
}

transaction_status parse_status(std::string_view text) {
    if (text.empty())
        return transaction_status::none;
    if (text == "Completed")
        return transaction_status::completed;
    if (text == "Authorized")
        return transaction_status::authorized;
    if (text == "Declined")
        return transaction_status::declined;
    return transaction_status::other;
}

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
    read.status = parse_status(reader.raw("Status"));
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
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(body.data()), body.size());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return std::string{to_string(kind)} + ":sha256:" + hex.data();
}

std::string reply_body(std::int32_t code) {
    return "{\"code\":" + std::to_string(code) + "}";
}

} // namespace atelier
