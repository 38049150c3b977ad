#define CAF_SUITE endpoints_gateway
#include "http/cursor.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

archived_notification sample_notification(std::string body, std::string type) {
    archived_notification n;
    n.id = notification_id{81};
    n.type = "pay";
    n.business_key = "pay:900000001";
    n.verdict = "credited";
    n.reply = R"({"code":0})";
    n.payment = payment_id{61};
    n.deliveries = 2;
    n.created_at = n.updated_at = noon;
    n.body = std::move(body);
    n.content_type = std::move(type);
    return n;
}

struct archive : front_end {
    explicit archive(std::string body = "TransactionId=900000001&Token=tk_1&Name=A+B",
                     std::string type = "application/x-www-form-urlencoded") {
        backend.archive.data.push_back(sample_notification(std::move(body), std::move(type)));
    }
};

} // namespace

CAF_TEST(notifications are listed with their verdicts and without their bodies) {
    archive front;
    front.backend.archive.next = 81;
    const auto r = front.send_to_operator(get("/ops/notifications?type=pay&verdict=credited&limit=1"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "notifications pay credited 0 1");
    CAF_CHECK(contains(text(r), R"("business_key":"pay:900000001","verdict":"credited")"));
    CAF_CHECK(contains(text(r), R"("payment_id":61,"deliveries":2)"));
    CAF_CHECK(!contains(text(r), "TransactionId"));
    const auto cursor = encode_cursor(cursor_kind::notifications, 81);
    CAF_CHECK(contains(text(r), R"("next_cursor":")" + cursor + '"'));
    (void)front.send_to_operator(get("/ops/notifications?cursor=" + cursor));
    CAF_CHECK_EQUAL(front.calls().back(), "notifications   81 20");
}

CAF_TEST(a notification is shown but not the token that charges the card) {
    archive form;
    const auto shown = form.send_to_operator(get("/ops/notifications/81"));
    CAF_CHECK(contains(
        text(shown), R"x("fields":[["TransactionId","900000001"],["Token","(withheld)"],["Name","A B"]])x"));
    archive object{R"({"TransactionId":1,"Token":"tk_1","Rrn":""})", "application/json; charset=utf-8"};
    CAF_CHECK(contains(text(object.send_to_operator(get("/ops/notifications/81"))),
                       R"x("fields":[["TransactionId","1"],["Token","(withheld)"],["Rrn",""]])x"));
    archive noise{"%zz", "application/x-www-form-urlencoded"};
    CAF_CHECK(contains(text(noise.send_to_operator(get("/ops/notifications/81"))), R"("fields":null)"));
}

CAF_TEST(a notification is replayed) {
    archive front;
    const auto r = front.send_to_operator(make_request(method::post, "/ops/notifications/81/replay"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"code":0,"verdict":"credited"})");
    CAF_CHECK_EQUAL(front.calls().back(), "replay 81");
}

CAF_TEST(a refund gives back all that is left or so much) {
    front_end front;
    const auto all =
        front.send_to_operator(with(post("/ops/payments/61/refunds", "{}"), "idempotency-key", "r-1"));
    CAF_CHECK_EQUAL(all.status, 201u);
    CAF_CHECK_EQUAL(text(all), R"({"payment_id":61,"transaction_id":"900000002","amount_cents":99000})");
    CAF_CHECK_EQUAL(front.calls().back(), "refund 61 0 r-1");
    CAF_CHECK_EQUAL(header(all, "Idempotency-Replayed"), "");
    const auto part = front.send_to_operator(
        with(post("/ops/payments/61/refunds", R"({"amount_cents":100})"), "idempotency-key", "again"));
    CAF_CHECK_EQUAL(front.calls().back(), "refund 61 100 again");
    CAF_CHECK_EQUAL(header(part, "Idempotency-Replayed"), "true");
}

CAF_TEST(a refund without a key could be made twice) {
    front_end front;
    CAF_CHECK(is_problem(front.send_to_operator(post("/ops/payments/61/refunds", "{}")),
                         errc::idempotency_key_invalid));
    CAF_CHECK(blames(front.send_to_operator(post("/ops/payments/61/refunds", R"({"amount_cents":0})")),
                     {{"amount_cents", "out_of_range"}}));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(a day is reconciled and the reports are listed) {
    front_end front;
    const auto r = front.send_to_operator(post("/ops/reconciliations", R"({"day":"2026-03-01"})"));
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(front.calls().back(), "reconcile 20513");
    for (const auto* day : {"2026-02-30", "2026-3-1", "yesterday", "2026-13-01", "20260301xx"})
        CAF_CHECK(blames(
            front.send_to_operator(post("/ops/reconciliations", std::string{R"({"day":")"} + day + R"("})")),
            {{"day", "invalid"}}));
    CAF_CHECK_EQUAL(text(front.send_to_operator(get("/ops/reconciliations"))),
                    R"({"data":[{"day":"2026-03-01"}],"next_cursor":null,"running":null})");
}
