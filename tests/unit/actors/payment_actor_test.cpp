#define CAF_SUITE payment_actor

#include "actors/runtime/event_hub.hpp"
#include "tests/unit/actors/payment_fixture.hpp"

using namespace atelier;
using namespace atelier::test::payments;

static_assert(!std::is_aggregate_v<payment_state>);
static_assert(!std::is_aggregate_v<payments_state>);

CAF_TEST_FIXTURE_SCOPE(payment_tests, fixture)

CAF_TEST(a payment is credited in one commit with its change and its archive) {
    wallets.held = true;
    const auto sent = deliver(pay);
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    CAF_REQUIRE_EQUAL(wallets.credits.size(), 1u);
    const auto& credit = wallets.credits[0];
    CAF_CHECK_EQUAL(to_string(credit.change.expected), "pending");
    CAF_CHECK_EQUAL(to_string(credit.change.status), "paid");
    CAF_CHECK(credit.change.paid_at == time.now());
    CAF_CHECK_EQUAL(credit.notification.business_key, "pay:T1");
    CAF_CHECK_EQUAL(credit.notification.body, "raw");
    CAF_CHECK_EQUAL(credit.notification.verdict, "credited");
    CAF_CHECK_EQUAL(credit.notification.reply, R"({"code":0})");
    CAF_CHECK(credit.notification.payment == payment_id{7});
    release(receipt{});
    CAF_CHECK_EQUAL(fate(sent), "credited 0");
    CAF_CHECK(store.batches.empty());
}

CAF_TEST(however often it is delivered it is credited once) {
    wallets.held = true;
    const auto first = deliver(pay);
    const auto second = deliver(pay);
    CAF_CHECK_EQUAL(wallets.credits.size(), 1u);
    release(receipt{});
    CAF_CHECK_EQUAL(fate(first), "credited 0");
    CAF_CHECK_EQUAL(fate(second), "waiting");
    CAF_CHECK_EQUAL(store.last().at(0).notifications.at(0).verdict, "duplicate");
    finish();
    CAF_CHECK_EQUAL(fate(second), "duplicate 0");
    const auto third = deliver(pay);
    finish();
    CAF_CHECK_EQUAL(fate(third), "duplicate 0");
    const auto other = deliver(pay, "T2");
    finish();
    CAF_CHECK_EQUAL(fate(other), "paid_twice 0");
    CAF_CHECK_EQUAL(wallets.credits.size(), 1u);
    CAF_CHECK_EQUAL(reader.reads, 2); // the payment, and the refunds that may have come before it
}

CAF_TEST(a check is answered before it is archived) {
    const auto sent = deliver(check);
    CAF_CHECK_EQUAL(fate(sent), "accepted 0");
    CAF_REQUIRE(store.busy());
    CAF_CHECK_EQUAL(store.last().at(0).notifications.at(0).type, "check");
    CAF_CHECK(!idle());
    finish({verdict_kind::unavailable});
    CAF_CHECK(idle());
}

CAF_TEST(held money changes the payment and credits nothing) {
    auto hold = notice(pay);
    hold.what.status = transaction_status::authorized;
    const auto sent = deliver(hold);
    CAF_CHECK_EQUAL(to_string(store.last().at(0).payment_changes.at(0).status), "authorized");
    CAF_CHECK(store.last()[0].user == user_id{42});
    finish();
    CAF_CHECK_EQUAL(fate(sent), "authorized 0");
    CAF_CHECK(wallets.credits.empty());
    const auto confirmed = deliver(notification_kind::confirm);
    CAF_CHECK_EQUAL(fate(confirmed), "credited 0");
    CAF_CHECK_EQUAL(to_string(wallets.credits.at(0).change.expected), "authorized");
}

CAF_TEST(an invoice that is not known refuses the check and archives the rest) {
    reader.payment = errc::not_found;
    CAF_CHECK_EQUAL(fate(deliver(check)), "unknown_invoice 10");
    finish();
    const auto sent = deliver(pay);
    CAF_CHECK(!store.last().at(0).notifications.at(0).payment);
    CAF_CHECK(store.last()[0].user == user_id{});
    finish();
    CAF_CHECK_EQUAL(fate(sent), "unknown_invoice 0");
    CAF_CHECK(wallets.credits.empty());
}

CAF_TEST(what could not be read is archived and does nothing) {
    auto unreadable = notice(pay);
    unreadable.problem = "Amount: invalid";
    const auto sent = deliver(unreadable);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "malformed 0");
    auto unreadable_check = notice(check);
    unreadable_check.problem = "Amount: invalid";
    CAF_CHECK_EQUAL(fate(deliver(unreadable_check)), "malformed 13");
    CAF_CHECK(wallets.credits.empty());
}

CAF_TEST(a credit that is refused because somebody else wrote is decided anew) {
    wallets.held = true;
    const auto sent = deliver(pay);
    reader.payment->status = payment_status::paid;
    reader.payment->cloudpayments_transaction_id = "T1";
    release(errc::state_conflict);
    CAF_CHECK_EQUAL(reader.reads, 2);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "duplicate 0");
    CAF_CHECK_EQUAL(wallets.credits.size(), 1u);
}

CAF_TEST(it does not try for ever) {
    wallets.answer = errc::state_conflict;
    CAF_CHECK_EQUAL(fate(deliver(pay)), "state_conflict");
    CAF_CHECK_EQUAL(wallets.credits.size(), 5u);
    CAF_CHECK(idle());
}

CAF_TEST(a credit that cannot be written is a failure to the gateway which comes again) {
    wallets.answer = errc::unavailable;
    CAF_CHECK_EQUAL(fate(deliver(pay)), "unavailable");
    wallets.answer = receipt{};
    CAF_CHECK_EQUAL(fate(deliver(pay)), "credited 0");
}

CAF_TEST(an archive that cannot be written is a failure to the gateway) {
    const auto sent = deliver(notification_kind::fail);
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(fate(sent), "unavailable");
}

CAF_TEST(when it cannot be read everybody is told) {
    reader.held = true;
    const auto first = deliver(pay);
    const auto second = deliver(check);
    const auto readable = reader.payment;
    reader.payment = errc::unavailable;
    reader.release();
    settle();
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_CHECK_EQUAL(fate(second), "unavailable");
    reader.payment = readable;
    CAF_CHECK_EQUAL(fate(deliver(pay)), "credited 0");
}

CAF_TEST(it may go only when nothing is under way) {
    CAF_CHECK(idle());
    wallets.held = true;
    (void)deliver(pay);
    CAF_CHECK(!idle());
    release(receipt{});
    CAF_CHECK(idle());
}

CAF_TEST(what becomes of it is told once it is durable) {
    event_hub hub{time};
    context.news = &hub;
    std::string news;
    const auto listening = hub.listen(user_id{42}, {}, [&](const event_ptr& told) {
        const auto status = told->data.find(R"("status":")") + 10;
        news += told->name + ' ' + told->data.substr(status, told->data.find('"', status) - status) + ' ';
    });
    (void)deliver(check);
    finish();
    CAF_CHECK_EQUAL(news, "");
    wallets.held = true;
    (void)deliver(pay);
    CAF_CHECK_EQUAL(news, "");
    release(receipt{});
    CAF_CHECK_EQUAL(news, "payment paid ");
}

CAF_TEST(an order that nobody pays is told to have expired) {
    event_hub hub{time};
    context.news = &hub;
    std::string news;
    const auto listening = hub.listen(user_id{42}, {}, [&](const event_ptr& told) { news += told->data; });
    time.advance(2h);
    caf::anon_send(payment, expire_payment{"inv-7"});
    settle();
    gateway_answers(std::optional<deliver_notification>{});
    settle();
    finish();
    CAF_CHECK(news.find(R"("status":"expired")") != std::string::npos);
}

CAF_TEST(notifications without an invoice stand alone) {
    const directory_options options{time, meters, 1h, 5, 1min};
    const auto payments = owned(payments_actor{system.spawn(payments_behavior, &context, options)});
    for (const std::string transaction : {"T1", "T1", "T2"}) {
        auto command = notice(notification_kind::receipt, transaction);
        command.what.invoice_id.clear();
        (void)ask<outcome<notification_reply>>(payments, command);
    }
    settle();
    const auto report = ask<children_report>(payments, list_children{10});
    settle();
    CAF_CHECK_EQUAL(report->live, 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
