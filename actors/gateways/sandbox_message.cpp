#include "actors/gateways/sandbox_message.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>
#include <functional>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

// Written independently of the receiving side on purpose: a mistake made in one of them must not hide in the
// other.
namespace atelier {
namespace {

std::string escape(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()";
    std::string escaped;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            escaped += c;
        } else if (c == ' ') {
            escaped += '+';
        } else {
            const auto byte = static_cast<unsigned char>(c);
            escaped += {'%', hex[byte >> 4U], hex[byte & 0xfU]};
        }
    }
    return escaped;
}

std::string sign(std::string_view message, std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(), &length);
    std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
    const int written = EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(length));
    return {base64.begin(), base64.begin() + written};
}

/// "990.00"
std::string decimal(std::int64_t cents) {
    const auto fraction = std::to_string(cents % 100);
    return std::to_string(cents / 100) + (fraction.size() < 2 ? ".0" : ".") + fraction;
}

/// "2026-03-01 09:15:30"
std::string date_time(instant at) {
    const auto time = std::chrono::system_clock::to_time_t(at);
    std::tm utc{};
    gmtime_r(&time, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &utc)};
}

/// A made-up code that looks like the gateway's, the same for each repetition of a payment.
class code_maker {
public:
    explicit code_maker(const std::string& transaction_id)
        : random_{std::hash<std::string>{}(transaction_id)} {}

    std::string operator()(std::string_view alphabet, std::size_t length) {
        std::string code;
        while (code.size() < length)
            code += alphabet[random_() % alphabet.size()];
        return code;
    }

private:
    std::mt19937_64 random_;
};

using parameter_list = std::vector<std::pair<std::string_view, std::string>>;

parameter_list parameters_of(std::string_view kind, const sandbox_payment& payment) {
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view hex = "0123456789abcdef";
    const auto& [order, card, transaction_id, created] = payment;
    const auto amount = decimal(order.amount_cents);
    code_maker code{transaction_id};

    parameter_list list{
        {"TransactionId", transaction_id},
        {"Amount", amount},
        {"Currency", order.currency},
        {"PaymentAmount", amount},
        {"PaymentCurrency", order.currency},
        {"OperationType", "Payment"},
        {"InvoiceId", order.invoice_id},
        {"AccountId", order.account_id},
        {"SubscriptionId", ""},
        {"Name", ""},
        {"Email", order.email},
        {"DateTime", date_time(created)},
        {"IpAddress", "127.0.0.1"},
        {"IpCountry", ""},
        {"IpCity", ""},
        {"IpRegion", ""},
        {"IpDistrict", ""},
        {"IpLatitude", ""},
        {"IpLongitude", ""},
        {"CardId", code(hex, 24)},
        {"CardFirstSix", card.first_six},
        {"CardLastFour", card.last_four},
        {"CardType", card.type},
        {"CardExpDate", "12/39"},
        {"Issuer", ""},
        {"IssuerBankCountry", ""},
        {"Description", order.description},
    };
    const auto append = [&list](parameter_list more) {
        list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    if (kind == "check") {
        append({{"TestMode", "1"}, {"Status", "Completed"}});
    } else if (kind == "fail") {
        append({{"TestMode", "1"},
                {"Status", "Declined"},
                {"StatusCode", "5"},
                {"Reason", card.reason},
                {"ReasonCode", std::to_string(card.reason_code)}});
    } else {
        append({{"AuthCode", code(digits, 6)},
                {"Token", "tk_" + code(hex, 29)},
                {"TestMode", "1"},
                {"Status", "Completed"},
                {"GatewayName", "Test"}});
    }
    append({{"Data", ""}});
    if (kind == "pay")
        append({{"TotalFee", "0.00"},
                {"CardProduct", ""},
                {"PaymentMethod", ""},
                {"Rrn", code(digits, 12)},
                {"InstallmentTerm", ""},
                {"InstallmentMonthlyPayment", ""},
                {"CustomFields", ""}});
    return list;
}

} // namespace

sandbox_message make_sandbox_message(std::string kind, const sandbox_payment& payment,
                                     std::string_view secret) {
    std::string body;
    std::string decoded;
    for (const auto& [name, value] : parameters_of(kind, payment)) {
        const std::string_view separator = body.empty() ? "" : "&";
        body.append(separator).append(name).append("=").append(escape(value));
        decoded.append(separator).append(name).append("=").append(value);
    }
    auto content_hmac = sign(body, secret);
    return {std::move(kind), std::move(body), std::move(content_hmac), sign(decoded, secret)};
}

} // namespace atelier
