#define CAF_SUITE views

#include "actors/domain/views.hpp"
#include "tests/support/test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant morning{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 9h + 15min + 30s + 250ms};

generation_record queued_generation() {
    generation_record g;
    g.id = generation_id{5};
    g.input_image = image_id{6};
    g.style = style_id{7};
    g.cost = 3;
    g.seed = -1;
    g.created_at = morning;
    return g;
}

payment_record pending_payment() {
    payment_record p;
    p.id = payment_id{1};
    p.package = token_package_id{2};
    p.amount_cents = 99'000;
    p.currency = "RUB";
    p.invoice_id = "atelier-1";
    p.tokens_amount = 50;
    p.created_at = morning;
    p.expires_at = morning + 1h;
    return p;
}

} // namespace

CAF_TEST(times are written in UTC with milliseconds) {
    CAF_CHECK_EQUAL(to_iso8601(morning), "2026-03-01T09:15:30.250Z");
    CAF_CHECK_EQUAL(to_iso8601(morning + 999us), "2026-03-01T09:15:30.250Z");
    CAF_CHECK_EQUAL(to_iso8601(instant{}), "1970-01-01T00:00:00.000Z");
    CAF_CHECK_EQUAL(to_iso8601(instant{-1us}), "1969-12-31T23:59:59.999Z");
    CAF_CHECK_EQUAL(to_iso8601(std::chrono::sys_days{std::chrono::year{2028} / 2 / 29}),
                    "2028-02-29T00:00:00.000Z");
}

CAF_TEST(a generation in the queue tells its place) {
    auto g = queued_generation();
    g.place.emplace();
    g.place->ahead = 2;
    auto shown = boost::json::parse(generation_json(g)).as_object();
    CAF_CHECK_EQUAL(boost::json::serialize(shown.at("queue")),
                    R"({"position":3,"estimated_wait_seconds":null})");
    g.place->estimated_wait = std::chrono::milliseconds{2'001};
    shown = boost::json::parse(generation_json(g)).as_object();
    CAF_CHECK_EQUAL(boost::json::serialize(shown.at("queue")),
                    R"({"position":3,"estimated_wait_seconds":3})");
}

CAF_TEST(a queued generation has neither output nor error) {
    CAF_CHECK_EQUAL(
        generation_json(queued_generation()),
        R"({"id":5,"status":"queued","cost":3,"input_image_id":6,"output_image_id":null,"style_id":7,)"
        R"("seed":-1,"error":null,"tokens_returned":0,"created_at":"2026-03-01T09:15:30.250Z",)"
        R"("started_at":null,"finished_at":null})");
}

CAF_TEST(a failed generation tells why and what came back) {
    auto g = queued_generation();
    g.status = generation_status::failed;
    g.error = "engine_failed: no picture: \"why\"";
    auto shown = boost::json::parse(generation_json(g)).as_object();
    CAF_CHECK_EQUAL(shown.at("tokens_returned").as_int64(), 3);
    CAF_CHECK(shown.at("error").at("code") == "engine_failed");
    CAF_CHECK(shown.at("error").at("detail") == "no picture: \"why\"");
    g.error = "canceled";
    shown = boost::json::parse(generation_json(g)).as_object();
    CAF_CHECK(shown.at("error").at("code") == "canceled");
    CAF_CHECK(shown.at("error").at("detail").is_null());
}

CAF_TEST(an accepted generation comes with the balance and the journal row) {
    const auto shown =
        boost::json::parse(accepted_generation_json(queued_generation(), 47, transaction_id{9})).as_object();
    CAF_CHECK_EQUAL(shown.at("balance").as_int64(), 47);
    CAF_CHECK_EQUAL(shown.at("transaction_id").as_int64(), 9);
    CAF_CHECK_EQUAL(shown.at("id").as_int64(), 5);
}

CAF_TEST(an order holds the checkout as an object) {
    const auto shown = boost::json::parse(order_json(pending_payment(), R"({"amount":990.00})")).as_object();
    CAF_CHECK(shown.at("checkout").at("amount").is_double());
    CAF_CHECK(shown.at("status") == "pending");
    CAF_CHECK(shown.at("card_type").is_null());
    CAF_CHECK(shown.at("paid_at").is_null());
}

CAF_TEST(a wallet shows what can be spent and what expires next) {
    const std::vector<purchase_record> lots{
        {purchase_id{1}, token_package_id{2}, 5, morning - 48h, morning},
        {purchase_id{2}, token_package_id{2}, 0, morning - 24h, morning + 1h},
        {purchase_id{3}, token_package_id{2}, 4, morning - 24h, morning + 2h},
        {purchase_id{4}, token_package_id{2}, 9, morning - 24h, morning + 3h},
    };
    const auto shown = boost::json::parse(wallet_json(13, lots, morning)).as_object();
    CAF_CHECK_EQUAL(shown.at("balance").as_int64(), 13);
    CAF_CHECK_EQUAL(shown.at("purchases").as_array().size(), 2u);
    CAF_CHECK_EQUAL(shown.at("next_to_expire").at("purchase_id").as_int64(), 3);
    CAF_CHECK_EQUAL(shown.at("next_to_expire").at("tokens").as_int64(), 4);
    CAF_CHECK_EQUAL(wallet_json(0, {}, morning), R"({"balance":0,"next_to_expire":null,"purchases":[]})");
}

CAF_TEST(a snapshot holds the balance and the unfinished generations) {
    CAF_CHECK_EQUAL(balance_json(7), R"({"balance":7})");
    CAF_CHECK_EQUAL(snapshot_json(7, {}, false), R"({"balance":7,"generations":[],"more":false})");
    CAF_CHECK_EQUAL(snapshot_json(7, {queued_generation()}, true), R"({"balance":7,"generations":[)" +
                                                                       generation_json(queued_generation()) +
                                                                       R"(],"more":true})");
}

CAF_TEST(a list joins its items and quotes the cursor) {
    CAF_CHECK_EQUAL(list_json({}, ""), R"({"data":[],"next_cursor":null})");
    CAF_CHECK_EQUAL(list_json({"1", "{}"}, "a\"b"), R"({"data":[1,{}],"next_cursor":"a\"b"})");
}

CAF_TEST(names of states and operations are those of the tables and read back) {
    CAF_CHECK_EQUAL(to_string(operation::purchase), "purchase");
    CAF_CHECK_EQUAL(to_string(operation::clawback), "clawback");
    for (const auto status : {generation_status::queued, generation_status::running,
                              generation_status::succeeded, generation_status::failed})
        CAF_CHECK(parse_generation_status(to_string(status)) == status);
    for (const auto status :
         {payment_status::pending, payment_status::partially_refunded, payment_status::expired})
        CAF_CHECK(parse_payment_status(to_string(status)) == status);
    CAF_CHECK(!parse_generation_status("canceled"));
    CAF_CHECK(!parse_payment_status(""));
}
