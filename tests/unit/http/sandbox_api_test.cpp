#define CAF_SUITE sandbox_api

#include "tests/support/test.hpp"
#include "tests/unit/http/sandbox_site.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;

constexpr std::string_view plain_card = "4000000000003055";
constexpr std::string_view poor_card = "4000056655665556";
constexpr std::string_view fading_card = "4111111111111111";

std::string id_of(const json::object& paid) {
    return std::to_string(paid.at("transaction_id").as_int64());
}

std::string text(const json::object& in, std::string_view name) {
    const auto& value = in.at({name.data(), name.size()}).as_string();
    return {value.data(), value.size()};
}

std::int64_t number(const json::object& in, std::string_view name) {
    return in.at({name.data(), name.size()}).as_int64();
}

double fraction(const json::object& in, std::string_view name) {
    return in.at({name.data(), name.size()}).as_double();
}

const json::object& model(const json::object& reply) {
    return reply.at("Model").as_object();
}

bool success(const json::object& reply) {
    return reply.at("Success").as_bool();
}

std::string with_id(const json::object& paid, std::string_view more = "") {
    return R"({"TransactionId":)" + id_of(paid) + std::string{more} + '}';
}

} // namespace

CAF_TEST(every call needs the Public ID and the secret) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    for (const auto* path : {"/test", "/payments/get", "/v2/payments/list", "/payments/tokens/charge",
                             "/subscriptions/find", "/chargebacks/list"}) {
        const auto nobody = sandbox.post_json(path, "{}");
        CAF_CHECK_EQUAL(nobody.status, 401u);
        CAF_CHECK(nobody.header("www-authenticate").starts_with("Basic"));
        CAF_CHECK_EQUAL(sandbox.post_json(path, "{}", "Authorization: Basic cGtfdGVzdDp3cm9uZw==\r\n").status,
                        401u);
        CAF_CHECK_EQUAL(sandbox.post_json(path, "{}", "Authorization: Bearer x\r\n").status, 401u);
    }
    const auto test = sandbox.call("/test", "");
    CAF_CHECK(success(test));
    CAF_CHECK_EQUAL(text(test, "Message").size(), 36u);
}

CAF_TEST(a payment is shown with the documented members) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto paid = sandbox.pay(plain_card, R"(,"metadata":{"package_id":3})");
    CAF_CHECK_EQUAL(text(paid, "status"), "Completed");
    CAF_CHECK_EQUAL(text(paid, "reason"), "Approved");
    CAF_CHECK_EQUAL(number(paid, "reason_code"), 0);
    CAF_CHECK(text(paid, "token").starts_with("tk_"));
    const auto raw = sandbox.post_json("/payments/get", with_id(paid), sandbox_fixture::authorization).body;
    CAF_CHECK(raw.find(R"("Amount":990.05,"Currency":"RUB")") != std::string::npos); // no binary fractions
    const auto reply = sandbox.call("/payments/get", with_id(paid));
    CAF_CHECK(success(reply));
    const auto& shown = model(reply);
    CAF_CHECK_EQUAL(std::to_string(shown.at("TransactionId").as_int64()), id_of(paid));
    CAF_CHECK_EQUAL(text(shown, "Status"), "Completed");
    CAF_CHECK_EQUAL(number(shown, "StatusCode"), 3);
    CAF_CHECK_EQUAL(text(shown, "InvoiceId"), "inv_1");
    CAF_CHECK_EQUAL(text(shown, "AccountId"), "42");
    CAF_CHECK_EQUAL(text(shown, "JsonData"), R"({"package_id":3})");
    CAF_CHECK_EQUAL(text(shown, "CreatedDateIso"), "2026-11-23T10:00:00");
    CAF_CHECK_EQUAL(text(shown, "CreatedDate"), "/Date(1795428000000)/");
    CAF_CHECK_EQUAL(text(shown, "CardFirstSix"), "400000");
    CAF_CHECK(shown.at("TestMode").as_bool());
    CAF_CHECK(shown.at("OriginalTransactionId").is_null());
    for (const auto* name : {"ReasonCode",
                             "PublicId",
                             "TerminalUrl",
                             "CurrencyCode",
                             "PaymentAmount",
                             "PaymentCurrency",
                             "PaymentCurrencyCode",
                             "Email",
                             "Description",
                             "PayoutDate",
                             "PayoutDateIso",
                             "PayoutAmount",
                             "AuthDate",
                             "AuthDateIso",
                             "ConfirmDate",
                             "ConfirmDateIso",
                             "AuthCode",
                             "Rrn",
                             "FallBackScenarioDeclinedTransactionId",
                             "IpAddress",
                             "IpCountry",
                             "IpCity",
                             "IpRegion",
                             "IpDistrict",
                             "IpLatitude",
                             "IpLongitude",
                             "CardLastFour",
                             "CardExpDate",
                             "CardType",
                             "CardTypeCode",
                             "CardProduct",
                             "CardCategory",
                             "EscrowAccumulationId",
                             "IssuerBankCountry",
                             "Issuer",
                             "CultureName",
                             "Reason",
                             "CardHolderMessage",
                             "Type",
                             "Refunded",
                             "Name",
                             "Token",
                             "SubscriptionId",
                             "GatewayName",
                             "AndroidPay",
                             "WalletType",
                             "TotalFee",
                             "VatAboveTotalFee",
                             "ProcessorAndPartnerFee",
                             "VatWithinProcessorFee"})
        CAF_CHECK(shown.contains(name));
}

CAF_TEST(a declined payment is a failure with a model and a missing one without) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto declined = sandbox.call("/payments/get", with_id(sandbox.pay(poor_card)));
    CAF_CHECK(!success(declined));
    CAF_CHECK_EQUAL(number(model(declined), "ReasonCode"), 5051);
    CAF_CHECK(declined.at("Message").is_null());
    const auto missing = sandbox.call("/payments/find", R"({"InvoiceId":"inv_9"})");
    CAF_CHECK(!success(missing));
    CAF_CHECK_EQUAL(text(missing, "Message"), "Not found");
    CAF_CHECK(missing.at("Model").is_null());
    CAF_CHECK_EQUAL(text(sandbox.call("/payments/get", "{}"), "Message"), "TransactionId is required");
    CAF_CHECK_EQUAL(text(sandbox.call("/payments/get", R"({"TransactionId":"x"})"), "Message"),
                    "TransactionId must be a whole number");
}

CAF_TEST(forms and JSON in any letter case are the same) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto paid = sandbox.pay(plain_card);
    const auto form = sandbox.ask(post("/payments/get", "transactionid=" + id_of(paid),
                                       std::string{sandbox_fixture::authorization} +
                                           "Content-Type: application/x-www-form-urlencoded\r\n"));
    CAF_CHECK_EQUAL(form.status, 200u);
    CAF_CHECK(form.body.find(R"("Success":true)") != std::string::npos);
    const auto text_reply = sandbox.ask(post(
        "/payments/get", "x", std::string{sandbox_fixture::authorization} + "Content-Type: text/plain\r\n"));
    CAF_CHECK_EQUAL(text_reply.status, 200u);
    CAF_CHECK(text_reply.body.find(R"("Success":false)") != std::string::npos);
}

CAF_TEST(find gives the latest payment and its second version refunds too) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    sandbox.pay(poor_card);
    const auto paid = sandbox.pay(plain_card);
    const auto refund = sandbox.call("/payments/refund", with_id(paid, R"(,"Amount":400)"));
    CAF_CHECK(success(refund));
    const auto found = sandbox.call("/payments/find", R"({"InvoiceId":"inv_1"})");
    CAF_CHECK_EQUAL(std::to_string(model(found).at("TransactionId").as_int64()), id_of(paid));
    CAF_CHECK_EQUAL(number(model(found), "Type"), 0);
    CAF_CHECK(!model(found).at("Refunded").as_bool());
    const auto latest = sandbox.call("/v2/payments/find", R"({"InvoiceId":"inv_1"})");
    CAF_CHECK(model(latest).at("TransactionId") == model(refund).at("TransactionId"));
    CAF_CHECK_EQUAL(std::to_string(model(latest).at("OriginalTransactionId").as_int64()), id_of(paid));
    CAF_CHECK_EQUAL(text(model(latest), "OperationType"), "Refund");
    CAF_CHECK(success(sandbox.call("/payments/refund", with_id(paid, R"(,"Amount":"590.05")"))));
    CAF_CHECK(model(sandbox.call("/payments/get", with_id(paid))).at("Refunded").as_bool());
    const auto more = sandbox.call("/payments/refund", with_id(paid, R"(,"Amount":0.01)"));
    CAF_CHECK_EQUAL(text(more, "Message"), "No more than 0.00 can be refunded");
}

CAF_TEST(a request id repeats the reply byte for byte) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto paid = sandbox.pay(plain_card);
    const auto refund = [&](std::string_view key) {
        return sandbox
            .post_json("/payments/refund", with_id(paid, R"(,"Amount":1)"),
                       sandbox_fixture::authorization + ("X-Request-ID: " + std::string{key} + "\r\n"))
            .body;
    };
    const auto first = refund("refund-1");
    CAF_CHECK_EQUAL(refund("refund-1"), first);
    CAF_CHECK_NOT_EQUAL(refund("refund-2"), first);
}

CAF_TEST(two - stage payments are confirmed in part or given back) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto held = sandbox.pay(plain_card, R"(,"paymentSchema":"Dual")");
    CAF_CHECK_EQUAL(text(held, "status"), "Authorized");
    CAF_CHECK(success(sandbox.call("/payments/confirm", with_id(held, R"(,"Amount":500)"))));
    CAF_CHECK_EQUAL(text(sandbox.call("/payments/void", with_id(held)), "Message"),
                    "The transaction is Completed");
    const auto other = sandbox.pay(plain_card, R"(,"paymentSchema":"Dual")");
    CAF_CHECK(success(sandbox.call("/payments/void", with_id(other))));
    CAF_CHECK_EQUAL(text(model(sandbox.call("/payments/get", with_id(other))), "Status"), "Cancelled");
    CAF_CHECK(eventually([&] { return service.seen().size() == 6; }));
}

CAF_TEST(a saved card is charged by token) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto token = text(sandbox.pay(plain_card), "token");
    const auto charge = [&](std::string_view with, std::string_view more, std::string_view how = "charge") {
        return sandbox.call("/payments/tokens/" + std::string{how},
                            R"({"Amount":100,"AccountId":"42","InvoiceId":"inv_2","Token":")" +
                                std::string{with} + '"' + std::string{more} + '}');
    };
    const auto paid = charge(token, R"(,"TrInitiatorCode":0,"PaymentScheduled":1)");
    CAF_CHECK(success(paid));
    CAF_CHECK_EQUAL(text(model(paid), "Status"), "Completed");
    CAF_CHECK_EQUAL(text(model(charge(token, R"(,"TrInitiatorCode":0)", "auth")), "Status"), "Authorized");
    CAF_CHECK_EQUAL(text(charge(token, ""), "Message"), "TrInitiatorCode is required");
    CAF_CHECK_EQUAL(text(charge(token, R"(,"TrInitiatorCode":2)"), "Message"),
                    "TrInitiatorCode must be 0 or 1");
    CAF_CHECK_EQUAL(text(charge("tk_none", R"(,"TrInitiatorCode":0)"), "Message"),
                    "The account has no such card token");
    const auto poor = charge(text(sandbox.pay(fading_card), "token"), R"(,"TrInitiatorCode":0)");
    CAF_CHECK(!success(poor));
    CAF_CHECK_EQUAL(number(model(poor), "ReasonCode"), 5051);
    service.answer_with(R"({"code":12})");
    CAF_CHECK_EQUAL(number(model(charge(token, R"(,"TrInitiatorCode":0)")), "ReasonCode"), 3003);
}

CAF_TEST(more than five calls at once are too many) {
    shop service;
    const temporary_directory directory;
    const auto journal = directory.path() / "journal.jsonl";
    std::string token;
    {
        const sandbox_fixture before{service.url(), journal};
        token = text(before.pay(plain_card), "token");
    }
    const sandbox_fixture sandbox{service.url("/slow"), journal};
    const auto body = R"({"Amount":1,"AccountId":"42","TrInitiatorCode":0,"Token":")" + token + "\"}";
    std::vector<std::jthread> callers;
    std::atomic<int> answered = 0;
    // Four workers ask the shop at once; the fifth call waits its turn, and is under way as well.
    const auto charge = [&] {
        // The question below may take the last place for a moment.
        while (sandbox.post_json("/payments/tokens/charge", body, sandbox_fixture::authorization).status ==
               429)
            std::this_thread::yield();
        ++answered;
    };
    for (int i = 0; i < 5; ++i)
        callers.emplace_back(charge);
    CAF_CHECK(eventually(
        [&] { return sandbox.post_json("/test", "", sandbox_fixture::authorization).status == 429; }));
    service.release();
    callers.clear();
    CAF_CHECK_EQUAL(answered.load(), 5);
    CAF_CHECK(success(sandbox.call("/test", "")));
}

CAF_TEST(a day is listed whole and a range in pages of a hundred) {
    shop service;
    sandbox_fixture sandbox{service.url()};
    for (int i = 0; i < 101; ++i)
        sandbox.pay(plain_card);
    sandbox.time.advance(24h);
    const auto late = sandbox.pay(poor_card);
    const auto ids = [&](std::string_view path, std::string_view body) {
        std::vector<std::int64_t> list;
        const auto reply = sandbox.call(path, body);
        for (const auto& each : reply.at("Model").as_array())
            list.push_back(each.at("TransactionId").as_int64());
        return list;
    };
    CAF_CHECK_EQUAL(ids("/payments/list", R"({"Date":"2026-11-23"})").size(), 101u);
    CAF_CHECK_EQUAL(ids("/payments/list", R"({"Date":"2026-11-24"})").size(), 1u);
    CAF_CHECK_EQUAL(ids("/payments/list", R"({"Date":"2026-11-25"})").size(), 0u);
    CAF_CHECK_EQUAL(ids("/payments/list", R"({"Date":"2026-11-23","TimeZone":"MSK"})").size(), 101u);
    const std::string range =
        R"("CreatedDateGte":"2026-11-23T00:00:00","CreatedDateLte":"2026-11-24T10:00:00")";
    const auto first = ids("/v2/payments/list", "{" + range + R"(,"PageNumber":1})");
    const auto second = ids("/v2/payments/list", "{" + range + R"(,"PageNumber":2})");
    CAF_CHECK_EQUAL(first.size(), 100u);
    CAF_CHECK_EQUAL(second.size(), 2u);
    CAF_CHECK(std::ranges::is_sorted(first));
    CAF_CHECK_EQUAL(std::to_string(second.back()), id_of(late));
    CAF_CHECK(ids("/v2/payments/list", "{" + range + R"(,"PageNumber":3})").empty());
    CAF_CHECK_EQUAL(
        ids("/v2/payments/list", "{" + range + R"(,"PageNumber":1,"Statuses":["Declined"]})").size(), 1u);
    CAF_CHECK_EQUAL(
        text(sandbox.call("/v2/payments/list", "{" + range + R"(,"Statuses":["Paid"]})"), "Message"),
        "Statuses must be names of statuses, as Completed");
    CAF_CHECK_EQUAL(text(sandbox.call("/v2/payments/list", "{}"), "Message"), "CreatedDateGte is required");
    CAF_CHECK_EQUAL(text(sandbox.call("/payments/list", R"({"Date":"yesterday"})"), "Message"),
                    "Date must be a date, as 2026-03-01 or 2026-03-01T09:15:30");
}

CAF_TEST(subscriptions are made found changed and ended) {
    shop service;
    sandbox_fixture sandbox{service.url()};
    const auto token = text(sandbox.pay(plain_card), "token");
    const auto made = sandbox.call(
        "/subscriptions/create",
        R"({"AccountId":"42","Description":"Pro","Email":"a@example.com","Amount":1490,"Currency":"RUB",)"
        R"("RequireConfirmation":false,"StartDate":"2026-11-24T10:00:00","Interval":"Month","Period":1,"Token":")" +
            token + "\"}");
    CAF_REQUIRE(success(made));
    const auto id = text(model(made), "Id");
    CAF_CHECK_EQUAL(text(model(made), "Status"), "Active");
    CAF_CHECK_EQUAL(text(model(made), "NextTransactionDateIso"), "2026-11-24T10:00:00");
    CAF_CHECK_EQUAL(number(model(made), "IntervalCode"), 1);

    const auto clock = sandbox.post_json("/sandbox/clock", R"({"advance":"32d"})");
    CAF_CHECK_EQUAL(clock.status, 200u);
    CAF_CHECK(clock.body.starts_with(R"({"now":"2026-12-25T10:00:00Z")"));
    const auto shown = sandbox.call("/subscriptions/get", R"({"Id":")" + id + "\"}");
    CAF_CHECK_EQUAL(number(model(shown), "SuccessfulTransactionsNumber"), 2);
    CAF_CHECK_EQUAL(text(model(shown), "LastTransactionDateIso"), "2026-12-24T10:00:00");
    CAF_CHECK_EQUAL(
        sandbox.call("/subscriptions/find", R"({"accountId":"42"})").at("Model").as_array().size(), 1u);
    CAF_CHECK(sandbox.call("/subscriptions/find", R"({"accountId":"43"})").at("Model").as_array().empty());
    const auto updated = sandbox.call("/subscriptions/update", R"({"Id":")" + id + R"(","Amount":99.5})");
    CAF_CHECK_EQUAL(fraction(model(updated), "Amount"), 99.5);
    CAF_CHECK(success(sandbox.call("/subscriptions/cancel", R"({"Id":")" + id + "\"}")));
    const auto ended = sandbox.call("/subscriptions/get", R"({"Id":")" + id + "\"}");
    CAF_CHECK_EQUAL(text(model(ended), "Status"), "Cancelled");
    CAF_CHECK(model(ended).at("NextTransactionDate").is_null());
    CAF_CHECK_EQUAL(text(sandbox.call("/subscriptions/get", R"({"Id":"sc_none"})"), "Message"), "Not found");
    CAF_CHECK_EQUAL(text(sandbox.call("/subscriptions/create", R"({"Interval":"Year"})"), "Message"),
                    "Interval must be Day, Week or Month");
}

CAF_TEST(chargebacks are planted and listed) {
    shop service;
    const sandbox_fixture sandbox{service.url()};
    const auto paid = sandbox.pay(plain_card);
    CAF_CHECK_EQUAL(
        sandbox.post_json("/sandbox/chargebacks", R"({"transaction_id":)" + id_of(paid) + "}").status, 200u);
    CAF_CHECK_EQUAL(sandbox.post_json("/sandbox/chargebacks", R"({"transaction_id":5})").status, 404u);
    const auto list =
        sandbox.call("/chargebacks/list",
                     R"({"CreatedDateGte":"2026-11-23","CreatedDateLte":"2026-11-24","PageNumber":1})");
    const auto& only = list.at("Model").as_array().at(0).as_object();
    CAF_CHECK_EQUAL(std::to_string(only.at("TransactionId").as_int64()), id_of(paid));
    CAF_CHECK_EQUAL(text(only, "Operation"), "Presentment");
    CAF_CHECK_EQUAL(text(only, "Type"), "Chargeback");
    CAF_CHECK_EQUAL(fraction(only, "Amount"), 990.05);
}
