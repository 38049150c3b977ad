#define CAF_SUITE subscription_caller

#include "actors/gateways/subscription_caller.hpp"
#include "tests/support/fake_gateway.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

using result = gateway_call_result;

gateway_call call_of(gateway_call::kind what, const plan_terms& terms = monthly(2)) {
    gateway_call call;
    call.what = what;
    call.terms = terms;
    if (what == gateway_call::kind::charge) {
        call.invoice_id = "inv-2";
        call.amount_cents = 50'000;
    } else if (what != gateway_call::kind::create) {
        call.gateway_subscription_id = "sc_1";
    }
    if (what == gateway_call::kind::create)
        call.next_charge_at = subscribed_at + std::chrono::days{28};
    return call;
}

outcome<result> carried_out(fake_gateway& gateway, const gateway_call& call) {
    const gateway_subscriber who{user_id{42}, subscription_id{5}, 3, "tk_1"};
    std::optional<outcome<result>> ended;
    carry_out(gateway, call, who, [&](outcome<result> r) { ended.emplace(std::move(r)); });
    CAF_REQUIRE(ended.has_value());
    return *ended;
}

} // namespace

CAF_TEST(what is not so yet is done) {
    fake_gateway gateway;
    gateway.charges_for("sc_1", monthly());
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::update))->what == result::kind::done);
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::cancel))->what == result::kind::done);
    CAF_CHECK_EQUAL(carried_out(gateway, call_of(gateway_call::kind::create))->created, "sc_new");
    const std::vector<std::string> expected{"update sc_1 200000 [update-sc_1-3]",
                                            "cancel sc_1 [cancel-sc_1-3]",
                                            "create tk_1 200000 [create-5-1772269200]"};
    CAF_CHECK(gateway.changes == expected);
}

CAF_TEST(what is so already is not asked for again) {
    fake_gateway gateway;
    gateway.charges_for("sc_1", monthly(2));
    gateway.charges_for("sc_2", monthly(2));
    gateway.subscriptions["sc_2"].starts_at = subscribed_at + std::chrono::days{28};
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::update))->what == result::kind::done);
    CAF_CHECK_EQUAL(carried_out(gateway, call_of(gateway_call::kind::create))->created, "sc_2");
    auto& paid = gateway.payments["inv-2"];
    paid.transaction_id = "T7";
    paid.status = transaction_status::completed;
    const auto charge = carried_out(gateway, call_of(gateway_call::kind::charge));
    CAF_CHECK(charge->what == result::kind::paid);
    CAF_CHECK_EQUAL(charge->news->what.transaction_id, "T7");
    paid.status = transaction_status::declined;
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::charge))->what == result::kind::declined);
    CAF_CHECK(gateway.changes.empty());
}

CAF_TEST(what has ended is never updated since that would revive it) {
    fake_gateway gateway;
    gateway.charges_for("sc_1", monthly(), gateway_standing::rejected);
    gateway.subscriptions["sc_1"].successful_transactions = 4;
    for (const auto what : {gateway_call::kind::update, gateway_call::kind::cancel}) {
        const auto ended = carried_out(gateway, call_of(what));
        CAF_CHECK(ended->what == result::kind::ended);
        CAF_CHECK(ended->standing == gateway_standing::rejected);
        CAF_CHECK_EQUAL(ended->successes, 4);
    }
    gateway.subscriptions.clear();
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::update))->standing ==
              gateway_standing::cancelled);
    CAF_CHECK(gateway.changes.empty());
}

CAF_TEST(a card is charged or not ) {
    fake_gateway gateway;
    CAF_CHECK(carried_out(gateway, call_of(gateway_call::kind::charge))->what == result::kind::declined);
    gateway.charged.emplace();
    gateway.charged->transaction_id = "T8";
    gateway.charged->status = transaction_status::completed;
    const auto paid = carried_out(gateway, call_of(gateway_call::kind::charge));
    CAF_CHECK(paid->what == result::kind::paid);
    CAF_CHECK_EQUAL(paid->news->what.invoice_id, "inv-2");
    CAF_CHECK_EQUAL(gateway.changes.back(), "charge tk_1 50000 [charge-inv-2]");
}

CAF_TEST(whoever cannot be asked is asked again) {
    fake_gateway gateway;
    gateway.refusal = failure{errc::unavailable, "away"};
    for (const auto what : {gateway_call::kind::update, gateway_call::kind::cancel,
                            gateway_call::kind::create, gateway_call::kind::charge})
        CAF_CHECK(carried_out(gateway, call_of(what)).error().code == errc::unavailable);
}
