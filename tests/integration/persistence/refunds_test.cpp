#define CAF_SUITE refunds

#include "persistence/audit.hpp"
#include "persistence/pg_committer.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/wallets.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

/// A paid payment of 100 cents for 50 tokens.
struct purchase {
    payment_id payment = fresh<payment_id>();
    purchase_id lot = fresh<purchase_id>();
    std::string transaction = "T" + std::to_string(payment.value);
};

struct fixture : books {
    pg_committer writer{writing_to(conninfo())};
    user_id ann = add_user();
    token_package_id package = add_package(50);
    purchase one = buy();

    purchase buy() {
        const purchase bought;
        change_set set{ann, noon};
        set.new_payments.push_back({bought.payment, package, 100, "RUB", "inv-" + bought.transaction, noon});
        set.payment_changes.push_back({bought.payment, payment_status::pending, payment_status::paid,
                                       bought.transaction, "", "", noon});
        set.new_purchases.push_back({bought.lot, package, 50, noon, noon + 24h, bought.payment});
        set.journal.push_back(
            {fresh<transaction_id>(), bought.lot, std::nullopt, operation::purchase, 50, std::nullopt});
        write({set});
        return bought;
    }

    void write(std::vector<change_set> sets) {
        CAF_REQUIRE_EQUAL(kinds(commit(writer, sets)),
                          (sets.size() == 1 ? "committed" : "committed committed"));
    }

    static change_set note(const purchase& of, const std::string& refund, std::int64_t cents) {
        change_set set{user_id{}, noon};
        set.refunds.push_back({refund, of.transaction, cents});
        return set;
    }

    /// The first refund of a payment: `taken` tokens come out of the lot, the rest of what is due is its
    /// debt.
    [[nodiscard]] change_set apply(const purchase& to, const std::string& refund, std::int64_t cents,
                                   tokens left, tokens due) const {
        change_set set{ann, noon};
        const auto taken = std::min(left, due);
        set.purchase_changes.push_back({to.lot, left, left - taken, std::nullopt});
        if (taken > 0)
            set.journal.push_back(
                {fresh<transaction_id>(), to.lot, std::nullopt, operation::clawback, -taken, std::nullopt});
        if (due > taken)
            set.debt_changes.push_back({to.lot, 0, due - taken});
        set.payment_changes.push_back(
            {to.payment, payment_status::paid,
             cents < 100 ? payment_status::partially_refunded : payment_status::refunded, "", "", "",
             std::nullopt});
        set.refund_applications.push_back({refund, to.payment, 0, cents, due});
        return set;
    }

    std::string broken() {
        std::string all;
        for (const auto& f :
             must(audit(database(), [](std::string_view, std::string_view, std::int64_t) { return true; })))
            for (const auto& example : f.examples)
                all += example + "\n";
        return all;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(refunds_tests, fixture)

CAF_TEST(a refund is noted once however often it is told) {
    write({note(one, "R1", 40), note(one, "R1", 40)});
    write({note(one, "R1", 40)});
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM gateway_refunds"), 1);
    const auto found = must(queries::find_refunds(database(), one.payment, one.transaction));
    CAF_REQUIRE_EQUAL(found.waiting.size(), 1u);
    CAF_CHECK_EQUAL(found.waiting[0].transaction_id, "R1");
    CAF_CHECK_EQUAL(found.waiting[0].amount_cents, 40);
    CAF_CHECK(found.lot.id == one.lot);
    CAF_CHECK_EQUAL(found.lot.remaining, 50);
    CAF_CHECK_EQUAL(found.credited, 50);
    CAF_CHECK(must(queries::list_invoices_with_refunds(database(), 10)) ==
              std::vector<std::string>{"inv-" + one.transaction});
}

CAF_TEST(a refund takes effect once) {
    write({note(one, "R1", 40)});
    write({apply(one, "R1", 40, 50, 20)});
    CAF_CHECK_EQUAL(remaining(one.lot), 30);
    const auto payment = must(queries::get_payment_by_transaction(database(), one.transaction));
    CAF_CHECK(payment.status == payment_status::partially_refunded);
    CAF_CHECK_EQUAL(payment.refunded_cents, 40);
    CAF_CHECK(must(queries::find_refunds(database(), one.payment, one.transaction)).waiting.empty());
    CAF_CHECK(must(queries::list_invoices_with_refunds(database(), 10)).empty());
    CAF_CHECK_EQUAL(broken(), "");

    auto again = apply(one, "R1", 40, 30, 20);
    again.payment_changes[0].expected = payment_status::partially_refunded;
    again.refund_applications[0].expected_cents = 40;
    again.refund_applications[0].refunded_cents = 80;
    CAF_CHECK_EQUAL(kinds(commit(writer, {again})), "guard");
    CAF_CHECK_EQUAL(remaining(one.lot), 30);
}

CAF_TEST(a refund decided on another sum is refused) {
    write({note(one, "R1", 40), note(one, "R2", 30)});
    write({apply(one, "R1", 40, 50, 20)});
    auto stale = apply(one, "R2", 30, 30, 15);
    stale.payment_changes[0].expected = payment_status::partially_refunded;
    CAF_CHECK_EQUAL(kinds(commit(writer, {stale})), "guard");
    stale.refund_applications[0].expected_cents = 40;
    stale.refund_applications[0].refunded_cents = 70;
    CAF_CHECK_EQUAL(kinds(commit(writer, {stale})), "committed");
    CAF_CHECK_EQUAL(broken(), "");
}

CAF_TEST(a refund that cannot take effect keeps no other from it) {
    const auto two = buy();
    write({note(one, "R1", 40), note(two, "R2", 40)});
    auto unheard = apply(one, "R9", 40, 50, 20);
    CAF_CHECK_EQUAL(kinds(commit(writer, {unheard, apply(two, "R2", 40, 50, 20)})), "guard committed");
    CAF_CHECK_EQUAL(remaining(one.lot), 50);
    CAF_CHECK_EQUAL(remaining(two.lot), 30);
}

CAF_TEST(what was spent is owed and known with the wallet) {
    write({spend(ann, one.lot, 50, 45)});
    write({note(one, "R1", 100)});
    write({apply(one, "R1", 100, 5, 50)});
    CAF_CHECK_EQUAL(remaining(one.lot), 0);
    CAF_CHECK_EQUAL(ask("SELECT tokens FROM purchase_debts"), 45);
    CAF_CHECK_EQUAL(broken(), "");

    change_set back{ann, noon};
    back.purchase_changes.push_back({one.lot, 0, 0, std::nullopt});
    back.debt_changes.push_back({one.lot, 44, 35});
    CAF_CHECK_EQUAL(kinds(commit(writer, {back})), "guard");
    back.purchase_changes[0] = {one.lot, 0, 5, std::nullopt};
    back.debt_changes[0] = {one.lot, 45, 35};
    back.journal.push_back(
        {fresh<transaction_id>(), one.lot, std::nullopt, operation::refund, 15, std::nullopt});
    back.journal.push_back(
        {fresh<transaction_id>(), one.lot, std::nullopt, operation::clawback, -10, std::nullopt});
    CAF_CHECK_EQUAL(kinds(commit(writer, {back})), "committed");
    const auto wallet = must(queries::load_wallet(database(), ann));
    CAF_REQUIRE_EQUAL(wallet.purchases.size(), 1u);
    CAF_CHECK_EQUAL(wallet.purchases[0].remaining, 5);
    CAF_CHECK_EQUAL(wallet.purchases[0].debt, 35);
    CAF_CHECK_EQUAL(broken(), "");
}

CAF_TEST(the audit finds a refund that was not taken from its lot) {
    write({note(one, "R1", 40)});
    write({apply(one, "R1", 40, 50, 20)});
    execute("UPDATE gateway_refunds SET tokens_due = 21");
    CAF_CHECK(broken().find("21 tokens due, 20 taken, 0 owed") != std::string::npos);
    execute("UPDATE gateway_refunds SET tokens_due = 20");
    execute("UPDATE payments SET status = 'paid'");
    CAF_CHECK(broken().find("is paid: 40 of 100 cents given back") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
