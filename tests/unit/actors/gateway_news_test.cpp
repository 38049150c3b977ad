#define CAF_SUITE gateway_news

#include "actors/gateways/gateway_news.hpp"
#include "actors/gateways/json_fields.hpp"
#include "actors/reconciliation.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

gateway_transaction transaction(gateway_operation type, transaction_status status) {
    gateway_transaction t;
    t.transaction_id = "900000001";
    t.original_transaction_id = type == gateway_operation::refund ? "900000000" : "";
    t.type = type;
    t.status = status;
    t.amount_cents = 99'050;
    t.currency = "RUB";
    t.invoice_id = "atelier-7";
    t.account_id = "42";
    t.token = "tk_secret";
    t.test_mode = true;
    t.card_last_four = "0042";
    return t;
}

/// "pay completed" and its key; "" when it is no news.
std::string told(gateway_operation type, transaction_status status) {
    const auto news = news_of(transaction(type, status));
    return news ? news->what.business_key : "";
}

} // namespace

CAF_TEST(a transaction is the news that its webhook would have brought) {
    using op = gateway_operation;
    using s = transaction_status;
    CAF_CHECK_EQUAL(told(op::payment, s::completed), "pay:900000001");
    CAF_CHECK_EQUAL(told(op::payment, s::authorized), "pay:900000001");
    CAF_CHECK_EQUAL(told(op::payment, s::cancelled), "cancel:900000001");
    CAF_CHECK_EQUAL(told(op::refund, s::completed), "refund:900000001");
    for (const auto status : {s::none, s::awaiting_authentication, s::declined, s::other}) {
        CAF_CHECK_EQUAL(told(op::payment, status), "");
        CAF_CHECK_EQUAL(told(op::refund, status), "");
    }
    for (const auto type : {op::payout, op::other})
        CAF_CHECK_EQUAL(told(type, s::completed), "");
}

CAF_TEST(the news can be archived and read again like a webhook) {
    for (const auto type : {gateway_operation::payment, gateway_operation::refund}) {
        const auto news = news_of(transaction(type, transaction_status::completed));
        CAF_REQUIRE(news);
        CAF_CHECK_EQUAL(news->content_type, "application/json");
        CAF_CHECK(news->body.find("tk_secret") == std::string::npos);
        const auto fields = json_fields(news->body);
        CAF_REQUIRE(fields);
        const auto again = parse_notification(news->what.kind, *fields);
        CAF_REQUIRE(again);
        CAF_CHECK_EQUAL(again->business_key, news->what.business_key);
        CAF_CHECK_EQUAL(again->payment_transaction_id, news->what.payment_transaction_id);
        CAF_CHECK(again->amount_cents == 99'050);
        CAF_CHECK_EQUAL(again->invoice_id, "atelier-7");
        CAF_CHECK_EQUAL(again->account_id, "42");
        CAF_CHECK(again->status == news->what.status);
        CAF_CHECK(again->test_mode == true);
        CAF_CHECK_EQUAL(again->card_last_four, "0042");
    }
}

CAF_TEST(a day is written and read in one way) {
    const auto day = parse_day("2026-03-01");
    CAF_REQUIRE(day);
    CAF_CHECK_EQUAL(to_string(*day), "2026-03-01");
    CAF_CHECK(parse_day("2024-02-29"));
    for (const auto* text : {"", "2026-02-29", "2026-3-01", "2026/03/01", "2026-03-01T", "-026-03-01",
                             "2026-00-10", "2026-03-32", "yesterday!"})
        CAF_CHECK(!parse_day(text));
}

CAF_TEST(a report is JSON with all differences) {
    reconciliation_report report;
    report.day = *parse_day("2026-03-01");
    report.transactions = 3;
    report.agreed = 2;
    reconciliation_difference missed;
    missed.kind = "missed_payment";
    missed.transaction_id = "900000001";
    missed.invoice_id = "atelier-7";
    missed.amount_cents = 99'000;
    missed.detail = "credited";
    report.differences.push_back(missed);
    CAF_CHECK_EQUAL(
        reconciliation_json(report),
        R"({"day":"2026-03-01","transactions":3,"agreed":2,"differences":[{"kind":"missed_payment",)"
        R"("transaction_id":"900000001","invoice_id":"atelier-7","amount_cents":99000,)"
        R"("detail":"credited"}]})");
}

CAF_TEST(a subscription is told as its recurrent would tell it) {
    gateway_subscription there;
    there.id = "sc_1";
    there.account_id = "42";
    there.amount_cents = 119'000;
    there.currency = "RUB";
    there.status = gateway_standing::past_due;
    there.successful_transactions = 3;
    there.failed_transactions = 1;
    const auto news = news_of(there);
    CAF_CHECK_EQUAL(news.what.business_key, "recurrent:sc_1:PastDue:3:1");
    const auto replayed = parse_notification(notification_kind::recurrent, *json_fields(news.body));
    CAF_REQUIRE(replayed.has_value());
    CAF_CHECK_EQUAL(replayed->business_key, news.what.business_key);
    CAF_CHECK(replayed->standing == gateway_standing::past_due && replayed->successes == 3);
    CAF_CHECK(replayed->account_id == "42" && replayed->amount_cents == 119'000);
}
