#define CAF_SUITE pg_committer

#include "persistence/pg_committer.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

pg_committer_options options(const std::string& conninfo, std::string writer = "writer 1") {
    pg_committer_options made;
    made.database = reach(conninfo);
    made.database.lock_timeout = 200ms;
    made.writer = std::move(writer);
    return made;
}

struct fixture : books {
    pg_committer writer{options(conninfo())};
    user_id ann = add_user();
    user_id bob = add_user();
    purchase_id anns = add_lot(ann, 100);
    purchase_id bobs = add_lot(bob, 100);
    image_id image = add_image(ann);
    style_id style = add_style();

    std::int64_t rows(const std::string& table) { return ask("SELECT count(*) FROM " + table); }
};

change_set with_key(change_set set, std::string key, instant expires_at = noon + 24h) {
    set.idempotency.push_back({std::move(key), "print", 202, R"({"id":1})", "/v1/1", expires_at});
    return set;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(pg_committer_tests, fixture)

CAF_TEST(an empty batch is answered) {
    const auto result = commit(writer, {});
    CAF_CHECK(result.verdicts.empty());
    CAF_CHECK_EQUAL(result.transactions, 0u);
}

CAF_TEST(a batch is one transaction and touches each lot once) {
    const auto result =
        commit(writer, {spend(ann, anns, 100, 1), spend(bob, bobs, 100, 5), spend(ann, anns, 99, 2)});
    CAF_CHECK_EQUAL(kinds(result), "committed committed committed");
    CAF_CHECK_EQUAL(result.transactions, 1u);
    CAF_CHECK_EQUAL(result.rows, 5u);
    CAF_CHECK(!result.recovered_unknown);
    CAF_CHECK_EQUAL(remaining(anns), 97);
    CAF_CHECK_EQUAL(remaining(bobs), 95);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM token_transactions WHERE operation = 'spend'"), 3);
    CAF_CHECK_EQUAL(
        ask("SELECT count(DISTINCT xmin::text) FROM token_transactions WHERE operation = 'spend'"), 1);
    CAF_CHECK_EQUAL(ask<bool>("SELECT bool_and(created_at = '2024-05-01 12:00' AND updated_at = created_at) "
                              "FROM token_transactions WHERE operation = 'spend'"),
                    true);
    CAF_CHECK_EQUAL(
        ask<bool>("SELECT updated_at = '2024-05-01 12:00' FROM token_purchases ORDER BY id LIMIT 1"), true);
    CAF_CHECK(writer.healthy());
    CAF_CHECK_EQUAL(writer.problem(), "");
}

CAF_TEST(a generation is written with its run and what it costs) {
    auto set = generate(ann, anns, 100, image, style);
    const auto id = set.new_generations[0].id;
    CAF_CHECK_EQUAL(kinds(commit(writer, {set})), "committed");
    CAF_CHECK_EQUAL(
        ask<std::string>(
            "SELECT status || cost || seed || (parameters ->> 'prompt') || deadline FROM generations g "
            "JOIN generation_runs r ON r.generation_id = g.id"),
        "queued142a room2024-05-01 12:10:00");
    CAF_CHECK_EQUAL(ask("SELECT generation_id FROM token_transactions WHERE operation = 'spend'"), id.value);
}

CAF_TEST(a generation goes through its states in one batch) {
    auto made = generate(ann, anns, 100, image, style);
    const auto id = made.new_generations[0].id;
    change_set started{ann, noon};
    started.generation_changes.push_back(
        {id, generation_status::queued, generation_status::running, std::nullopt, ""});
    started.run_changes.push_back({id, "preview", "job 7", 1, noon, std::nullopt});
    change_set succeeded{ann, noon + 5s};
    const auto output = fresh<image_id>();
    succeeded.new_images.push_back(
        {output, fresh<blob_id>(), fresh<attachment_id>(), true, "", "", "xtapjjcjiudrlk3tmwyjgpuobabd",
         "room.jpg", "image/jpeg", R"({"width":64,"height":48})", "local", 1234, "XUFAKrxLKna5cZ2REBfFkg=="});
    succeeded.generation_changes.push_back(
        {id, generation_status::running, generation_status::succeeded, output, ""});
    succeeded.run_changes.push_back({id, "", "", 0, std::nullopt, noon + 5s});
    CAF_CHECK_EQUAL(kinds(commit(writer, {made, started, succeeded})), "committed committed committed");
    CAF_CHECK_EQUAL(
        ask<std::string>(
            "SELECT concat_ws(',', status, output_image_id, error, engine, engine_job, attempt, "
            "started_at, finished_at) FROM generations g JOIN generation_runs r ON r.generation_id = g.id"),
        "succeeded," + std::to_string(output.value) +
            ",preview,job 7,1,2024-05-01 12:00:00,2024-05-01 12:00:05");
    CAF_CHECK_EQUAL(
        ask<std::string>(
            "SELECT concat_ws(',', kind, room_type, i.metadata, key, filename, content_type, b.metadata, "
            "service_name, byte_size, checksum, name, record_type) FROM images i "
            "JOIN active_storage_attachments a ON record_id = i.id JOIN active_storage_blobs b ON b.id = "
            "blob_id"),
        "output,xtapjjcjiudrlk3tmwyjgpuobabd,room.jpg,image/jpeg,{\"width\":64,\"height\":48},local,1234,"
        "XUFAKrxLKna5cZ2REBfFkg==,file,Image");
}

CAF_TEST(a failed generation keeps its error) {
    auto made = generate(ann, anns, 100, image, style);
    const auto id = made.new_generations[0].id;
    commit(writer, {made});
    change_set failed{ann, noon};
    failed.generation_changes.push_back(
        {id, generation_status::queued, generation_status::failed, std::nullopt, "canceled"});
    failed.journal.push_back({fresh<transaction_id>(), anns, id, operation::refund, 1, std::nullopt});
    failed.purchase_changes.push_back({anns, 99, 100, noon + 48h});
    CAF_CHECK_EQUAL(kinds(commit(writer, {failed})), "committed");
    CAF_CHECK_EQUAL(ask<std::string>("SELECT status || ' ' || error FROM generations"), "failed canceled");
    CAF_CHECK_EQUAL(ask<std::string>("SELECT expires_at::text FROM token_purchases ORDER BY id LIMIT 1"),
                    "2024-05-03 12:00:00");
}

CAF_TEST(a payment is ordered and paid and buys a lot) {
    const auto package = add_package(50);
    const auto id = fresh<payment_id>();
    change_set ordered{ann, noon};
    ordered.new_payments.push_back({id, package, 4'900, "RUB", "inv-1", noon + 24h});
    change_set paid{ann, noon + 1min};
    const auto lot = fresh<purchase_id>();
    paid.payment_changes.push_back(
        {id, payment_status::pending, payment_status::paid, "900000001", "Visa", "1111", noon});
    paid.new_purchases.push_back({lot, package, 50, noon, noon + 24h, id});
    paid.journal.push_back(
        {fresh<transaction_id>(), lot, std::nullopt, operation::purchase, 50, std::nullopt});
    paid.notifications.push_back(
        {"pay", "pay:900000001", std::string{"a=\xff\0b", 5}, "text/plain", "credited", R"({"code":0})", id});
    CAF_CHECK_EQUAL(kinds(commit(writer, {ordered, paid})), "committed committed");
    CAF_CHECK_EQUAL(
        ask<std::string>("SELECT concat_ws(',', status, amount_cents, currency, cloudpayments_invoice_id, "
                         "cloudpayments_transaction_id, card_type, card_last_four, paid_at, o.expires_at, "
                         "token_purchase_id) "
                         "FROM payments p JOIN payment_orders o ON o.payment_id = p.id JOIN "
                         "payment_purchases b ON b.payment_id = p.id"),
        "paid,4900,RUB,inv-1,900000001,Visa,1111,2024-05-01 12:00:00,2024-05-02 12:00:00," +
            std::to_string(lot.value));
    CAF_CHECK(ask<std::string>("SELECT body FROM gateway_notifications") == (std::string{"a=\xff\0b", 5}));
}

CAF_TEST(a repeated notification is counted and rejects nothing) {
    change_set first{ann, noon};
    first.notifications.push_back({"pay", "pay:1", "first", "text/plain", "credited", "{}", std::nullopt});
    change_set again{user_id{}, noon + 1min};
    again.notifications.push_back({"pay", "pay:1", "again", "text/plain", "duplicate", "{}", std::nullopt});
    CAF_CHECK_EQUAL(kinds(commit(writer, {first, again})), "committed committed");
    CAF_CHECK_EQUAL(kinds(commit(writer, {again, again})), "committed committed");
    CAF_CHECK_EQUAL(ask<std::string>("SELECT verdict || deliveries || updated_at FROM gateway_notifications"),
                    "credited42024-05-01 12:01:00");
    CAF_CHECK(ask<std::string>("SELECT body FROM gateway_notifications") == "first");
}

CAF_TEST(a mail goes to the outbox) {
    change_set set{ann, noon};
    set.outbox.push_back({"mail", R"({"to":"a@example.com"})"});
    CAF_CHECK_EQUAL(kinds(commit(writer, {set, set})), "committed committed");
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox WHERE kind = 'mail' AND due_at = '2024-05-01 12:00' AND "
                        "attempts = 0"),
                    2);
}

CAF_TEST(a guard that misses rejects its change set and the later ones of that life only) {
    execute("UPDATE token_purchases SET tokens_remaining = 50 WHERE id = " + std::to_string(anns.value));
    change_set unrelated{ann, noon};
    unrelated.outbox.push_back({"mail", "{}"});
    const auto result = commit(writer, {unrelated, spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1),
                                        spend(ann, anns, 99, 1), spend(bob, bobs, 99, 1), unrelated});
    CAF_CHECK_EQUAL(kinds(result), "committed committed guard superseded committed committed");
    CAF_CHECK_EQUAL(result.transactions, 2u);
    CAF_CHECK_EQUAL(remaining(anns), 50);
    CAF_CHECK_EQUAL(remaining(bobs), 98);
    CAF_CHECK_EQUAL(rows("outbox"), 2);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM token_transactions WHERE operation = 'spend'"), 2);
}

CAF_TEST(a lot or generation or payment that is not there or has another status misses its guard) {
    change_set lot{ann, noon};
    lot.purchase_changes.push_back({purchase_id{77}, 1, 0, std::nullopt});
    change_set generation{bob, noon};
    generation.generation_changes.push_back(
        {generation_id{77}, generation_status::queued, generation_status::running, std::nullopt, ""});
    change_set payment{add_user(), noon};
    payment.payment_changes.push_back(
        {payment_id{77}, payment_status::pending, payment_status::paid, "", "", "", noon});
    const auto carol = add_user();
    const auto result = commit(writer, {lot, generation, payment, spend(carol, add_lot(carol, 5), 5, 1)});
    CAF_CHECK_EQUAL(kinds(result), "guard guard guard committed");
    CAF_CHECK_EQUAL(result.transactions, 2u);
}

CAF_TEST(a change set that contradicts an earlier one is rejected before anything is sent) {
    const auto result = commit(writer, {spend(ann, anns, 100, 1), spend(ann, anns, 100, 1)});
    CAF_CHECK_EQUAL(kinds(result), "committed guard");
    CAF_CHECK_EQUAL(result.transactions, 1u);
    CAF_CHECK_EQUAL(remaining(anns), 99);
}

CAF_TEST(an idempotency key is accepted once until it expires) {
    CAF_CHECK_EQUAL(kinds(commit(writer, {with_key(spend(ann, anns, 100, 1), "k")})), "committed");
    const auto result =
        commit(writer, {with_key(spend(ann, anns, 99, 1), "k"), with_key(spend(bob, bobs, 100, 1), "k")});
    CAF_CHECK_EQUAL(kinds(result), "duplicate_key committed");
    CAF_CHECK_EQUAL(remaining(anns), 99);
    execute("UPDATE idempotency_keys SET expires_at = '2024-05-01 12:00'");
    CAF_CHECK_EQUAL(kinds(commit(writer, {with_key(spend(ann, anns, 99, 1), "k")})), "committed");
    CAF_CHECK_EQUAL(rows("idempotency_keys"), 2);
    CAF_CHECK_EQUAL(kinds(commit(writer, {with_key(spend(ann, anns, 98, 1), "n"),
                                          with_key(spend(ann, anns, 97, 1), "n")})),
                    "committed duplicate_key");
}

CAF_TEST(another unique key is a duplicate too) {
    const auto package = add_package(50);
    change_set first{ann, noon};
    const auto paid = fresh<payment_id>();
    first.new_payments.push_back({paid, package, 100, "RUB", "inv-1", noon});
    first.payment_changes.push_back(
        {paid, payment_status::pending, payment_status::paid, "900", "", "", noon});
    auto second = first;
    second.user = bob;
    second.life = static_cast<std::uint64_t>(bob.value);
    second.new_payments[0].id = second.payment_changes[0].id = fresh<payment_id>();
    CAF_CHECK_EQUAL(kinds(commit(writer, {first, second, spend(bob, bobs, 100, 1)})),
                    "committed duplicate_key superseded");
    CAF_CHECK_EQUAL(rows("payments"), 1);
}

CAF_TEST(one broken reference among a hundred is found and the others commit) {
    std::vector<change_set> sets;
    for (int i = 0; i < 100; ++i) {
        const auto user = add_user();
        sets.push_back(generate(user, add_lot(user, 1), 1, add_image(user), style));
    }
    sets[61].new_generations[0].style = style_id{777};
    const auto result = commit(writer, sets);
    for (std::size_t i = 0; i < sets.size(); ++i)
        CAF_CHECK(result.verdicts[i].kind == (i == 61 ? verdict_kind::invalid : verdict_kind::committed));
    CAF_CHECK_EQUAL(rows("generations"), 99);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM token_purchases WHERE tokens_remaining = 0"), 99);
    CAF_MESSAGE(result.verdicts[61].detail);
}

CAF_TEST(what the database itself refuses is invalid) {
    auto below_zero = spend(ann, anns, 100, 101);
    change_set no_json{bob, noon};
    no_json.outbox.push_back({"mail", "not json"});
    change_set no_text{add_user(), noon};
    no_text.outbox.push_back({"\xff", "{}"});
    const auto carol = add_user();
    CAF_CHECK_EQUAL(
        kinds(commit(writer, {below_zero, no_json, no_text, spend(carol, add_lot(carol, 5), 5, 1)})),
        "invalid invalid invalid committed");
}

CAF_TEST(a life whose change set is found guilty late takes the later ones along) {
    auto broken = generate(ann, anns, 100, image, style_id{777});
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(bob, bobs, 100, 1), broken, spend(ann, anns, 99, 1),
                                          spend(bob, bobs, 99, 1)})),
                    "committed invalid superseded committed");
    CAF_CHECK_EQUAL(remaining(anns), 100);
    CAF_CHECK_EQUAL(remaining(bobs), 98);
}

CAF_TEST(plain sql between loading and committing is never overwritten) {
    // As another program would: SELECT FOR UPDATE, UPDATE, INSERT.
    const auto lot = std::to_string(anns.value);
    execute(
        "BEGIN; SELECT * FROM token_purchases WHERE id = " + lot +
        " FOR UPDATE; "
        "UPDATE token_purchases SET tokens_remaining = tokens_remaining - 3, updated_at = now() WHERE id = " +
        lot +
        "; "
        "INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, created_at, "
        "updated_at) "
        "VALUES (" +
        std::to_string(ann.value) + ", " + lot + ", 'spend', -3, now(), now()); COMMIT");
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1)})),
                    "committed guard");
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 97, 1)})), "committed");
    CAF_CHECK_EQUAL(remaining(anns), 96);
    CAF_CHECK_EQUAL(ask("SELECT sum(amount) FROM token_transactions WHERE token_purchase_id = " + lot), 96);
}

CAF_TEST(a foreign writer that commits while the batch waits for its lock is not overwritten) {
    const auto lot = std::to_string(anns.value);
    auto slow = options(conninfo(), "patient");
    slow.database.lock_timeout = 10s;
    pg_committer patient{slow};
    execute("BEGIN; UPDATE token_purchases SET tokens_remaining = 10 WHERE id = " + lot);
    std::promise<commit_result> promise;
    patient.commit({spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1)},
                   [&](commit_result r) { promise.set_value(std::move(r)); });
    books watcher{conninfo()};
    while (watcher.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        std::this_thread::sleep_for(5ms);
    execute("COMMIT");
    CAF_CHECK_EQUAL(kinds(promise.get_future().get()), "committed guard");
    CAF_CHECK_EQUAL(remaining(anns), 10);
}

CAF_TEST(a lot that somebody holds for too long is unavailable and the others commit) {
    execute("BEGIN; SELECT * FROM token_purchases WHERE id = " + std::to_string(anns.value) + " FOR UPDATE");
    const auto result =
        commit(writer, {spend(ann, anns, 100, 1), spend(bob, bobs, 100, 1), spend(ann, anns, 99, 1)});
    execute("COMMIT");
    CAF_CHECK_EQUAL(kinds(result), "unavailable committed superseded");
    CAF_CHECK_EQUAL(remaining(anns), 100);
    CAF_CHECK_EQUAL(remaining(bobs), 99);
}

CAF_TEST(a database that is too slow takes nothing of the batch) {
    auto hasty = options(conninfo(), "hasty");
    hasty.database.lock_timeout = 0ms;
    hasty.database.statement_timeout = 100ms;
    pg_committer overtaxed{hasty};
    execute("BEGIN; SELECT * FROM token_purchases WHERE id = " + std::to_string(anns.value) + " FOR UPDATE");
    const auto result = commit(overtaxed, {spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1)});
    execute("COMMIT");
    CAF_CHECK_EQUAL(kinds(result), "unavailable unavailable");
    CAF_CHECK_EQUAL(result.transactions, 1u);
    CAF_CHECK_EQUAL(remaining(bobs), 100);
}

CAF_TEST(a deadlock is run again) {
    // The batch takes the lots in one order or the other; whichever it is, one of the two must yield.
    const auto more = add_lot(ann, 100);
    std::thread foreign{[&, this] {
        books other{conninfo()};
        for (int i = 0; i < 3; ++i)
            for (const auto& [first, second] : {std::pair{anns, more}, std::pair{more, anns}}) {
                const auto touched = other.database().execute(
                    "BEGIN; UPDATE token_purchases SET updated_at = now() WHERE id = " +
                    std::to_string(first.value) +
                    "; SELECT pg_sleep(0.02); UPDATE token_purchases SET updated_at = now() WHERE id = " +
                    std::to_string(second.value) + "; COMMIT");
                if (!touched)
                    must(other.database().execute("ROLLBACK"));
            }
    }};
    auto patient = options(conninfo(), "patient");
    patient.database.lock_timeout = 10s;
    pg_committer writing{patient};
    tokens left = 100;
    for (int i = 0; i < 10; ++i, --left) {
        auto both = spend(ann, anns, left, 1);
        both.purchase_changes.push_back({more, left, left - 1, std::nullopt});
        CAF_REQUIRE_EQUAL(kinds(commit(writing, {both})), "committed");
    }
    foreign.join();
    CAF_CHECK_EQUAL(remaining(anns), 90);
}

CAF_TEST(batches can be handed over from within the answer) {
    std::promise<void> finished;
    int left = 20;
    std::function<void(commit_result)> next = [&](const commit_result& result) {
        CAF_CHECK(result.verdicts[0].committed());
        if (--left == 0)
            return finished.set_value();
        const auto before = static_cast<tokens>(80 + left);
        writer.commit({spend(ann, anns, before, 1)}, next);
    };
    writer.commit({spend(ann, anns, 100, 1)}, next);
    finished.get_future().get();
    CAF_CHECK_EQUAL(remaining(anns), 80);
}

CAF_TEST(after stop everything is refused) {
    writer.stop();
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1), spend(bob, bobs, 100, 1)})),
                    "unavailable unavailable");
    writer.stop();
    CAF_CHECK_EQUAL(remaining(anns), 100);
}

CAF_TEST(stop finishes the batch under way) {
    auto patient = options(conninfo(), "patient");
    patient.database.lock_timeout = 10s;
    pg_committer writing{patient};
    execute("BEGIN; SELECT * FROM token_purchases WHERE id = " + std::to_string(anns.value) + " FOR UPDATE");
    std::promise<commit_result> promise;
    writing.commit({spend(ann, anns, 100, 1)}, [&](commit_result r) { promise.set_value(std::move(r)); });
    std::thread stopping{[&] { writing.stop(); }};
    execute("COMMIT");
    CAF_CHECK_EQUAL(kinds(promise.get_future().get()), "committed");
    stopping.join();
}

CAF_TEST_FIXTURE_SCOPE_END()
