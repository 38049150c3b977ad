#define CAF_SUITE payment_refunds_actor

#include "tests/unit/actors/payment_fixture.hpp"

using namespace atelier;
using namespace atelier::test::payments;

namespace {

struct refund_fixture : fixture {
    void already_paid() {
        reader.payment->status = payment_status::paid;
        reader.payment->cloudpayments_transaction_id = "T1";
    }

    /// So much is noted and has not taken effect; the lot still holds `left` of 50 tokens.
    void waits(std::int64_t amount_cents, tokens left = 50) {
        payment_refunds found;
        found.lot = {purchase_id{3}, token_package_id{1}, left, time.now(), time.now() + 24h};
        found.credited = 50;
        if (amount_cents > 0)
            found.waiting.push_back({"R1", "T1", amount_cents});
        reader.refunds = std::move(found);
    }

    static deliver_notification refund(std::int64_t amount_cents, const std::string& of = "T1") {
        auto command = notice(notification_kind::refund, "R1");
        command.what.payment_transaction_id = of;
        command.what.amount_cents = amount_cents;
        return command;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(payment_refunds_tests, refund_fixture)

CAF_TEST(a refund is noted before it is answered and then takes effect) {
    already_paid();
    waits(33'000);
    wallets.held = true;
    const auto sent = deliver(refund(33'000));
    const auto& noted = store.last().at(0);
    CAF_REQUIRE_EQUAL(noted.refunds.size(), 1u);
    CAF_CHECK_EQUAL(noted.refunds[0].transaction_id, "R1");
    CAF_CHECK_EQUAL(noted.refunds[0].payment_transaction_id, "T1");
    CAF_CHECK_EQUAL(noted.refunds[0].amount_cents, 33'000);
    CAF_CHECK_EQUAL(noted.notifications.at(0).verdict, "refund_recorded");
    CAF_CHECK(wallets.clawbacks.empty());
    finish();
    CAF_CHECK_EQUAL(fate(sent), "refund_recorded 0");
    CAF_REQUIRE_EQUAL(wallets.clawbacks.size(), 1u);
    const auto& back = wallets.clawbacks[0];
    CAF_CHECK(back.user == user_id{42} && back.lot.id == purchase_id{3});
    CAF_CHECK(back.paid.payment_changes.at(0).status == payment_status::partially_refunded);
    CAF_CHECK_EQUAL(back.paid.refund_applications.at(0).transaction_id, "R1");
    CAF_REQUIRE_EQUAL(back.paid.webhook_events.size(), 1u);
    CAF_CHECK(back.paid.webhook_events[0].id.ends_with("-refunded-33000"));
    CAF_CHECK(back.paid.webhook_events[0].payload.find(R"("refunded_cents":33000)") != std::string::npos);
    CAF_CHECK_EQUAL(back.due, 16);
    CAF_CHECK(!idle());
    release(receipt{});
    CAF_CHECK(idle());
    CAF_CHECK_EQUAL(wallets.clawbacks.size(), 1u);
}

CAF_TEST(a refund that overtakes its pay takes effect when the pay is credited) {
    const auto early = deliver(refund(99'000));
    finish();
    CAF_CHECK_EQUAL(fate(early), "refund_recorded 0");
    CAF_CHECK(wallets.clawbacks.empty());
    waits(99'000);
    const auto sent = deliver(pay);
    CAF_CHECK_EQUAL(fate(sent), "credited 0");
    CAF_REQUIRE(!wallets.clawbacks.empty());
    CAF_CHECK(wallets.clawbacks[0].paid.payment_changes.at(0).expected == payment_status::paid);
    CAF_CHECK(wallets.clawbacks[0].paid.payment_changes.at(0).status == payment_status::refunded);
    CAF_CHECK_EQUAL(wallets.clawbacks[0].due, 50);
}

CAF_TEST(refunds take effect one after the other) {
    already_paid();
    waits(33'000);
    reader.refunds->waiting.push_back({"R2", "T1", 66'000});
    wallets.held = true;
    caf::anon_send(payment, settle_refunds{"inv-7"});
    settle();
    CAF_REQUIRE_EQUAL(wallets.clawbacks.size(), 1u);
    wallets.release();
    wallets.held = true;
    settle();
    CAF_REQUIRE_EQUAL(wallets.clawbacks.size(), 2u);
    CAF_CHECK_EQUAL(wallets.clawbacks[1].paid.refund_applications.at(0).expected_cents, 33'000);
    CAF_CHECK_EQUAL(wallets.clawbacks[1].due, 34);
    CAF_CHECK(wallets.clawbacks[1].paid.payment_changes.at(0).status == payment_status::refunded);
    release(receipt{});
    CAF_CHECK(idle());
}

CAF_TEST(a refund of another transaction takes nothing from this payment) {
    already_paid();
    waits(0);
    const auto sent = deliver(refund(99'000, "T2"));
    finish();
    CAF_CHECK_EQUAL(fate(sent), "refund_recorded 0");
    CAF_CHECK(wallets.clawbacks.empty());
    CAF_CHECK(idle());
}

CAF_TEST(a refund without an invoice finds its payment by the transaction) {
    const directory_options options{time, meters, 1h, 5, 1min};
    const auto payments = owned(payments_actor{system.spawn(payments_behavior, &context, options)});
    actors.set(payments);
    already_paid();
    waits(99'000);
    reader.paid_with = reader.payment;
    const auto readable = reader.payment;
    auto command = refund(99'000);
    command.what.invoice_id.clear();
    reader.payment = errc::not_found;
    const auto sent = ask<outcome<notification_reply>>(payments, command);
    settle();
    reader.payment = readable;
    finish();
    CAF_CHECK_EQUAL(fate(sent), "refund_waiting 0");
    CAF_REQUIRE(!wallets.clawbacks.empty());
    CAF_CHECK(wallets.clawbacks[0].paid.payment_changes.at(0).id == payment_id{7});
}

CAF_TEST(whoever says that refunds wait may know more than is known here) {
    (void)deliver(check);
    finish();
    already_paid();
    waits(99'000);
    caf::anon_send(payment, settle_refunds{"inv-7"});
    settle();
    CAF_CHECK(!wallets.clawbacks.empty());
}

CAF_TEST(a clawback that is refused is left for the next time) {
    already_paid();
    waits(99'000);
    wallets.answer = errc::state_conflict;
    const auto sent = deliver(refund(99'000));
    finish();
    CAF_CHECK_EQUAL(fate(sent), "refund_recorded 0");
    CAF_CHECK_EQUAL(wallets.clawbacks.size(), 1u);
    CAF_CHECK(idle());
    waits(99'000);
    wallets.answer = receipt{};
    caf::anon_send(payment, settle_refunds{"inv-7"});
    settle();
    CAF_CHECK_EQUAL(wallets.clawbacks.size(), 2u);
}

CAF_TEST(more than was paid is an alarm) {
    already_paid();
    waits(99'001);
    wallets.held = true;
    (void)deliver(refund(99'001));
    finish();
    release(receipt{});
    CAF_CHECK(meters.expose().find(R"(atelier_payment_alarms_total{verdict="refunded_too_much"} 1)") !=
              std::string::npos);
}

// -- expiry -------------------------------------------------------------------------------------------------

CAF_TEST(a payment expires when its time is over and the gateway knows of no money) {
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    CAF_CHECK(!gateway_answers); // it has time left
    advance(1h);
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    CAF_REQUIRE(gateway_answers);
    CAF_CHECK(!store.busy());
    gateway_answers(std::optional<deliver_notification>{});
    settle();
    CAF_CHECK(store.last().at(0).payment_changes.at(0).status == payment_status::expired);
    finish();
    CAF_CHECK_EQUAL(fate(deliver(check)), "expired 20");
}

CAF_TEST(a pay that was lost is found before the payment expires) {
    advance(2h);
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    gateway_answers(std::optional{notice(pay)});
    settle();
    CAF_REQUIRE_EQUAL(wallets.credits.size(), 1u);
    CAF_CHECK_EQUAL(wallets.credits[0].notification.verdict, "credited");
    CAF_CHECK(store.batches.empty());
    CAF_CHECK(idle());
}

CAF_TEST(money that does not fit is recorded and the payment expires) {
    advance(2h);
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    auto odd = notice(pay);
    odd.what.amount_cents = 1;
    gateway_answers(std::optional{odd});
    settle();
    CAF_CHECK_EQUAL(store.last().at(0).notifications.at(0).verdict, "amount_mismatch");
    finish();
    CAF_CHECK(store.last().at(0).payment_changes.at(0).status == payment_status::expired);
    finish();
    CAF_CHECK(idle());
}

CAF_TEST(a payment does not expire as long as the gateway does not answer) {
    advance(2h);
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    gateway_answers(errc::unavailable);
    settle();
    CAF_CHECK(store.batches.empty());
    CAF_CHECK(idle());
    CAF_CHECK_EQUAL(fate(deliver(pay)), "credited 0");
}

CAF_TEST_FIXTURE_SCOPE_END()
