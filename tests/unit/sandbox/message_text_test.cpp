#define CAF_SUITE sandbox_message

#include "actors/domain/signature.hpp"
#include "actors/gateways/sandbox/message_text.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <algorithm>

using namespace atelier;
using namespace atelier::sandbox;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view secret = "cp_test_secret_0001";

std::vector<std::string> names_of(const std::string& body) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < body.size(); at = std::min(body.find('&', at), body.size() - 1) + 1)
        names.push_back(body.substr(at, body.find('=', at) - at));
    return names;
}

/// The bytes of a parameter as they are sent.
std::string raw(const message& sent, const std::string& name) {
    const auto text = "&" + sent.body + "&";
    const auto start = text.find("&" + name + "=");
    CAF_REQUIRE(start != std::string::npos);
    const auto value = start + name.size() + 2;
    return text.substr(value, text.find('&', value) - value);
}

transaction paid_transaction() {
    auto what = order_of("inv_7");
    what.data = R"({"package_id":3})";
    return till{}.pay(what, plain_card);
}

} // namespace

CAF_TEST(a check is written byte for byte in the habit of the real gateway) {
    auto what = paid_transaction();
    what.id = 2'590'000'001;
    what.card_id = "0123456789abcdef01234567";
    CAF_CHECK_EQUAL(
        make_message("check", what).body,
        "TransactionId=2590000001&Amount=990.05&Currency=RUB&PaymentAmount=990.05&PaymentCurrency=RUB"
        "&OperationType=Payment&InvoiceId=inv_7&AccountId=42&SubscriptionId=&Name=&Email=payer%40example.com"
        "&DateTime=2026-03-01+09%3a15%3a30&IpAddress=127.0.0.1&IpCountry=&IpCity=&IpRegion=&IpDistrict="
        "&IpLatitude=&IpLongitude=&CardId=0123456789abcdef01234567&CardFirstSix=400000&CardLastFour=3055"
        "&CardType=Visa&CardExpDate=12%2f39&Issuer=&IssuerBankCountry="
        "&Description=%d0%9f%d0%b0%d0%ba%d0%b5%d1%82+(50)+%26+more&TestMode=1&Status=Completed"
        "&Data=%7b%22package_id%22%3a3%7d");
    what.what.two_stage = true;
    CAF_CHECK_EQUAL(raw(make_message("check", what), "Status"), "Authorized");
}

CAF_TEST(pay says all that check says and more) {
    const auto what = paid_transaction();
    const auto check = names_of(make_message("check", what).body);
    const auto pay = make_message("pay", what);
    const std::vector<std::string> only_in_pay{"AuthCode",    "Token",           "GatewayName",
                                               "TotalFee",    "CardProduct",     "PaymentMethod",
                                               "Rrn",         "InstallmentTerm", "InstallmentMonthlyPayment",
                                               "CustomFields"};
    auto names = names_of(pay.body);
    std::erase_if(names, [&](const auto& name) { return std::ranges::count(only_in_pay, name) > 0; });
    CAF_CHECK(names == check);
    CAF_CHECK_EQUAL(names_of(pay.body).size(), check.size() + only_in_pay.size());
    CAF_CHECK_EQUAL(raw(pay, "Token"), what.token);
    CAF_CHECK_EQUAL(raw(pay, "Rrn").size(), 12u);
    CAF_CHECK_EQUAL(pay.kind, "pay");
    CAF_CHECK_EQUAL(pay.subject, std::to_string(what.id));
}

CAF_TEST(fail names the reason) {
    const auto sent = make_message("fail", till{}.pay(order_of("inv_7"), poor_card));
    CAF_CHECK_EQUAL(raw(sent, "Status"), "Declined");
    CAF_CHECK_EQUAL(raw(sent, "StatusCode"), "5");
    CAF_CHECK_EQUAL(raw(sent, "Reason"), "InsufficientFunds");
    CAF_CHECK_EQUAL(raw(sent, "ReasonCode"), "5051");
}

CAF_TEST(refund and cancel name neither currency nor status) {
    till shop;
    const auto paid = shop.pay(order_of("inv_7"));
    const auto refund =
        make_message("refund", shop.terminal.refund(paid.id, 49'500, "", morning + 1h).value());
    CAF_CHECK((names_of(refund.body) ==
               std::vector<std::string>{"TransactionId", "PaymentTransactionId", "Amount", "DateTime",
                                        "OperationType", "InvoiceId", "AccountId", "Email", "Data", "Rrn"}));
    CAF_CHECK_EQUAL(raw(refund, "PaymentTransactionId"), std::to_string(paid.id));
    CAF_CHECK_EQUAL(raw(refund, "Amount"), "495.00");
    CAF_CHECK_EQUAL(raw(refund, "OperationType"), "Refund");
    auto wanted = order_of("inv_8");
    wanted.two_stage = true;
    const auto cancel = make_message("cancel", shop.terminal.cancel(shop.pay(wanted).id).value());
    CAF_CHECK(
        (names_of(cancel.body) == std::vector<std::string>{"TransactionId", "Amount", "DateTime", "InvoiceId",
                                                           "AccountId", "Email", "Data", "Rrn"}));
}

CAF_TEST(confirm has the amount that was taken and no operation type) {
    till shop;
    auto wanted = order_of("inv_7");
    wanted.two_stage = true;
    const auto taken = shop.terminal.confirm(shop.pay(wanted).id, 50'000, morning);
    const auto sent = make_message("confirm", *taken);
    CAF_CHECK_EQUAL(raw(sent, "Amount"), "500.00");
    CAF_CHECK_EQUAL(raw(sent, "Status"), "Completed");
    CAF_CHECK(sent.body.find("OperationType") == std::string::npos);
}

CAF_TEST(recurrent leaves dates out that are not there) {
    till shop;
    auto wanted = order_of("inv_7");
    wanted.recurrent = monthly();
    const auto id = shop.pay(wanted).subscription_id;
    const auto begun = make_message(*shop.terminal.find_subscription(id));
    CAF_CHECK_EQUAL(begun.kind, "recurrent");
    CAF_CHECK_EQUAL(begun.subject, id);
    CAF_CHECK((names_of(begun.body) ==
               std::vector<std::string>{"Id", "AccountId", "Description", "Email", "Amount", "Currency",
                                        "RequireConfirmation", "StartDate", "Interval", "Period", "Status",
                                        "SuccessfulTransactionsNumber", "FailedTransactionsNumber",
                                        "NextTransactionDate"}));
    CAF_CHECK_EQUAL(raw(begun, "NextTransactionDate"), "2026-04-01+09%3a15%3a30");
    CAF_CHECK_EQUAL(raw(begun, "RequireConfirmation"), "0");
    const auto ended = make_message(shop.terminal.unsubscribe(id).value());
    CAF_CHECK_EQUAL(raw(ended, "Status"), "Cancelled");
    CAF_CHECK(ended.body.find("NextTransactionDate") == std::string::npos);
}

CAF_TEST(a receipt names its payment and its direction) {
    till shop;
    auto wanted = order_of("inv_7");
    wanted.receipt = R"({"Items":[]})";
    const auto paid = shop.pay(wanted);
    const auto receipt = make_receipt_message(paid);
    CAF_CHECK_EQUAL(receipt.kind, "receipt");
    CAF_CHECK_EQUAL(raw(receipt, "Type"), "Income");
    CAF_CHECK_EQUAL(raw(receipt, "TransactionId"), std::to_string(paid.id));
    CAF_CHECK_EQUAL(raw(receipt, "Receipt"), "%7b%22Items%22%3a%5b%5d%7d");
    const auto back = shop.terminal.refund(paid.id, 1, "", morning);
    CAF_CHECK_EQUAL(raw(make_receipt_message(*back), "Type"), "IncomeReturn");
}

CAF_TEST(both signatures hold for the code that receives them) {
    const auto what = paid_transaction();
    for (const auto* kind : {"check", "pay", "fail", "confirm", "cancel"}) {
        CAF_MESSAGE(kind);
        const auto body = make_message(kind, what).body;
        const auto [content, x_content] = sign(body, secret);
        CAF_CHECK_NOT_EQUAL(content, x_content);
        CAF_CHECK(verify_signature(content, std::nullopt, body, parameter_encoding::form, secret));
        CAF_CHECK(verify_signature(std::nullopt, x_content, body, parameter_encoding::form, secret));
        CAF_CHECK(!verify_signature(sign(body, "another").content_hmac, std::nullopt, body,
                                    parameter_encoding::form, secret));
    }
}
