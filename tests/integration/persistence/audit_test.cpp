#define CAF_SUITE audit

#include "persistence/audit.hpp"
#include "persistence/pg_committer.hpp"
#include "persistence/seed.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* key = "xtapjjcjiudrlk3tmwyjgpuobabd";

/// Books with one of everything, as they should be.
struct fixture : books {
    user_id ann = add_user();
    purchase_id granted = add_lot(ann, 10);
    generation_id succeeded;
    generation_id failed;
    generation_id queued;
    payment_id paid = fresh<payment_id>();
    payment_id pending = fresh<payment_id>();
    purchase_id bought = fresh<purchase_id>();

    fixture() {
        pg_committer_options options;
        options.database = reach(conninfo());
        options.writer = "writer 1";
        pg_committer writer{options};
        const auto image = add_image(ann);
        const auto style = add_style();
        const auto package = add_package(50);
        auto first = generate(ann, granted, 10, image, style);
        auto second = generate(ann, granted, 9, image, style);
        auto third = generate(ann, granted, 8, image, style);
        succeeded = first.new_generations[0].id;
        failed = second.new_generations[0].id;
        queued = third.new_generations[0].id;
        change_set finished{ann, noon};
        const auto output = fresh<image_id>();
        finished.new_images.push_back({output, fresh<blob_id>(), fresh<attachment_id>(), true, "", "", key,
                                       "r.jpg", "image/jpeg", R"({"width":64,"height":48})", "local", 1234,
                                       "XUFAKrxLKna5cZ2REBfFkg=="});
        using s = generation_status;
        finished.generation_changes.push_back({succeeded, s::queued, s::succeeded, output, ""});
        finished.generation_changes.push_back({failed, s::queued, s::failed, std::nullopt, "engine_failed"});
        finished.purchase_changes.push_back({granted, 7, 8, std::nullopt});
        finished.journal.push_back(
            {fresh<transaction_id>(), granted, failed, operation::refund, 1, std::nullopt});
        change_set money{ann, noon};
        money.new_payments.push_back({pending, package, 4'900, "RUB", "1", noon});
        money.new_payments.push_back({paid, package, 4'900, "RUB", "2", noon});
        money.payment_changes.push_back(
            {paid, payment_status::pending, payment_status::paid, "900", "", "", noon});
        money.new_purchases.push_back({bought, package, 50, noon, noon + 24h, paid});
        money.journal.push_back(
            {fresh<transaction_id>(), bought, std::nullopt, operation::purchase, 50, std::nullopt});
        for (const auto& v : commit(writer, {first, second, third, finished, money, subscribe()}).verdicts)
            if (!v.committed())
                throw std::runtime_error{v.detail};
        execute("INSERT INTO deleted_images VALUES (" + std::to_string(add_image(ann).value) + ", now())");
    }

    /// Somebody's subscription with one charge.
    change_set subscribe() {
        const auto bob = add_user();
        const plan_id plan{
            ask("INSERT INTO subscription_plans (name, tokens_amount, price_cents, \"interval\", "
                "interval_count, created_at, updated_at) VALUES ('plan', 60, 100, 'month', 1, now(), "
                "now()) RETURNING id")};
        const billing_period period{noon, noon + 24h * 31};
        const auto lot = fresh<purchase_id>();
        change_set set{bob, noon};
        auto& change = set.subscription_changes.emplace_back();
        change.row.id = fresh<subscription_id>();
        change.row.user = bob;
        change.row.plan = plan;
        change.row.status = subscription_status::active;
        change.row.period = period;
        auto& charge = change.charge.emplace();
        charge.transaction_id = "901";
        charge.plan = plan;
        charge.amount_cents = 100;
        charge.currency = "RUB";
        charge.tokens_amount = 60;
        charge.paid_at = noon;
        charge.period = period;
        charge.lot = lot;
        const token_package_id origin{ask("SELECT id FROM token_packages WHERE name = 'subscription'")};
        set.new_purchases.push_back({lot, origin, 60, noon, period.end, std::nullopt});
        set.journal.push_back(
            {fresh<transaction_id>(), lot, std::nullopt, operation::subscription, 60, std::nullopt});
        return set;
    }

    /// As somebody does who gets around everything that protects the books.
    void tamper(const std::string& sql) {
        books superuser{"host=" + conninfo().substr(5, conninfo().find(' ') - 5) + " user=postgres" +
                        conninfo().substr(conninfo().find(" dbname="))};
        superuser.execute("ALTER TABLE token_transactions DISABLE TRIGGER ALL");
        superuser.execute(sql);
        superuser.execute(
            "ALTER TABLE token_transactions ENABLE TRIGGER ALL; "
            "ALTER TABLE token_transactions ENABLE ALWAYS TRIGGER token_transactions_append_only");
    }

    std::vector<audit_finding> findings(bool files_are_there = true) {
        return must(audit(database(), [&](std::string_view k, std::string_view checksum, std::int64_t size) {
            return files_are_there && k == key && checksum == "XUFAKrxLKna5cZ2REBfFkg==" && size == 1234;
        }));
    }

    /// The examples of every broken invariant, in one line each.
    std::string broken(bool files_are_there = true) {
        std::string all;
        for (const auto& f : findings(files_are_there))
            for (const auto& example : f.examples)
                all += example + "\n";
        return all;
    }
    void check_broken(const std::string& part) {
        const auto all = broken();
        CAF_MESSAGE(all);
        CAF_CHECK(all.find(part) != std::string::npos);
        CAF_CHECK(!database().in_transaction());
    }
};

std::string text(auto id) {
    return std::to_string(id.value);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(audit_tests, fixture)

CAF_TEST(sound books have no violation and every invariant looked at something) {
    for (const auto& f : findings()) {
        CAF_MESSAGE(f.invariant);
        CAF_CHECK_EQUAL(f.violations, 0);
        CAF_CHECK(f.examples.empty());
        CAF_CHECK(f.checked > 0 || f.invariant.find("idempotency") != std::string::npos);
    }
    CAF_CHECK_EQUAL(broken(), "");
}

CAF_TEST(a lot that differs from its journal is found) {
    execute("UPDATE token_purchases SET tokens_remaining = 9 WHERE id = " + text(granted));
    check_broken("purchase " + text(granted) + " holds 9, its journal says 8");
    check_broken("user " + text(ann) + " holds 59, the journal says 58");
}

CAF_TEST(a journal row without a lot is found) {
    execute("INSERT INTO token_transactions (user_id, operation, amount, created_at, updated_at) SELECT " +
            text(ann) + ", 'grant', 5, t, t FROM now() t");
    check_broken("user " + text(ann) + " holds 58, the journal says 63");
}

CAF_TEST(a journal row on the lot of another user is found) {
    const auto bob = add_user();
    execute("INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, created_at, "
            "updated_at) SELECT " +
            text(bob) + ", " + text(granted) + ", 'grant', 0, t, t FROM now() t");
    check_broken("of user " + text(bob));
}

CAF_TEST(a generation without its spend is found) {
    tamper("DELETE FROM token_transactions WHERE generation_id = " + text(queued));
    check_broken("generation " + text(queued) + " costs 1, spent 0");
}

CAF_TEST(a generation that was paid twice is found) {
    execute("INSERT INTO token_transactions (user_id, token_purchase_id, generation_id, operation, amount, "
            "created_at, updated_at) SELECT " +
            text(ann) + ", " + text(granted) + ", " + text(queued) + ", 'spend', -1, t, t FROM now() t");
    check_broken("generation " + text(queued) + " costs 1, spent 2");
}

CAF_TEST(a failed generation without its refund is found) {
    tamper("DELETE FROM token_transactions WHERE operation = 'refund'");
    check_broken("generation " + text(failed) + " is failed, spent 1, refunded 0");
}

CAF_TEST(a refund of a generation that did not fail is found) {
    execute("INSERT INTO token_transactions (user_id, token_purchase_id, generation_id, operation, amount, "
            "created_at, updated_at) SELECT " +
            text(ann) + ", " + text(granted) + ", " + text(succeeded) + ", 'refund', 1, t, t FROM now() t");
    check_broken("generation " + text(succeeded) + " is succeeded, spent 1, refunded 1");
}

CAF_TEST(a succeeded generation without its picture is found) {
    CAF_CHECK_EQUAL(broken(false).find("generation " + text(succeeded) + ": the file of blob"), 0u);
    execute("UPDATE generations SET output_image_id = NULL WHERE id = " + text(succeeded));
    check_broken("generation " + text(succeeded) + " has no output image with a file");
}

CAF_TEST(a paid payment without its lot is found) {
    execute("DELETE FROM payment_purchases");
    check_broken("payment " + text(paid) + " is paid: 0 lots");
    check_broken("lot " + text(bought) + " of 0 payments");
}

CAF_TEST(a payment that was credited with another amount or twice is found) {
    tamper("UPDATE token_transactions SET amount = 49 WHERE operation = 'purchase'");
    check_broken("payment " + text(paid) + " is paid: 1 lots, 1 credits, 49 of 50 tokens");
    execute("INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, created_at, "
            "updated_at) SELECT " +
            text(ann) + ", " + text(bought) + ", 'purchase', 1, t, t FROM now() t");
    check_broken("payment " + text(paid) + " is paid: 1 lots, 2 credits, 50 of 50 tokens");
}

CAF_TEST(a payment that was credited without being paid is found) {
    execute("UPDATE payments SET status = 'pending' WHERE id = " + text(paid));
    check_broken("payment " + text(paid) + " is pending: 1 lots");
}

CAF_TEST(a journal row that was updated is found) {
    tamper("UPDATE token_transactions SET updated_at = now() WHERE operation = 'refund'");
    check_broken("was updated");
}

CAF_TEST(a journal that no longer refuses changes is found) {
    for (const auto* sql :
         {"ALTER TABLE token_transactions ENABLE TRIGGER token_transactions_append_only", // not in replica
                                                                                          // sessions
          "ALTER TABLE token_transactions DISABLE TRIGGER token_transactions_append_only",
          "DROP TRIGGER token_transactions_append_only ON token_transactions"}) {
        execute(sql);
        check_broken("lacks its append-only trigger");
    }
}

CAF_TEST(a transaction of the gateway or a key that was used twice is found) {
    execute("DROP INDEX index_payments_on_cloudpayments_transaction_id; UPDATE payments SET "
            "cloudpayments_transaction_id = '900'");
    check_broken("gateway transaction 900: 2 payments");
    execute("ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_pkey");
    for (int i = 0; i < 2; ++i)
        execute("INSERT INTO idempotency_keys VALUES (" + text(ann) +
                ", 'k', 'f', 200, '', '', now(), now())");
    check_broken("key of user " + text(ann) + ": 2 effects");
}

CAF_TEST(many violations are counted and a few are shown) {
    execute("INSERT INTO token_purchases (user_id, token_package_id, tokens_remaining, purchased_at, "
            "expires_at, created_at, updated_at) "
            "SELECT " +
            text(ann) + ", 1, 1, now(), now(), now(), now() FROM generate_series(1, 100)");
    const auto lots = findings()[0];
    CAF_CHECK_EQUAL(lots.violations, 100);
    CAF_CHECK_EQUAL(lots.examples.size(), 5u);
}

CAF_TEST(a new database is seeded once and what was changed stays) {
    books fresh_one;
    const auto first = must(seed(fresh_one.database(), noon));
    CAF_CHECK(first.styles >= 10);
    CAF_CHECK(first.token_packages >= 3);
    CAF_CHECK(first.subscription_plans >= 2);
    CAF_CHECK_EQUAL(fresh_one.ask("SELECT count(*) FROM token_packages WHERE active"),
                    static_cast<std::int64_t>(first.token_packages));
    CAF_CHECK_EQUAL(
        fresh_one.ask(
            "SELECT count(*) FROM styles WHERE length(prompt) > 20 AND created_at = '2024-05-01 12:00'"),
        static_cast<std::int64_t>(first.styles));
    fresh_one.execute("UPDATE token_packages SET price_cents = 1; DELETE FROM styles WHERE id = (SELECT "
                      "max(id) FROM styles)");
    const auto again = must(seed(fresh_one.database(), noon + 1h));
    CAF_CHECK_EQUAL(again.styles, 1u);
    CAF_CHECK_EQUAL(again.token_packages, 0u);
    CAF_CHECK_EQUAL(again.subscription_plans, 0u);
    CAF_CHECK_EQUAL(fresh_one.ask("SELECT count(*) FROM token_packages WHERE active AND price_cents <> 1"),
                    0);
}

CAF_TEST_FIXTURE_SCOPE_END()
