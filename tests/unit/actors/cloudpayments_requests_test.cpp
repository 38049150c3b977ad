#define CAF_SUITE cloudpayments_requests

#include "tests/support/gateway_stand_in.hpp"
#include "tests/support/test.hpp"

#include <boost/json/parse.hpp>

using namespace atelier;
using namespace std::chrono_literals;
using test::gateway_stand_in;
using test::request;
using test::success;

namespace {

constexpr instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

gateway_charge charge_order() {
    gateway_charge order;
    order.token = "tk_1";
    order.account_id = "42";
    order.amount_cents = 10;
    order.currency = "RUB";
    return order;
}

gateway_subscription_order subscription_order() {
    gateway_subscription_order order;
    order.token = "tk_1";
    order.account_id = "42";
    order.description = "Плюс \"месяц\"";
    order.amount_cents = 149'000;
    order.currency = "RUB";
    order.starts_at = noon + 250ms;
    order.interval = interval_unit::month;
    return order;
}

} // namespace

CAF_TEST(every call has its path and its body) {
    gateway_stand_in gateway{[](const request&) { return success(); }};
    auto& client = gateway.client;
    std::size_t count = 0;
    const auto check = [&](std::string target, std::string id, std::string body) {
        const auto sent = gateway.server.requests(++count).back();
        CAF_CHECK_EQUAL(sent.target, "/" + target);
        CAF_CHECK_EQUAL(sent.headers.contains("x-request-id") ? sent.headers.at("x-request-id") : "", id);
        CAF_CHECK_EQUAL(sent.body, body);
        CAF_CHECK(boost::json::parse(sent.body).is_object());
    };
    const auto ignore = [](const auto&) {};
    const gateway_period day{noon, noon + 24h - 1us};
    const std::string period =
        R"({"CreatedDateGte":"2026-03-01T12:00:00Z","CreatedDateLte":"2026-03-02T11:59:59Z",)";

    client.test(ignore);
    check("test", "", "{}");
    client.get_transaction("3355000001", ignore);
    check("payments/get", "", R"({"TransactionId":3355000001})");
    client.find_payment("inv-\"7\"", ignore);
    check("payments/find", "", R"({"InvoiceId":"inv-\"7\""})");
    client.find_transaction("inv-7", ignore);
    check("v2/payments/find", "", R"({"InvoiceId":"inv-7"})");
    client.list_transactions(day, 7, ignore);
    check("v2/payments/list", "", period + R"("PageNumber":7,"TimeZone":"UTC"})");
    client.list_chargebacks(day, 1, ignore);
    check("chargebacks/list", "", period + R"("PageNumber":1})");
    client.refund("r", "1", 123'456'789, ignore);
    check("payments/refund", "r", R"({"TransactionId":1,"Amount":1234567.89})");
    client.confirm("c", "9223372036854775807", 1, ignore);
    check("payments/confirm", "c", R"({"TransactionId":9223372036854775807,"Amount":0.01})");
    client.release("v", "1", ignore);
    check("payments/void", "v", R"({"TransactionId":1})");

    auto order = charge_order();
    client.charge("t", order, ignore);
    const std::string charged = R"({"Amount":0.10,"Currency":"RUB","AccountId":"42","Token":"tk_1",)";
    check("payments/tokens/charge", "t", charged + R"("TrInitiatorCode":0,"PaymentScheduled":1})");
    order.initiator = charge_initiator::merchant_unscheduled;
    client.charge("t", order, ignore);
    check("payments/tokens/charge", "t", charged + R"("TrInitiatorCode":0,"PaymentScheduled":0})");
    order.initiator = charge_initiator::payer;
    order.invoice_id = "inv-7";
    order.description = "d";
    order.email = "a@example.com";
    client.charge("t", order, ignore);
    check("payments/tokens/charge", "t",
          charged + R"("TrInitiatorCode":1,"InvoiceId":"inv-7","Description":"d","Email":"a@example.com"})");

    auto plan = subscription_order();
    client.create_subscription("s", plan, ignore);
    const std::string created =
        R"({"Token":"tk_1","AccountId":"42","Description":"Плюс \"месяц\"","Amount":1490.00,"Currency":"RUB",)"
        R"("RequireConfirmation":false,"StartDate":"2026-03-01T12:00:00Z","Interval":"Month","Period":1)";
    check("subscriptions/create", "s", created + "}");
    plan.max_periods = 12;
    client.create_subscription("s", plan, ignore);
    check("subscriptions/create", "s", created + R"(,"MaxPeriods":12})");
    client.get_subscription("sc_1", ignore);
    check("subscriptions/get", "", R"({"Id":"sc_1"})");
    client.find_subscriptions("42", ignore);
    check("subscriptions/find", "", R"({"accountId":"42"})");
    gateway_subscription_change change;
    change.amount_cents = 99'000;
    change.currency = "RUB";
    client.update_subscription("u", "sc_1", change, ignore);
    check("subscriptions/update", "u", R"({"Id":"sc_1","Amount":990.00,"Currency":"RUB"})");
    gateway_subscription_change all;
    all.description = "d";
    all.starts_at = noon;
    all.interval = interval_unit::week;
    all.period = 2;
    all.max_periods = 3;
    client.update_subscription("u", "sc_1", all, ignore);
    check("subscriptions/update", "u",
          R"({"Id":"sc_1","Description":"d","StartDate":"2026-03-01T12:00:00Z","Interval":"Week","Period":2,)"
          R"("MaxPeriods":3})");
    client.cancel_subscription("x", "sc_1", ignore);
    check("subscriptions/cancel", "x", R"({"Id":"sc_1"})");
}

CAF_TEST(what makes no sense is not sent) {
    gateway_stand_in gateway{[](const request&) { return success(); }};
    auto& client = gateway.client;
    int refused = 0;
    const auto note = [&](const auto& result) {
        CAF_REQUIRE(!result.has_value());
        CAF_CHECK(result.error().code == errc::validation_failed);
        ++refused;
    };
    for (const std::string id : {"", "a b", "a\r\nX-Evil: 1", "é", "\x7f"})
        client.release(id, "1", note);
    client.release(std::string(256, 'x'), "1", note);
    for (const std::string id : {"", "0", "01", "-1", "1.0", "1e3", "abc", "12345678901234567890", "1}"})
        client.get_transaction(id, note);
    for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}})
        client.refund("r", "1", amount, note);
    client.find_payment("", note);
    client.list_transactions({noon, noon}, 0, note);
    auto order = charge_order();
    order.token.clear();
    client.charge("t", order, note);
    CAF_CHECK_EQUAL(refused, 20);
    CAF_CHECK(gateway.server.requests(0).empty());
}
