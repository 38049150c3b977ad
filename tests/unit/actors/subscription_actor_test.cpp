#define CAF_SUITE subscription_actor

#include "actors/runtime/event_hub.hpp"
#include "tests/unit/actors/subscription_fixture.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace atelier::test::subscriptions;

CAF_TEST_FIXTURE_SCOPE(subscription_actor_tests, fixture)

CAF_TEST(an order is answered when it is durable and names its user) {
    const auto sent = tell(order_subscription{user_id{42}, monthly(), false});
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    const auto& row = change().row;
    CAF_CHECK_EQUAL(change().expected_revision, 0);
    CAF_CHECK(row.id == subscription_id{1} && row.user == user_id{42});
    CAF_CHECK_EQUAL(change().orders.at(0).invoice_id, "atelier-subscription-42-1-1");
    finish();
    CAF_CHECK_EQUAL(fate(sent), "201");
    CAF_CHECK_EQUAL(sent->value().location, "/v1/subscription");
    CAF_CHECK(sent->value().body.find(R"("checkout":{"invoice":"atelier-subscription-42-1-1"})") !=
              std::string::npos);
    CAF_CHECK(idle());
}

CAF_TEST(a key that was used before gets the answer that it got) {
    idempotency_answer known;
    known.fingerprint = "f";
    known.response_status = 201;
    known.response_body = "{}";
    reader.stored = std::optional{known};
    order_subscription command{user_id{42}, monthly(), false};
    command.idempotency = idempotency_key{"k", "f"};
    const auto sent = tell(command);
    CAF_CHECK_EQUAL(fate(sent), "201");
    CAF_CHECK(sent->value().replayed);
    command.idempotency->fingerprint = "g";
    CAF_CHECK_EQUAL(fate(tell(command)), "idempotency_key_reused");
    CAF_CHECK(store.batches.empty());
    reader.stored = std::optional<idempotency_answer>{};
    const auto fresh = tell(command);
    CAF_CHECK_EQUAL(store.last().at(0).idempotency.at(0).key, "k");
    finish();
    CAF_CHECK_EQUAL(fate(fresh), "201");
    CAF_CHECK_EQUAL(store.last().at(0).idempotency.at(0).response_body, fresh->value().body);
}

CAF_TEST(commands are refused where they make no sense) {
    CAF_CHECK_EQUAL(fate(tell(change_plan{user_id{42}, monthly(2)})), "not_found");
    CAF_CHECK_EQUAL(fate(tell(cancel_subscription{user_id{42}})), "not_found");
    CAF_CHECK_EQUAL(fate(tell(order_subscription{user_id{42}, monthly(), true})), "validation_failed");
    CAF_CHECK(store.batches.empty());
}

CAF_TEST(a payment is credited by the wallet together with the change) {
    stored(ordered(monthly(), time.now()));
    auto news = notice(notification_kind::pay, "T1");
    news.what.invoice_id = "inv-1";
    wallets.held = true;
    const auto sent = tell(news);
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    CAF_REQUIRE_EQUAL(wallets.charges.size(), 1u);
    const auto& credit = wallets.charges[0];
    CAF_CHECK(credit.user == user_id{42} && credit.package == token_package_id{9});
    CAF_CHECK(credit.change.row.status == subscription_status::active);
    CAF_CHECK_EQUAL(credit.change.charge->tokens_amount, 60);
    CAF_CHECK_EQUAL(credit.change.card_token, "tk_1");
    CAF_CHECK_EQUAL(credit.notification.verdict, "credited");
    CAF_CHECK_EQUAL(credit.events.at(0).type, "subscription.activated");
    CAF_CHECK(credit.events.at(0).payload.find(R"("status":"active")") != std::string::npos);
    CAF_CHECK(credit.change.row.look_again_at == credit.change.row.period->end);
    const auto reads = reader.reads;
    stored(active());
    wallets.release();
    settle();
    CAF_CHECK_EQUAL(fate(sent), "credited 0");
    CAF_CHECK_EQUAL(reader.reads, reads + 1); // the lot has got its id
    const auto again = tell(news);
    finish();
    CAF_CHECK_EQUAL(fate(again), "duplicate 0");
    CAF_CHECK_EQUAL(wallets.charges.size(), 1u);
}

CAF_TEST(what becomes of it is told once it is durable) {
    event_hub hub{time};
    context.news = &hub;
    std::string news;
    const auto listening = hub.listen(user_id{42}, {}, [&](const event_ptr& told) {
        news += told->name + told->data.substr(0, told->data.find(',')) + ' ';
    });
    (void)tell(order_subscription{user_id{42}, monthly(), false});
    CAF_CHECK_EQUAL(news, "");
    finish();
    CAF_CHECK_EQUAL(news, R"(subscription{"status":"pending" )");
    news.clear();
    stored(ordered(monthly(), time.now()));
    auto paid = notice(notification_kind::pay, "T1");
    paid.what.invoice_id = "inv-1";
    (void)tell(paid);
    CAF_CHECK_EQUAL(news, R"(subscription{"status":"active" )");
}

CAF_TEST(what the wallet refuses for a conflict is read again and decided anew) {
    stored(ordered(monthly(), time.now()));
    auto news = notice(notification_kind::pay, "T1");
    news.what.invoice_id = "inv-1";
    wallets.answer = errc::state_conflict;
    wallets.held = true;
    const auto sent = tell(news);
    stored(active()); // somebody else was faster
    wallets.release();
    settle();
    finish();
    CAF_CHECK_EQUAL(fate(sent), "duplicate 0");
    CAF_CHECK_EQUAL(wallets.charges.size(), 1u);
}

CAF_TEST(a late charge lets the lots of those after it live longer) {
    auto subject = active();
    hear(subject, charged("T3", time.now() + 60 * 24h), time.now() + 60 * 24h);
    stored(subject);
    auto& charges = reader.subscription->book.charges;
    charges[1].lot = purchase_id{33};
    time.advance(61 * 24h);
    auto news = notice(notification_kind::pay, "T2");
    news.what.date_time = charges[0].paid_at + 28 * 24h;
    (void)tell(news);
    CAF_REQUIRE_EQUAL(wallets.charges.size(), 1u);
    CAF_REQUIRE_EQUAL(wallets.charges[0].extensions.size(), 1u);
    CAF_CHECK(wallets.charges[0].extensions[0].lot == purchase_id{33});
    CAF_CHECK(wallets.charges[0].extensions[0].by > microseconds{0});
}

CAF_TEST(a check is answered before it is archived) {
    stored(active());
    const auto sent = tell(notice(notification_kind::check, "T9"));
    CAF_CHECK_EQUAL(fate(sent), "accepted 0");
    finish();
    CAF_CHECK_EQUAL(store.last().at(0).notifications.at(0).verdict, "accepted");
}

CAF_TEST(cancelling is committed and then told to the gateway which is looked at first) {
    stored(active());
    gateway.charges_for("sc_1", monthly());
    const auto sent = tell(cancel_subscription{user_id{42}});
    CAF_CHECK(gateway.changes.empty());
    CAF_CHECK_EQUAL(store.last().at(0).webhook_events.at(0).type, "subscription.cancelled");
    finish();
    CAF_CHECK_EQUAL(fate(sent), "200");
    CAF_REQUIRE_EQUAL(gateway.changes.size(), 1u);
    CAF_CHECK_EQUAL(gateway.changes[0].substr(0, 11), "cancel sc_1");
    CAF_CHECK(change().gateways.at(0).standing == gateway_standing::cancelled);
    finish();
    CAF_CHECK(idle());
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
    attend();
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
}

CAF_TEST(what the gateway could not be told is told again ever more rarely) {
    stored(active());
    gateway.charges_for("sc_1", monthly());
    gateway.refusal = failure{errc::unavailable};
    (void)tell(cancel_subscription{user_id{42}});
    finish(); // the order
    CAF_REQUIRE(store.busy());
    CAF_CHECK(change().row.look_again_at == time.now() + 5s);
    finish();
    attend();
    CAF_CHECK(!store.busy()); // too early
    time.advance(5s);
    attend();
    CAF_CHECK(change().row.look_again_at == time.now() + 10s);
    finish();
    gateway.refusal.reset();
    time.advance(10s);
    attend();
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
    finish();
    CAF_CHECK(!change().row.look_again_at || *change().row.look_again_at > time.now() + 1h);
    CAF_CHECK(idle());
}

CAF_TEST(an answer of the gateway that comes while something else is committed is noted in its turn) {
    stored(active(), "tk_1");
    gateway.charges_for("sc_1", monthly());
    gateway.held = true;
    (void)tell(cancel_subscription{user_id{42}});
    finish();
    const auto sent = tell(order_subscription{user_id{42}, monthly(2), true});
    gateway.release(); // the answer to the cancel
    settle();
    gateway.held = true;
    finish(); // the order
    CAF_CHECK_EQUAL(fate(sent), "202");
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
    CAF_CHECK(change().gateways.at(0).standing == gateway_standing::cancelled);
    finish();
    gateway.release();
    settle();
    CAF_REQUIRE_EQUAL(gateway.changes.size(), 2u);
    CAF_CHECK_EQUAL(gateway.changes.back().substr(0, 11), "charge tk_1");
}

CAF_TEST(an upgrade charges the saved card and takes effect when that is paid) {
    stored(active(), "tk_1");
    gateway.charges_for("sc_1", monthly());
    gateway.charged.emplace();
    gateway.charged->transaction_id = "T7";
    gateway.charged->status = transaction_status::completed;
    gateway.charged->test_mode = true;
    gateway.held = true;
    const auto sent = tell(change_plan{user_id{42}, monthly(2)});
    finish();
    CAF_CHECK_EQUAL(fate(sent), "200");
    CAF_CHECK(!idle()); // the gateway was asked
    // Its Check comes before its reply.
    auto check = notice(notification_kind::check, "T7");
    check.what.subscription_id.clear();
    check.what.invoice_id = change().orders.at(0).invoice_id;
    check.what.amount_cents = change().orders.at(0).amount_cents;
    CAF_CHECK_EQUAL(fate(tell(check)), "accepted 0");
    finish();
    wallets.held = true;
    gateway.release();
    settle();
    CAF_REQUIRE_EQUAL(wallets.charges.size(), 1u);
    CAF_CHECK(wallets.charges[0].change.charge->kind == charge_kind::upgrade);
    CAF_CHECK_EQUAL(wallets.charges[0].change.charge->tokens_amount, 60);
    CAF_CHECK(wallets.charges[0].change.row.plan == plan_id{2});
    atelier::subscription paid{reader.subscription->book, with_grace};
    paid.apply(wallets.charges[0].change);
    stored(paid, "tk_1");
    wallets.release();
    settle();
    // The gateway hears of the new price; the card is not charged again.
    CAF_CHECK_EQUAL(gateway.changes.size(), 2u);
    CAF_CHECK_EQUAL(gateway.changes.back().substr(0, 18), "update sc_1 200000");
}

CAF_TEST(a card that is declined is asked once) {
    stored(active(), "tk_1");
    gateway.charges_for("sc_1", monthly());
    (void)tell(change_plan{user_id{42}, monthly(2)});
    finish();
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
    CAF_CHECK(change().orders.at(0).declined);
    finish();
    CAF_CHECK_EQUAL(gateway.changes.size(), 1u);
    CAF_CHECK(idle());
}

CAF_TEST(what time changes is committed when somebody looks) {
    auto subject = active();
    subject.apply(**subject.decide_cancel(time.now()));
    hear(subject, recurrent(gateway_standing::cancelled, 1), time.now());
    stored(subject);
    attend();
    CAF_CHECK(!store.busy());
    time.advance(40 * 24h);
    attend();
    CAF_CHECK(change().row.status == subscription_status::expired);
    CAF_CHECK(!change().row.look_again_at);
    CAF_CHECK_EQUAL(store.last().at(0).webhook_events.at(0).type, "subscription.ended");
    finish();
    CAF_CHECK(idle());
}

CAF_TEST(a refund is noted and then takes tokens back from the lot of its charge) {
    auto subject = active();
    stored(subject);
    auto& all = *reader.subscription;
    all.book.charges.at(0).lot = purchase_id{3};
    const auto before = all;
    auto news = notice(notification_kind::refund, "R1");
    news.what.payment_transaction_id = "T1";
    news.what.amount_cents = 50'000;
    const auto sent = tell(news);
    CAF_CHECK_EQUAL(store.last().at(0).refunds.at(0).transaction_id, "R1");
    all.refunds.push_back({"R1", "T1", 50'000});
    all.lots.push_back({purchase_id{3}, token_package_id{9}, 60, time.now(), time.now() + 24h});
    wallets.held = true;
    finish();
    CAF_CHECK_EQUAL(fate(sent), "refund_recorded 0");
    CAF_REQUIRE_EQUAL(wallets.clawbacks.size(), 1u);
    CAF_CHECK_EQUAL(wallets.clawbacks[0].due, 30);
    const auto& refund = wallets.clawbacks[0].paid.charge_refunds.at(0);
    CAF_CHECK_EQUAL(refund.charge_transaction_id, "T1");
    CAF_CHECK_EQUAL(refund.refunded_cents, 50'000);
    all = before;
    wallets.release();
    settle();
    CAF_CHECK(idle());
    CAF_CHECK_EQUAL(wallets.clawbacks.size(), 1u);
}

CAF_TEST(what the database refuses for good is archived and an operator is called) {
    stored(active());
    auto news = notice(notification_kind::recurrent, "");
    news.what.subscription_id = "sc_of_somebody_else";
    news.what.standing = gateway_standing::past_due;
    const auto sent = tell(news);
    finish({verdict_kind::invalid});
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    CAF_CHECK(store.last().at(0).subscription_changes.empty());
    CAF_CHECK_EQUAL(store.last().at(0).notifications.at(0).verdict, "contradicts_books");
    finish();
    CAF_CHECK_EQUAL(fate(sent), "contradicts_books 0");
    CAF_CHECK(idle());
}

CAF_TEST(notifications come to the subscription by invoice or by the account of the gateways one) {
    notification_facts facts;
    facts.account_id = "42";
    CAF_CHECK(subscriber_of(facts, "atelier-subscription-7-3-1", "") == user_id{7});
    CAF_CHECK(subscriber_of(facts, "", "sc_1") == user_id{42});
    CAF_CHECK(!subscriber_of(facts, "atelier-7", ""));
    CAF_CHECK(!subscriber_of(facts, "", ""));
    facts.account_id = "ann";
    CAF_CHECK(!subscriber_of(facts, "", "sc_1"));
}

CAF_TEST_FIXTURE_SCOPE_END()
