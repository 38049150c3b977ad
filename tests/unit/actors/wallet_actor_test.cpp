#define CAF_SUITE wallet_actor

#include "tests/unit/actors/wallet_fixture.hpp"

using namespace atelier;
using namespace atelier::test::wallets;

static_assert(!std::is_aggregate_v<wallet_state>);

CAF_TEST_FIXTURE_SCOPE(wallet_tests, fixture)

CAF_TEST(a spend is answered when it is durable and not before) {
    const auto sent = spend(3);
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    CAF_REQUIRE_EQUAL(store.batches.size(), 1u);
    const auto& changes = store.last().at(0);
    CAF_CHECK(changes.user == anna);
    CAF_CHECK_EQUAL(changes.new_generations.size(), 1u);
    CAF_CHECK_EQUAL(changes.journal.size(), 1u);
    CAF_CHECK(changes.new_generations[0].deadline == time.now() + 10min);
    finish();
    CAF_REQUIRE_EQUAL(fate(sent), "7");
    const auto& r = sent->value();
    CAF_CHECK_EQUAL(r.status, 202);
    CAF_CHECK_EQUAL(r.location, "/v1/generations/100");
    CAF_CHECK_EQUAL(r.amount, -3);
    CAF_CHECK(r.last == changes.journal[0].id);
    CAF_CHECK(!r.replayed);
}

CAF_TEST(the next spend is decided on what is in flight) {
    const auto first = spend(3);
    const auto second = spend(3);
    CAF_CHECK_EQUAL(store.batches.size(), 1u);
    finish();
    CAF_CHECK_EQUAL(fate(first), "7");
    CAF_CHECK_EQUAL(fate(second), "waiting");
    CAF_CHECK_EQUAL(store.last().at(0).purchase_changes.at(0).expected, 7);
    finish();
    CAF_CHECK_EQUAL(fate(second), "4");
    CAF_CHECK_EQUAL(reader.reads, 1);
}

CAF_TEST(readers see what is committed and nothing that is in flight) {
    (void)spend(3);
    (void)spend(2);
    CAF_CHECK_EQUAL(read().balance, 10);
    finish();
    CAF_CHECK_EQUAL(read().balance, 7);
    finish();
    CAF_CHECK_EQUAL(read().balance, 5);
}

CAF_TEST(a refusal waits until what it was decided on is durable) {
    const auto first = spend(8);
    const auto second = spend(3);
    CAF_CHECK_EQUAL(fate(second), "waiting");
    finish();
    CAF_CHECK_EQUAL(fate(first), "2");
    CAF_CHECK_EQUAL(fate(second), "insufficient_tokens");
    CAF_CHECK_EQUAL(store.batches.size(), 1u);
}

CAF_TEST(a refusal that depends on nothing is immediate) {
    CAF_CHECK_EQUAL(fate(spend(11)), "insufficient_tokens");
    CAF_CHECK(store.batches.empty());
}

CAF_TEST(after a conflict it reads again and carries everything out anew) {
    const auto first = spend(8);
    const auto second = spend(3);
    holds(20);
    finish({verdict_kind::guard});
    CAF_CHECK_EQUAL(fate(first), "waiting");
    CAF_CHECK_EQUAL(fate(second), "waiting");
    CAF_CHECK_EQUAL(reader.reads, 2);
    finish();
    CAF_CHECK_EQUAL(fate(first), "12");
    finish();
    CAF_CHECK_EQUAL(fate(second), "9");
    CAF_CHECK_EQUAL(read().balance, 9);
}

CAF_TEST(commands that come while it reads again keep their order) {
    reader.held = true;
    const auto first = spend(3);
    reader.release();
    settle();
    reader.held = true;
    finish({verdict_kind::guard});
    const auto second = spend(4);
    CAF_CHECK(!store.busy());
    holds(9);
    reader.release();
    settle();
    finish();
    finish();
    CAF_CHECK_EQUAL(fate(first), "6");
    CAF_CHECK_EQUAL(fate(second), "2");
}

CAF_TEST(it does not try for ever) {
    const auto sent = spend(3);
    for (int i = 0; i < 5; ++i) {
        CAF_CHECK_EQUAL(fate(sent), "waiting");
        finish({verdict_kind::guard});
    }
    CAF_CHECK_EQUAL(fate(sent), "state_conflict");
    CAF_CHECK(!store.busy());
    CAF_CHECK(idle());
}

CAF_TEST(what the one before it ran into is not held against a command) {
    const auto first = spend(3);
    const auto second = spend(1);
    for (int i = 0; i < 5; ++i)
        finish({verdict_kind::guard});
    CAF_CHECK_EQUAL(fate(first), "state_conflict");
    CAF_CHECK_EQUAL(fate(second), "waiting");
    finish({verdict_kind::guard});
    CAF_CHECK_EQUAL(fate(second), "waiting");
    finish();
    CAF_CHECK_EQUAL(fate(second), "9");
}

CAF_TEST(a change that can never be committed is refused and the next one is not hurt) {
    const auto first = spend(3);
    const auto second = spend(3);
    finish({verdict_kind::invalid});
    CAF_CHECK_EQUAL(fate(first), "state_conflict");
    finish();
    CAF_CHECK_EQUAL(fate(second), "7");
}

CAF_TEST(a database that is away refuses all that is in flight) {
    const auto first = spend(3);
    const auto second = spend(3);
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_CHECK_EQUAL(fate(second), "unavailable");
    const auto third = spend(3);
    finish(); // asks whether the writer has settled all
    finish();
    CAF_CHECK_EQUAL(fate(third), "7");
}

CAF_TEST(a grant is a lot of its own) {
    grant_tokens command{anna, token_package_id{4}, 5, 48h};
    command.idempotency.emplace("gift", "f");
    const auto sent = tell(std::move(command));
    const auto& changes = store.last().at(0);
    CAF_REQUIRE_EQUAL(changes.new_purchases.size(), 1u);
    CAF_CHECK(changes.new_purchases[0].package == token_package_id{4});
    CAF_CHECK(changes.new_purchases[0].expires_at == time.now() + 48h);
    CAF_CHECK(changes.journal.at(0).op == operation::grant);
    CAF_CHECK_EQUAL(changes.idempotency.size(), 1u);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "15");
    CAF_CHECK_EQUAL(sent->value().status, 201);
    CAF_CHECK_EQUAL(read().balance, 15);
}

CAF_TEST(the answer is stored with the spend) {
    const auto sent = spend(3, "k1", "f1");
    const auto& remembered = store.last().at(0).idempotency;
    CAF_REQUIRE_EQUAL(remembered.size(), 1u);
    CAF_CHECK_EQUAL(remembered[0].key, "k1");
    CAF_CHECK_EQUAL(remembered[0].fingerprint, "f1");
    CAF_CHECK_EQUAL(remembered[0].response_status, 202);
    CAF_CHECK(remembered[0].expires_at == time.now() + 24h);
    const auto body = remembered[0].response_body;
    finish();
    CAF_CHECK_EQUAL(sent->value().body, body);
}

CAF_TEST(a key that was used before gets the stored answer) {
    idempotency_answer stored;
    stored.fingerprint = "f1";
    stored.response_status = 202;
    stored.response_body = R"({"id":1})";
    stored.response_location = "/v1/generations/1";
    reader.stored = std::optional{stored};
    const auto sent = spend(3, "k1", "f1");
    finish({verdict_kind::duplicate_key});
    CAF_REQUIRE(sent.over() && sent->has_value());
    CAF_CHECK(sent->value().replayed);
    CAF_CHECK_EQUAL(sent->value().body, R"({"id":1})");
    CAF_CHECK_EQUAL(sent->value().location, "/v1/generations/1");
    CAF_CHECK_EQUAL(read().balance, 10);
}

CAF_TEST(a refused command with a key may repeat one that took the last token) {
    CAF_CHECK_EQUAL(fate(spend(11, "k1", "f1")), "insufficient_tokens");
    reader.stored = std::optional{idempotency_answer{"f1", 202, R"({"id":1})", ""}};
    const auto sent = spend(11, "k1", "f1");
    CAF_REQUIRE(sent.over() && sent->has_value());
    CAF_CHECK(sent->value().replayed);
    CAF_CHECK_EQUAL(fate(spend(11, "k1", "f2")), "idempotency_key_reused");
    CAF_CHECK_EQUAL(fate(spend(11)), "insufficient_tokens");
    CAF_CHECK(store.batches.empty());
    CAF_CHECK(idle());
}

CAF_TEST(a key that was used for something else is refused) {
    reader.stored = std::optional{idempotency_answer{"other", 202, "{}", ""}};
    const auto sent = spend(3, "k1", "f1");
    finish({verdict_kind::duplicate_key});
    CAF_CHECK_EQUAL(fate(sent), "idempotency_key_reused");
}

CAF_TEST(a row that somebody else has written first is a conflict) {
    credit_charge command;
    command.user = anna;
    command.change.charge.emplace();
    command.change.charge->transaction_id = "T1";
    const auto sent = tell(std::move(command));
    finish({verdict_kind::duplicate_key});
    CAF_CHECK_EQUAL(fate(sent), "state_conflict");
    CAF_CHECK_EQUAL(read().balance, 10);
}

CAF_TEST(whoever came behind a used key is carried out anew) {
    reader.stored = std::optional{idempotency_answer{"f", 202, "{}", ""}};
    (void)spend(3, "k1");
    const auto next = spend(3);
    finish({verdict_kind::duplicate_key});
    finish();
    CAF_CHECK_EQUAL(fate(next), "7");
}

CAF_TEST(a key in flight is in progress or reused) {
    const auto first = spend(3, "k1", "f1");
    const auto again = spend(3, "k1", "f1");
    CAF_CHECK_EQUAL(fate(again), "idempotency_in_progress");
    CAF_CHECK(again->error().retry_after == 1s);
    CAF_CHECK_EQUAL(fate(spend(4, "k1", "f2")), "idempotency_key_reused");
    const auto other = spend(3, "k2", "f1");
    CAF_CHECK_EQUAL(fate(other), "waiting");
    finish();
    finish();
    CAF_CHECK_EQUAL(fate(first), "7");
    CAF_CHECK_EQUAL(fate(other), "4");
}

CAF_TEST(only so many commands may wait) {
    std::vector<answered> sent;
    for (int i = 0; i < 5; ++i)
        sent.push_back(spend(1));
    CAF_CHECK_EQUAL(fate(sent[4]), "overloaded");
    finish();
    finish();
    for (int i = 0; i < 4; ++i)
        CAF_CHECK_EQUAL(fate(sent[static_cast<std::size_t>(i)]), std::to_string(9 - i));
}

CAF_TEST(the limit holds while it reads as well) {
    reader.held = true;
    std::vector<answered> sent;
    for (int i = 0; i < 5; ++i)
        sent.push_back(spend(1));
    CAF_CHECK_EQUAL(fate(sent[4]), "overloaded");
    CAF_CHECK_EQUAL(reader.reads, 1);
}

CAF_TEST(when it cannot be read everybody is told and the next one tries again) {
    reader.lots = errc::unavailable;
    reader.held = true;
    const auto first = spend(1);
    const auto second = ask<outcome<wallet_view>>(wallet, read_wallet{anna, false});
    settle();
    reader.release();
    settle();
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_REQUIRE(second.over());
    CAF_CHECK(second->error().code == errc::unavailable);
    CAF_CHECK(idle());
    holds(10);
    const auto third = spend(1);
    finish();
    CAF_CHECK_EQUAL(fate(third), "9");
}

CAF_TEST(without keys nothing is promised) {
    ids.run_dry_after(0);
    CAF_CHECK_EQUAL(fate(spend(1)), "overloaded");
    ids.run_dry_after(1);
    CAF_CHECK_EQUAL(fate(spend(1)), "overloaded");
    CAF_CHECK(store.batches.empty());
    CAF_CHECK_EQUAL(read().balance, 10);
}

CAF_TEST(it may go only when nothing is under way) {
    CAF_CHECK(idle());
    reader.held = true;
    (void)spend(1);
    CAF_CHECK(!idle());
    reader.release();
    settle();
    CAF_CHECK(!idle());
    finish();
    CAF_CHECK(idle());
}

CAF_TEST(an order is a pending payment with its checkout) {
    token_package_record package;
    package.id = token_package_id{3};
    package.tokens_amount = 50;
    package.price_cents = 99'000;
    order_package command{anna, package};
    command.currency = "RUB";
    command.lifetime = 1h;
    const auto sent = tell(std::move(command));
    const auto row = store.last().at(0).new_payments.at(0);
    CAF_CHECK_EQUAL(row.amount_cents, 99'000);
    CAF_CHECK_EQUAL(row.invoice_id, "atelier-100");
    CAF_CHECK(row.expires_at == time.now() + 1h);
    finish();
    CAF_REQUIRE_EQUAL(fate(sent), "10");
    CAF_CHECK_EQUAL(sent->value().status, 201);
    CAF_CHECK(sent->value().body.find(R"("checkout":{"pay":"here"})") != std::string::npos);
}

CAF_TEST(a credit commits the payment and the archive with the tokens) {
    payment_record payment;
    payment.id = payment_id{9};
    payment.user = anna;
    payment.tokens_amount = 50;
    payment.validity_days = 30;
    payment_change change;
    change.id = payment.id;
    change.status = payment_status::paid;
    notification_record notification;
    notification.business_key = "pay:1";
    const auto sent = tell(credit_payment{payment, change, notification});
    const auto& changes = store.last().at(0);
    CAF_CHECK_EQUAL(changes.new_purchases.size(), 1u);
    CAF_CHECK(changes.new_purchases[0].payment == payment.id);
    CAF_CHECK(changes.new_purchases[0].expires_at == time.now() + std::chrono::days{30});
    CAF_CHECK_EQUAL(changes.payment_changes.size(), 1u);
    CAF_CHECK_EQUAL(changes.notifications.size(), 1u);
    CAF_REQUIRE_EQUAL(changes.webhook_events.size(), 1u);
    CAF_CHECK_EQUAL(changes.webhook_events[0].id, "payment-9-paid");
    CAF_CHECK(changes.webhook_events[0].payload.find(R"("status":"paid")") != std::string::npos);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "60");
    CAF_CHECK_EQUAL(read().balance, 60);
}

CAF_TEST(a refund ends the generation and gives the tokens back in one commit) {
    generation_change change;
    change.id = generation_id{5};
    change.status = generation_status::failed;
    refund_generation command{anna, change, {{purchase_id{1}, 4}}};
    command.events.push_back({"generation-5-failed", "generation.failed", "{}"});
    const auto sent = tell(std::move(command));
    const auto& changes = store.last().at(0);
    CAF_CHECK_EQUAL(changes.generation_changes.size(), 1u);
    CAF_CHECK_EQUAL(changes.webhook_events.at(0).id, "generation-5-failed");
    CAF_CHECK_EQUAL(changes.journal.at(0).amount, 4);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "14");
    CAF_CHECK_EQUAL(sent->value().amount, 4);
}

CAF_TEST(a generation without parts is ended all the same) {
    generation_change change;
    change.id = generation_id{5};
    const auto sent = tell(refund_generation{anna, change, {}});
    CAF_CHECK_EQUAL(store.last().at(0).generation_changes.size(), 1u);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "10");
}

CAF_TEST(expired lots are booked and without any there is nothing to commit) {
    CAF_CHECK_EQUAL(fate(tell(expire_lots{anna})), "10");
    CAF_CHECK(store.batches.empty());
    elapse(24h);
    const auto sent = tell(expire_lots{anna});
    finish();
    CAF_CHECK_EQUAL(fate(sent), "0");
    CAF_CHECK_EQUAL(sent->value().amount, -10);
}

CAF_TEST(a wallet that dies answers those who wait) {
    const auto sent = spend(3);
    crash(wallet);
    CAF_CHECK(sent.over());
}

CAF_TEST_FIXTURE_SCOPE_END()
