#define CAF_SUITE cloudpayments_replies

#include "tests/support/gateway_stand_in.hpp"
#include "tests/support/test.hpp"

#include <boost/json/parse.hpp>

#include <limits>

using namespace atelier;
using namespace std::chrono_literals;
using test::gateway_stand_in;
using test::no_success;
using test::request;
using test::success;

namespace {

constexpr instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

/// A transaction with every member that the API has in one, or `changed` instead of some of its text.
std::string transaction(std::string_view from = "", std::string_view to = "") {
    std::string model =
        R"({"ReasonCode":0,"PublicId":"pk_test","TerminalUrl":"http://example.com","TransactionId":3355000001,)"
        R"("Amount":990.10,"Currency":"RUB","CurrencyCode":0,"PaymentAmount":990.1,"PaymentCurrency":"RUB",)"
        R"("InvoiceId":"inv-007","AccountId":"0042","Email":null,"Description":"Пакет","JsonData":null,)"
        R"("CreatedDate":"\/Date(1772356530123)\/","PayoutDate":null,"CreatedDateIso":"2026-03-01T09:15:30",)"
        R"("AuthCode":"A1B2C3","TestMode":true,"Rrn":null,"OriginalTransactionId":null,)"
        R"("CardFirstSix":"424242","CardLastFour":"0007","CardExpDate":"12/39","CardType":"Visa",)"
        R"("Issuer":"Bank","Status":"Completed","StatusCode":3,"Reason":"Approved","CardHolderMessage":"Paid",)"
        R"("Type":0,"Refunded":false,"Name":"A HOLDER","Token":"tk_1","SubscriptionId":"sc_1",)"
        R"("GatewayName":"Test","CustomFields":[{"ID":"x"}],"TotalFee":1.5,"FieldOfTheYear2030":{}})";
    if (const auto at = model.find(from); !from.empty()) {
        CAF_REQUIRE(at != std::string::npos);
        model.replace(at, from.size(), to);
    }
    return model;
}

/// What getting a transaction comes to when this is the reply.
outcome<gateway_transaction> get(std::string reply) {
    gateway_stand_in gateway{[&](const request&) { return reply; }};
    return gateway.ask<gateway_transaction>(
        [&](auto then) { gateway.client.get_transaction("3355000001", std::move(then)); });
}

gateway_transaction got(std::string_view from = "", std::string_view to = "") {
    return get(success(transaction(from, to))).value();
}

const std::string subscription =
    R"({"Id":"sc_8cf8a9338fb","AccountId":"42","Description":"Плюс","Email":"user@example.com",)"
    R"("Amount":1490.0,"CurrencyCode":0,"Currency":"RUB","RequireConfirmation":false,)"
    R"("StartDate":"\/Date(1772356530000)\/","StartDateIso":"2026-03-01T09:15:30","IntervalCode":1,)"
    R"("Interval":"Month","Period":3,"MaxPeriods":12,"CultureName":"ru","StatusCode":1,"Status":"PastDue",)"
    R"("SuccessfulTransactionsNumber":2,"FailedTransactionsNumber":1,"LastTransactionDate":null,)"
    R"("LastTransactionDateIso":"2026-04-01T09:15:30","NextTransactionDateIso":null,)"
    R"("NextTransactionDate":"\/Date(1777626930000)\/"})";

gateway_charge some_charge() {
    gateway_charge order;
    order.token = "tk_1";
    order.account_id = "42";
    order.amount_cents = 10;
    order.currency = "RUB";
    return order;
}

} // namespace

CAF_TEST(a transaction is read) {
    const auto t = got();
    CAF_CHECK_EQUAL(t.transaction_id, "3355000001");
    CAF_CHECK_EQUAL(t.original_transaction_id, "");
    CAF_CHECK(t.type == gateway_operation::payment);
    CAF_CHECK(t.status == transaction_status::completed);
    CAF_CHECK_EQUAL(t.amount_cents, 99'010);
    CAF_CHECK_EQUAL(t.currency, "RUB");
    CAF_CHECK_EQUAL(t.invoice_id, "inv-007");
    CAF_CHECK_EQUAL(t.account_id, "0042");
    CAF_CHECK_EQUAL(t.subscription_id, "sc_1");
    CAF_CHECK_EQUAL(t.token, "tk_1");
    CAF_CHECK(t.test_mode);
    CAF_CHECK(!t.refunded);
    CAF_CHECK_EQUAL(t.card_type, "Visa");
    CAF_CHECK_EQUAL(t.card_last_four, "0007");
    CAF_CHECK_EQUAL(t.reason, "Approved");
    CAF_CHECK(t.reason_code == 0);
    CAF_CHECK(t.created_at == noon - 3h + 15min + 30s);
}

CAF_TEST(operations and statuses are told apart) {
    using operation = gateway_operation;
    for (const auto& [text, type] :
         std::vector<std::pair<std::string, operation>>{{"0", operation::payment},
                                                        {"1", operation::refund},
                                                        {"2", operation::payout},
                                                        {"\"Refund\"", operation::refund},
                                                        {"\"CardPayout\"", operation::payout},
                                                        {"null", operation::payment},
                                                        {"17", operation::other}})
        CAF_CHECK(got(R"("Type":0)", "\"Type\":" + text).type == type);
    using status = transaction_status;
    for (const auto& [text, expected] : std::vector<std::pair<std::string, status>>{
             {"AwaitingAuthentication", status::awaiting_authentication},
             {"Authorized", status::authorized},
             {"Cancelled", status::cancelled},
             {"Declined", status::declined},
             {"Pending", status::other},
             {"", status::none}})
        CAF_CHECK(got(R"("Status":"Completed")", "\"Status\":\"" + text + '"').status == expected);
    const auto refund = got(R"("OriginalTransactionId":null)", R"("OriginalTransactionId":3355000000)");
    CAF_CHECK_EQUAL(refund.original_transaction_id, "3355000000");
    CAF_CHECK(got(R"("Refunded":false)", R"("Refunded":true)").refunded);
}

CAF_TEST(amounts are exact or refused) {
    for (const auto& [text, cents] : std::vector<std::pair<std::string, std::int64_t>>{
             {"0.1", 10},
             {"0.07", 7},
             {"1234567.89", 123'456'789},
             {"990", 99'000},
             {"990.0000", 99'000},
             {"\"990.10\"", 99'010},
             {"92233720368547758.07", std::numeric_limits<std::int64_t>::max()}})
        CAF_CHECK_EQUAL(got(R"("Amount":990.10)", "\"Amount\":" + text).amount_cents, cents);
    for (const std::string text : {"1e3", "0.001", "-1", "null", "\"\"", "true", "{}", "92233720368547758.08",
                                   "99999999999999999999999"}) {
        const auto result = get(success(transaction(R"("Amount":990.10)", "\"Amount\":" + text)));
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::gateway_unavailable);
        CAF_CHECK(result.error().detail.ends_with("its reply cannot be used: Amount is no decimal amount"));
    }
}

CAF_TEST(the moment of creation is read in both spellings) {
    const std::string_view iso = R"("CreatedDateIso":"2026-03-01T09:15:30",)";
    CAF_CHECK(got(iso, "").created_at == noon - 3h + 15min + 30s + 123ms);
    for (const std::string ticks :
         {"\\/Date(-1)\\/", "\\/Date()\\/", "/Date(1", ")/", "/Date(9999999999999999)/", "yesterday", ""})
        CAF_CHECK(!got(R"("CreatedDate":"\/Date(1772356530123)\/","PayoutDate":null,)"
                       R"("CreatedDateIso":"2026-03-01T09:15:30",)",
                       "\"CreatedDate\":\"" + ticks + "\",")
                       .created_at);
}

CAF_TEST(a declined payment is a transaction although success is false) {
    const auto declined = get(no_success(
        "null", transaction(R"("Status":"Completed","StatusCode":3,"Reason":"Approved")",
                            R"("Status":"Declined","StatusCode":5,"Reason":"InsufficientFunds")")));
    CAF_REQUIRE(declined.has_value());
    CAF_CHECK(declined->status == transaction_status::declined);
    CAF_CHECK_EQUAL(declined->reason, "InsufficientFunds");
}

CAF_TEST(a payer who has to be authenticated first is awaited) {
    gateway_stand_in gateway{[](const request&) {
        return no_success("null",
                          R"({"TransactionId":504,"PaReq":"eJxVU","AcsUrl":"https://acs.example.com"})");
    }};
    const auto result = gateway.ask<gateway_transaction>(
        [&](auto then) { gateway.client.charge("t", some_charge(), std::move(then)); });
    CAF_REQUIRE(result.has_value());
    CAF_CHECK(result->status == transaction_status::awaiting_authentication);
    CAF_CHECK_EQUAL(result->transaction_id, "504");
    CAF_CHECK_EQUAL(result->amount_cents, 0);
}

CAF_TEST(a refusal without a transaction is none) {
    for (const auto* model : {"null", R"({"ReasonCode":5206})", R"({"TransactionId":0})", "[]"})
        CAF_CHECK(get(no_success("\"Wrong amount\"", model)).error().code == errc::gateway_refused);
    CAF_CHECK(get(no_success("\"Not found\"")).error().code == errc::not_found);
}

CAF_TEST(a list is read page by page until one is not full) {
    gateway_stand_in gateway{[](const request& r) {
        const auto page = boost::json::parse(r.body).as_object().at("PageNumber").as_int64();
        const int rows = page < 3 ? 100 : 4;
        std::string model = "[";
        for (int i = 0; i < rows; ++i)
            model += (i == 0 ? "" : ",") +
                     transaction("3355000001", std::to_string(3'355'000'000 + (page - 1) * 100 + i));
        return success(model + "]");
    }};
    std::vector<std::string> ids;
    bool more = true;
    for (std::int32_t page = 1; more; ++page) {
        const auto read = gateway.ask<gateway_page<gateway_transaction>>([&](auto then) {
            gateway.client.list_transactions({noon, noon + 24h}, page, std::move(then));
        });
        CAF_REQUIRE(read.has_value());
        for (const auto& t : read->items)
            ids.push_back(t.transaction_id);
        more = read->more;
    }
    CAF_REQUIRE_EQUAL(ids.size(), 204u);
    for (std::size_t i = 0; i < ids.size(); ++i)
        CAF_CHECK_EQUAL(ids[i], std::to_string(3'355'000'000 + i));
    CAF_CHECK_EQUAL(gateway.server.requests(3).size(), 3u);
}

CAF_TEST(a list with a gap is no list) {
    const auto list = [](std::string model) {
        gateway_stand_in gateway{[&](const request&) { return success(model); }};
        return gateway.ask<gateway_page<gateway_transaction>>([&](auto then) {
            gateway.client.list_transactions({noon, noon}, 1, std::move(then));
        });
    };
    CAF_CHECK(list("[]")->items.empty());
    CAF_CHECK(!list("[]")->more);
    for (const auto& model : {std::string{"null"}, std::string{"{}"}, "[" + transaction() + ",{}]",
                              "[" + transaction() + ",null]",
                              "[" + transaction(R"("InvoiceId":"inv-007")", R"("InvoiceId":"a\nb")") + "]"})
        CAF_CHECK(list(model).error().code == errc::gateway_unavailable);
}

CAF_TEST(a subscription is read) {
    gateway_stand_in gateway{[](const request& r) {
        return success(r.kind() == "find" ? "[" + subscription + "," + subscription + "]" : subscription);
    }};
    auto& client = gateway.client;
    const auto read = gateway.ask<gateway_subscription>(
        [&](auto then) { client.get_subscription("sc_1", std::move(then)); });
    CAF_REQUIRE(read.has_value());
    CAF_CHECK_EQUAL(read->id, "sc_8cf8a9338fb");
    CAF_CHECK_EQUAL(read->account_id, "42");
    CAF_CHECK_EQUAL(read->description, "Плюс");
    CAF_CHECK_EQUAL(read->amount_cents, 149'000);
    CAF_CHECK_EQUAL(read->currency, "RUB");
    CAF_CHECK(read->status == gateway_standing::past_due);
    CAF_CHECK(read->interval == interval_unit::month);
    CAF_CHECK_EQUAL(read->period, 3);
    CAF_CHECK(read->max_periods == 12);
    CAF_CHECK_EQUAL(read->successful_transactions, 2);
    CAF_CHECK_EQUAL(read->failed_transactions, 1);
    CAF_CHECK(read->starts_at == noon - 3h + 15min + 30s);
    CAF_CHECK(read->last_transaction_at == noon - 3h + 15min + 30s + std::chrono::days{31});
    CAF_CHECK(read->next_transaction_at == noon - 3h + 15min + 30s + std::chrono::days{61});
    const auto found = gateway.ask<std::vector<gateway_subscription>>(
        [&](auto then) { client.find_subscriptions("42", std::move(then)); });
    CAF_CHECK_EQUAL(found.value().size(), 2u);
}

CAF_TEST(states of subscriptions are told apart and intervals must be known) {
    const auto read = [](std::string from, std::string to) {
        auto model = subscription;
        model.replace(model.find(from), from.size(), to);
        gateway_stand_in gateway{[&](const request&) { return success(model); }};
        return gateway.ask<gateway_subscription>(
            [&](auto then) { gateway.client.get_subscription("sc_1", std::move(then)); });
    };
    using status = gateway_standing;
    for (const auto& [text, expected] :
         std::vector<std::pair<std::string, status>>{{"Active", status::active},
                                                     {"Cancelled", status::cancelled},
                                                     {"Rejected", status::rejected},
                                                     {"Expired", status::expired},
                                                     {"Paused", status::unknown}})
        CAF_CHECK(read("PastDue", text)->status == expected);
    CAF_CHECK(read("\"Month\"", "\"Day\"")->interval == interval_unit::day);
    CAF_CHECK(read("\"Month\"", "\"Week\"")->interval == interval_unit::week);
    CAF_CHECK(!read("\"MaxPeriods\":12", "\"MaxPeriods\":null")->max_periods);
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"\"Month\"", "\"Year\""},
                                                          {"\"Period\":3", "\"Period\":null"},
                                                          {"\"Period\":3", "\"Period\":-3"},
                                                          {"\"Period\":3", "\"Period\":1.5"},
                                                          {"\"Id\":\"sc_8cf8a9338fb\"", "\"Id\":null"}})
        CAF_CHECK(read(from, to).error().code == errc::gateway_unavailable);
}

CAF_TEST(what needs no model is satisfied without one) {
    gateway_stand_in gateway{
        [](const request&) { return test::http_answer("200 OK", R"({"Success":true})"); }};
    auto& client = gateway.client;
    CAF_CHECK(
        gateway.ask<done>([&](auto then) { client.confirm("c", "1", 1, std::move(then)); }).has_value());
    CAF_CHECK(gateway.ask<done>([&](auto then) { client.release("c", "1", std::move(then)); }).has_value());
    CAF_CHECK(gateway.ask<done>([&](auto then) { client.cancel_subscription("c", "1", std::move(then)); })
                  .has_value());
}

CAF_TEST(chargebacks are read) {
    gateway_stand_in gateway{[](const request&) {
        return success(
            R"([{"ChargeBackId":71,"TransactionId":3355000001,"Operation":"Presentment",)"
            R"("Type":"Chargeback","Date":"2026-03-01T09:15:30","Amount":990.1,"Currency":"RUB"}])");
    }};
    const auto page = gateway.ask<gateway_page<gateway_chargeback>>([&](auto then) {
        gateway.client.list_chargebacks({noon, noon}, 1, std::move(then));
    });
    CAF_REQUIRE(page.has_value());
    CAF_REQUIRE_EQUAL(page->items.size(), 1u);
    CAF_CHECK(!page->more);
    const auto& one = page->items.front();
    CAF_CHECK_EQUAL(one.id, "71");
    CAF_CHECK_EQUAL(one.transaction_id, "3355000001");
    CAF_CHECK_EQUAL(one.operation, "Presentment");
    CAF_CHECK_EQUAL(one.type, "Chargeback");
    CAF_CHECK_EQUAL(one.amount_cents, 99'010);
    CAF_CHECK_EQUAL(one.currency, "RUB");
    CAF_CHECK(one.at == noon - 3h + 15min + 30s);
}
