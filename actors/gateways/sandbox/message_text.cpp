#include "actors/gateways/sandbox/message_text.hpp"

#include "actors/gateways/sandbox/decimal.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

// Written independently of the receiving side on purpose: a mistake made in one of them must not hide in the
// other.
namespace atelier::sandbox {
namespace {

void escape(std::string_view text, std::string& into) {
    constexpr std::string_view hex = "0123456789abcdef";
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()";
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            into += c;
        } else if (c == ' ') {
            into += '+';
        } else {
            const auto byte = static_cast<unsigned char>(c);
            into += {'%', hex[byte >> 4U], hex[byte & 0xfU]};
        }
    }
}

std::string decoded(std::string_view body) {
    std::string text;
    for (std::size_t at = 0; at < body.size(); ++at) {
        if (body[at] != '%') {
            text += body[at] == '+' ? ' ' : body[at];
            continue;
        }
        unsigned byte = 0;
        std::from_chars(body.data() + at + 1, body.data() + at + 3, byte, 16);
        text += static_cast<char>(byte);
        at += 2;
    }
    return text;
}

std::string mac(std::string_view text, std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
    std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
    const int written = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
    return {base64.begin(), base64.begin() + written};
}

class form {
public:
    using pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    form& add(std::string_view name, std::string_view value) {
        if (!body_.empty())
            body_ += '&';
        body_.append(name) += '=';
        escape(value, body_);
        return *this;
    }
    form& add(pairs more) {
        for (const auto& [name, value] : more)
            add(name, value);
        return *this;
    }
    [[nodiscard]] std::string finish() && { return std::move(body_); }

private:
    std::string body_;
};

void add_money(form& out, const transaction& t) {
    const auto amount = decimal(t.what.amount_cents);
    out.add({{"TransactionId", std::to_string(t.id)},
             {"Amount", amount},
             {"Currency", t.what.currency},
             {"PaymentAmount", amount},
             {"PaymentCurrency", t.what.currency}});
}

void add_payer(form& out, const transaction& t) {
    out.add({{"InvoiceId", t.what.invoice_id},
             {"AccountId", t.what.account_id},
             {"SubscriptionId", t.subscription_id},
             {"Name", t.what.name},
             {"Email", t.what.email},
             {"DateTime", date_time(t.created)},
             {"IpAddress", "127.0.0.1"},
             {"IpCountry", ""},
             {"IpCity", ""},
             {"IpRegion", ""},
             {"IpDistrict", ""},
             {"IpLatitude", ""},
             {"IpLongitude", ""}});
}

void add_card(form& out, const card& c) {
    out.add({{"CardFirstSix", c.first_six},
             {"CardLastFour", c.last_four},
             {"CardType", c.type},
             {"CardExpDate", c.expires},
             {"Issuer", ""},
             {"IssuerBankCountry", ""}});
}

/// Check, Pay and Fail have all of this.
form payment_form(const transaction& t) {
    form out;
    add_money(out, t);
    out.add("OperationType", "Payment");
    add_payer(out, t);
    out.add("CardId", t.card_id);
    add_card(out, t.paid_with);
    out.add("Description", t.what.description);
    return out;
}

std::string check_body(const transaction& t) {
    auto out = payment_form(t);
    out.add({{"TestMode", "1"}, {"Status", t.what.two_stage ? "Authorized" : "Completed"}});
    return std::move(out.add("Data", t.what.data)).finish();
}

std::string pay_body(const transaction& t) {
    auto out = payment_form(t);
    out.add({{"AuthCode", t.auth_code},
             {"Token", t.token},
             {"TestMode", "1"},
             {"Status", to_string(t.status)},
             {"GatewayName", "Test"},
             {"Data", t.what.data},
             {"TotalFee", "0.00"},
             {"CardProduct", ""},
             {"PaymentMethod", ""},
             {"Rrn", t.rrn},
             {"InstallmentTerm", ""},
             {"InstallmentMonthlyPayment", ""},
             {"CustomFields", ""}});
    return std::move(out).finish();
}

std::string fail_body(const transaction& t) {
    auto out = payment_form(t);
    out.add({{"TestMode", "1"},
             {"Status", "Declined"},
             {"StatusCode", "5"},
             {"Reason", to_string(t.why)},
             {"ReasonCode", std::to_string(code(t.why))},
             {"Data", t.what.data}});
    return std::move(out).finish();
}

std::string confirm_body(const transaction& t) {
    form out;
    add_money(out, t);
    add_payer(out, t);
    add_card(out, t.paid_with);
    out.add({{"Description", t.what.description},
             {"AuthCode", t.auth_code},
             {"Token", t.token},
             {"TestMode", "1"},
             {"Status", "Completed"},
             {"PaymentMethod", ""},
             {"Data", t.what.data},
             {"Rrn", t.rrn}});
    return std::move(out).finish();
}

/// Refund and Cancel name neither currency nor status, and no test mode.
std::string reversal_body(const transaction& t) {
    form out;
    out.add("TransactionId", std::to_string(t.id));
    if (t.type == transaction_type::refund)
        out.add("PaymentTransactionId", std::to_string(t.original_id));
    out.add({{"Amount", decimal(t.what.amount_cents)}, {"DateTime", date_time(t.created)}});
    if (t.type == transaction_type::refund)
        out.add("OperationType", "Refund");
    out.add({{"InvoiceId", t.what.invoice_id},
             {"AccountId", t.what.account_id},
             {"Email", t.what.email},
             {"Data", t.what.data},
             {"Rrn", t.rrn}});
    return std::move(out).finish();
}

std::string body_of(std::string_view kind, const transaction& t) {
    if (kind == "check")
        return check_body(t);
    if (kind == "pay")
        return pay_body(t);
    if (kind == "fail")
        return fail_body(t);
    return kind == "confirm" ? confirm_body(t) : reversal_body(t);
}

} // namespace

message make_message(std::string kind, const transaction& about) {
    auto body = body_of(kind, about);
    return {std::move(kind), std::to_string(about.id), std::move(body)};
}

message make_message(const subscription& about) {
    form out;
    out.add({{"Id", about.id},
             {"AccountId", about.account_id},
             {"Description", about.description},
             {"Email", about.email},
             {"Amount", decimal(about.amount_cents)},
             {"Currency", about.currency},
             {"RequireConfirmation", about.two_stage ? "1" : "0"},
             {"StartDate", date_time(about.start)},
             {"Interval", to_string(about.unit)},
             {"Period", std::to_string(about.period)},
             {"Status", to_string(about.status)},
             {"SuccessfulTransactionsNumber", std::to_string(about.succeeded)},
             {"FailedTransactionsNumber", std::to_string(about.failed)}});
    if (about.max_periods)
        out.add("MaxPeriods", std::to_string(*about.max_periods));
    if (about.last)
        out.add("LastTransactionDate", date_time(*about.last));
    if (about.next)
        out.add("NextTransactionDate", date_time(*about.next));
    return {"recurrent", about.id, std::move(out).finish()};
}

message make_receipt_message(const transaction& about) {
    const auto id = std::to_string(about.id);
    const bool income = about.type == transaction_type::payment;
    form out;
    out.add({{"Id", "receipt-" + id},
             {"DocumentNumber", id},
             {"SessionNumber", "1"},
             {"Number", "1"},
             {"FiscalSign", about.rrn},
             {"DeviceNumber", "00000000000000000001"},
             {"RegNumber", "0000000000000001"},
             {"FiscalNumber", "9999999999999999"},
             {"Inn", "0000000000"},
             {"Type", income ? "Income" : "IncomeReturn"},
             {"Ofd", "Test"},
             {"Url", ""},
             {"QrCodeUrl", ""},
             {"TransactionId", id},
             {"Amount", decimal(about.what.amount_cents)},
             {"DateTime", date_time(about.confirmed.value_or(about.created))},
             {"InvoiceId", about.what.invoice_id},
             {"AccountId", about.what.account_id},
             {"Receipt", about.what.receipt},
             {"CalculationPlace", ""},
             {"SettlePlace", ""}});
    return {"receipt", id, std::move(out).finish()};
}

signatures sign(std::string_view body, std::string_view secret) {
    return {mac(body, secret), mac(decoded(body), secret)};
}

} // namespace atelier::sandbox
