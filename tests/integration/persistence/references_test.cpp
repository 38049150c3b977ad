#define CAF_SUITE references

#include "persistence/pg_committer.hpp"
#include "persistence/queries/wallets.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

pg_committer_options options(const std::string& conninfo, std::string writer, bool prove = true) {
    pg_committer_options made;
    made.database = reach(conninfo);
    made.database.lock_timeout = 200ms;
    made.writer = std::move(writer);
    made.prove_references = prove;
    return made;
}

struct fixture : books {
    user_id ann = add_user();
    user_id bob = add_user();
    purchase_id anns = add_lot(ann, 100);
    image_id image = add_image(ann);
    style_id style = add_style();
    token_package_id package = add_package(5);
    pg_committer proving{options(conninfo(), "proving")};
    pg_committer checked{options(conninfo(), "checked", false)};

    [[nodiscard]] change_set bought(token_package_id from, std::optional<payment_id> payment = {}) const {
        change_set set{ann, noon};
        const auto lot = fresh<purchase_id>();
        set.new_purchases.push_back({lot, from, 5, noon, noon + 24h, payment});
        set.journal.push_back(
            {fresh<transaction_id>(), lot, std::nullopt, operation::grant, 5, std::nullopt});
        return set;
    }
    [[nodiscard]] change_set ordered(user_id by, token_package_id what) const {
        change_set set{by, noon};
        const auto id = fresh<payment_id>();
        set.new_payments.push_back({id, what, 100, "RUB", "inv-" + std::to_string(id.value), noon});
        return set;
    }
    [[nodiscard]] change_set booked(purchase_id lot, std::optional<generation_id> generation) const {
        change_set set{ann, noon};
        set.journal.push_back({fresh<transaction_id>(), lot, generation, operation::grant, 0, std::nullopt});
        return set;
    }
};

constexpr std::int64_t nowhere = 777'777;

} // namespace

CAF_TEST_FIXTURE_SCOPE(references_tests, fixture)

CAF_TEST(the own cluster lets the writers prove references) {
    CAF_CHECK_EQUAL(kinds(commit(proving, {spend(ann, anns, 100, 1)})), "committed");
    CAF_CHECK_EQUAL(proving.unproven(), "");
    CAF_CHECK_EQUAL(kinds(commit(checked, {spend(ann, anns, 99, 1)})), "committed");
    CAF_CHECK_EQUAL(checked.unproven(), "so it is configured");
}

CAF_TEST(what refers to a missing row is refused alone whoever checks it) {
    for (auto* writer : {&proving, &checked}) {
        const auto carol = add_user();
        const auto result =
            commit(*writer, {
                                bought(package),
                                bought(token_package_id{nowhere}),
                                bought(package, payment_id{nowhere}),
                                ordered(ann, package),
                                ordered(user_id{nowhere}, package),
                                ordered(bob, token_package_id{nowhere}),
                                booked(anns, std::nullopt),
                                booked(purchase_id{nowhere}, std::nullopt),
                                booked(anns, generation_id{nowhere}),
                                generate(ann, anns, remaining(anns), image, style),
                                generate(bob, add_lot(bob, 1), 1, image_id{nowhere}, style),
                                generate(carol, add_lot(carol, 1), 1, add_image(carol), style_id{nowhere}),
                            });
        CAF_CHECK_EQUAL(kinds(result),
                        "committed invalid invalid committed invalid invalid committed invalid "
                        "invalid committed invalid invalid");
    }
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM generations"), 2);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM payments"), 2);
}

CAF_TEST(the picture of somebody else is no proof) {
    const auto lot = add_lot(bob, 5);
    const auto own = add_image(bob);
    CAF_CHECK_EQUAL(
        kinds(commit(proving, {generate(bob, lot, 5, image, style), generate(ann, anns, 100, image, style)})),
        "invalid committed");
    CAF_CHECK_EQUAL(kinds(commit(proving, {generate(bob, lot, 5, own, style)})), "committed");
}

CAF_TEST(a lot of somebody else misses its guard) {
    CAF_CHECK_EQUAL(kinds(commit(proving, {spend(bob, anns, 100, 1), spend(bob, add_lot(bob, 1), 1, 1)})),
                    "guard superseded");
    CAF_CHECK_EQUAL(remaining(anns), 100);
}

CAF_TEST(what was referred to cannot go away before the commit) {
    // Somebody deletes the picture, and has not yet committed it: who is faster is not known, so both wait.
    execute("BEGIN; DELETE FROM images WHERE id = " + std::to_string(image.value));
    const auto spent = [&] { return generate(ann, anns, 100, image, style); };
    CAF_CHECK_EQUAL(kinds(commit(proving, {spent()})), "unavailable");
    execute("ROLLBACK");
    CAF_CHECK_EQUAL(kinds(commit(proving, {spent()})), "committed");
    CAF_CHECK(!database().execute("DELETE FROM images WHERE id = " + std::to_string(image.value)));
}

CAF_TEST(rows of the batch itself prove what refers to them) {
    auto set = ordered(ann, package);
    set.payment_changes.push_back(
        {set.new_payments[0].id, payment_status::pending, payment_status::paid, "tx", "", "", noon});
    const auto credited = bought(package, set.new_payments[0].id);
    auto refunded = booked(anns, std::nullopt);
    const auto job = generate(ann, anns, 100, image, style);
    refunded.journal[0].generation = job.new_generations[0].id;
    CAF_CHECK_EQUAL(kinds(commit(proving, {set, credited, job, refunded})),
                    "committed committed committed committed");
}

CAF_TEST(a refund that reopened its lot says so in the journal) {
    change_set refund{ann, noon};
    refund.purchase_changes.push_back({anns, 100, 103, noon + 24h});
    refund.journal.push_back({fresh<transaction_id>(), anns, std::nullopt, operation::refund, 3, noon + 24h});
    CAF_CHECK_EQUAL(kinds(commit(proving, {refund})), "committed");
    const auto journal = must(queries::list_transactions(database(), ann, {}, 10));
    CAF_CHECK(journal.data.at(0).reopened_until == noon + 24h);
    CAF_CHECK(!journal.data.at(1).reopened_until);
}

CAF_TEST(triggers that somebody else put there are never skipped) {
    execute("CREATE TABLE seen (id bigint); "
            "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END$$; "
            "CREATE TRIGGER watch AFTER INSERT ON generations FOR EACH ROW EXECUTE FUNCTION see()");
    pg_committer careful{options(conninfo(), "careful")};
    CAF_CHECK_EQUAL(kinds(commit(careful, {generate(ann, anns, 100, image, style)})), "committed");
    CAF_CHECK_EQUAL(careful.unproven(), "trigger watch of generations is not ours to skip");
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM seen"), 1);
    CAF_CHECK_EQUAL(kinds(commit(careful, {generate(ann, anns, 99, image, style_id{nowhere})})), "invalid");
}

CAF_TEST(foreign keys that the proof does not know are never skipped) {
    execute("ALTER TABLE token_transactions ADD COLUMN auditor_id bigint DEFAULT 777777; "
            "ALTER TABLE token_transactions ADD CONSTRAINT auditors FOREIGN KEY (auditor_id) "
            "REFERENCES users (id) NOT VALID");
    pg_committer careful{options(conninfo(), "careful")};
    CAF_CHECK_EQUAL(kinds(commit(careful, {spend(ann, anns, 100, 1)})), "invalid");
    CAF_CHECK_EQUAL(careful.unproven(), "foreign key auditors of token_transactions is not ours to skip");
}

CAF_TEST(a role without the right leaves the checks to the triggers) {
    books superuser{shared_cluster().conninfo("postgres", "postgres")};
    superuser.execute("CREATE ROLE plain; GRANT plain TO atelier");
    execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain");
    pg_committer humble{options(conninfo() + " options='-c role=plain'", "humble")};
    CAF_CHECK_EQUAL(kinds(commit(humble, {generate(ann, anns, 100, image, style)})), "committed");
    CAF_CHECK(humble.unproven().find("permission denied") != std::string::npos);
    CAF_CHECK_EQUAL(kinds(commit(humble, {generate(ann, anns, 99, image, style_id{nowhere})})), "invalid");
    humble.stop();
    execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM plain");
    superuser.execute("DROP ROLE plain");
}

CAF_TEST_FIXTURE_SCOPE_END()
