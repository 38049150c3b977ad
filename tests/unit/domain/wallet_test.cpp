#define CAF_SUITE wallet

#include "actors/domain/wallet.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/test.hpp"

#include <limits>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};
constexpr user_id somebody{7};
constexpr generation_id job{100};

purchase_record lot(std::int64_t key, tokens remaining, microseconds expires_in, microseconds age = 24h) {
    return {purchase_id{key}, token_package_id{1}, remaining, noon - age, noon + expires_in};
}

/// "lot:amount" of each journal row.
std::string written(const change_set& changes) {
    std::string text;
    for (const auto& row : changes.journal)
        text += std::to_string(row.purchase.value) + ":" + std::to_string(row.amount) + " ";
    return text;
}

/// "lot:remaining" of each lot, in the order in which they are spent.
std::string written(const wallet& w) {
    std::string text;
    for (const auto& l : w.lots())
        text += std::to_string(l.id.value) + ":" + std::to_string(l.remaining) + " ";
    return text;
}

std::string code(const outcome<change_set>& decided) {
    return decided ? "decided" : std::string{to_string(decided.error().code)};
}

std::vector<spend_part> parts_of(const change_set& spend) {
    std::vector<spend_part> parts;
    for (const auto& row : spend.journal)
        parts.push_back({row.purchase, -row.amount});
    return parts;
}

} // namespace

CAF_TEST(lots are spent by their end and then their age and then their key) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 5, 72h), lot(2, 5, 24h, 1h), lot(3, 5, 24h, 2h), lot(5, 5, 48h), lot(4, 5, 48h)}};
    CAF_CHECK_EQUAL(written(w), "3:5 2:5 4:5 5:5 1:5 ");
    const auto spend = w.decide_spend(somebody, job, 12, noon, ids);
    CAF_REQUIRE(spend.has_value());
    CAF_CHECK_EQUAL(written(*spend), "3:-5 2:-5 4:-2 ");
}

CAF_TEST(a spend books each part under its generation and names what it found) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 3, 24h), lot(2, 9, 48h)}};
    const auto spend = w.decide_spend(somebody, job, 5, noon, ids);
    CAF_REQUIRE(spend.has_value());
    CAF_CHECK(spend->user == somebody && spend->at == noon);
    CAF_REQUIRE_EQUAL(spend->purchase_changes.size(), 2u);
    CAF_CHECK_EQUAL(spend->purchase_changes[0].expected, 3);
    CAF_CHECK_EQUAL(spend->purchase_changes[0].remaining, 0);
    CAF_CHECK_EQUAL(spend->purchase_changes[1].expected, 9);
    CAF_CHECK_EQUAL(spend->purchase_changes[1].remaining, 7);
    for (const auto& row : spend->journal) {
        CAF_CHECK(row.generation == job);
        CAF_CHECK_EQUAL(to_string(row.op), "spend");
    }
    CAF_CHECK(spend->journal[0].id != spend->journal[1].id);
}

CAF_TEST(deciding changes nothing until it is applied) {
    test::sequence_ids ids;
    wallet w{{lot(1, 10, 24h)}};
    const auto spend = w.decide_spend(somebody, job, 4, noon, ids);
    CAF_CHECK_EQUAL(w.balance(noon), 10);
    w.apply(spend.value());
    CAF_CHECK_EQUAL(w.balance(noon), 6);
}

CAF_TEST(the last token can be spent but not one more) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 3, 24h), lot(2, 4, 48h)}};
    CAF_CHECK_EQUAL(code(w.decide_spend(somebody, job, 7, noon, ids)), "decided");
    const auto refused = w.decide_spend(somebody, job, 8, noon, ids);
    CAF_CHECK_EQUAL(code(refused), "insufficient_tokens");
    CAF_CHECK_EQUAL(refused.error().detail, "This costs 8 tokens; the wallet holds 7.");
    CAF_CHECK_EQUAL(code(wallet{{}}.decide_spend(somebody, job, 1, noon, ids)), "insufficient_tokens");
}

CAF_TEST(a lot can be spent until the microsecond before it expires) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 5, 1h)}};
    const auto last = noon + 1h - 1us;
    CAF_CHECK_EQUAL(w.balance(last), 5);
    CAF_CHECK_EQUAL(code(w.decide_spend(somebody, job, 5, last, ids)), "decided");
    CAF_CHECK(w.decide_expire(somebody, last, ids)->journal.empty());

    CAF_CHECK_EQUAL(w.balance(last + 1us), 0);
    CAF_CHECK_EQUAL(code(w.decide_spend(somebody, job, 1, last + 1us, ids)), "insufficient_tokens");
    CAF_CHECK_EQUAL(written(w.decide_expire(somebody, last + 1us, ids).value()), "1:-5 ");
}

CAF_TEST(what is left in expired lots is booked once) {
    test::sequence_ids ids;
    wallet w{{lot(1, 5, -1h), lot(2, 0, -2h), lot(3, 4, 24h)}};
    const auto expired = w.decide_expire(somebody, noon, ids);
    CAF_CHECK_EQUAL(written(expired.value()), "1:-5 ");
    CAF_CHECK_EQUAL(to_string(expired->journal[0].op), "expire");
    CAF_CHECK(!expired->journal[0].generation);
    w.apply(*expired);
    CAF_CHECK(w.decide_expire(somebody, noon, ids)->journal.empty());
    CAF_CHECK_EQUAL(w.balance(noon), 4);
}

CAF_TEST(a refund gives each part back to its lot) {
    test::sequence_ids ids;
    wallet w{{lot(1, 3, 24h), lot(2, 9, 48h)}};
    const auto spend = w.decide_spend(somebody, job, 5, noon, ids).value();
    w.apply(spend);
    const auto refund = w.decide_refund(somebody, job, parts_of(spend), noon + 1min, 24h, ids);
    CAF_CHECK_EQUAL(written(refund.value()), "1:3 2:2 ");
    CAF_CHECK_EQUAL(to_string(refund->journal[0].op), "refund");
    CAF_CHECK(refund->journal[0].generation == job);
    w.apply(*refund);
    CAF_CHECK_EQUAL(written(w), "1:3 2:9 ");
}

CAF_TEST(a refund to a lot that has expired meanwhile opens it again for the grace) {
    test::sequence_ids ids;
    wallet w{{lot(1, 5, 1h), lot(2, 5, 2h)}};
    const auto spend = w.decide_spend(somebody, job, 5, noon, ids).value();
    w.apply(spend);
    const auto late = noon + 1h;
    const auto refund = w.decide_refund(somebody, job, parts_of(spend), late, 24h, ids).value();
    CAF_CHECK(refund.purchase_changes[0].expires_at == late + 24h);
    w.apply(refund);
    CAF_CHECK_EQUAL(w.balance(late), 10);
    CAF_CHECK_EQUAL(written(w), "2:5 1:5 ");
    CAF_CHECK_EQUAL(w.balance(late + 24h), 0);
    CAF_CHECK(refund.journal.back().reopened_until == late + 24h);
}

CAF_TEST(what was left in an expired lot does not come back with a refund) {
    test::sequence_ids ids;
    wallet w{{lot(1, 5, 1h)}};
    const auto spend = w.decide_spend(somebody, job, 2, noon, ids).value();
    w.apply(spend);
    const auto late = noon + 1h;
    const auto refund = w.decide_refund(somebody, job, parts_of(spend), late, 24h, ids).value();
    CAF_CHECK_EQUAL(written(refund), "1:-3 1:2 ");
    w.apply(refund);
    CAF_CHECK_EQUAL(w.balance(late), 2);
}

CAF_TEST(a refund to a lot that is still open leaves its end alone) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 0, 1h)}};
    const std::vector<spend_part> parts{{purchase_id{1}, 5}};
    const auto refund = w.decide_refund(somebody, job, parts, noon + 1h - 1us, 24h, ids);
    CAF_CHECK(!refund->purchase_changes[0].expires_at);
}

CAF_TEST(a refund to a lot that is not known here is refused) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 5, 24h)}};
    const std::vector<spend_part> parts{{purchase_id{1}, 1}, {purchase_id{2}, 1}};
    CAF_CHECK_EQUAL(code(w.decide_refund(somebody, job, parts, noon, 24h, ids)), "not_found");
}

CAF_TEST(a credit opens a lot that takes its place among the others) {
    test::sequence_ids ids{50};
    wallet w{{lot(1, 1, 24h), lot(2, 1, 72h)}};
    const auto credit = wallet::decide_credit(somebody, operation::purchase, token_package_id{3}, 20, noon,
                                              noon + 48h, payment_id{9}, ids);
    CAF_REQUIRE(credit.has_value());
    CAF_REQUIRE_EQUAL(credit->new_purchases.size(), 1u);
    CAF_CHECK(credit->new_purchases[0].payment == payment_id{9});
    CAF_CHECK(credit->journal[0].purchase == credit->new_purchases[0].id);
    CAF_CHECK_EQUAL(written(*credit), "50:20 ");
    w.apply(*credit);
    CAF_CHECK_EQUAL(written(w), "1:1 50:20 2:1 ");
}

CAF_TEST(a lot that lives longer is spent later) {
    wallet w{{lot(1, 1, 24h), lot(2, 1, 72h)}};
    CAF_CHECK(!w.decide_extension(purchase_id{9}, 1h));
    change_set longer{somebody, noon};
    longer.purchase_changes.push_back(*w.decide_extension(purchase_id{1}, 96h));
    w.apply(longer);
    CAF_CHECK_EQUAL(written(w), "2:1 1:1 ");
    CAF_CHECK(w.lots().back().expires_at == noon + 120h);
}

CAF_TEST(nothing is decided when the keys have run dry) {
    test::sequence_ids ids;
    const wallet w{{lot(1, 2, 24h), lot(2, 2, 48h), lot(3, 2, -1h), lot(4, 2, -1h)}};
    const std::vector<spend_part> parts{{purchase_id{1}, 1}, {purchase_id{2}, 1}};
    ids.run_dry_after(1);
    CAF_CHECK_EQUAL(code(w.decide_spend(somebody, job, 4, noon, ids)), "overloaded");
    ids.run_dry_after(1);
    CAF_CHECK_EQUAL(code(w.decide_refund(somebody, job, parts, noon, 1h, ids)), "overloaded");
    ids.run_dry_after(1);
    CAF_CHECK_EQUAL(code(w.decide_expire(somebody, noon, ids)), "overloaded");
    for (const int count : {0, 1}) {
        ids.run_dry_after(count);
        CAF_CHECK_EQUAL(code(wallet::decide_credit(somebody, operation::grant, token_package_id{1}, 1, noon,
                                                   noon + 1h, {}, ids)),
                        "overloaded");
    }
}

CAF_TEST(a balance beyond what tokens can count stays at the largest number) {
    constexpr auto most = std::numeric_limits<tokens>::max();
    const wallet w{{lot(1, most, 24h), lot(2, most, 48h)}};
    CAF_CHECK_EQUAL(w.balance(noon), most);
    CAF_CHECK_EQUAL(w.balance(noon + 24h), most);
    test::sequence_ids ids;
    CAF_CHECK_EQUAL(written(w.decide_spend(somebody, job, most, noon, ids).value()),
                    "1:-" + std::to_string(most) + " ");
}

// -- clawbacks ----------------------------------------------------------------------------------------------

CAF_TEST(what is unspent of a refunded lot is taken back and the rest is its debt) {
    test::sequence_ids ids;
    wallet w{{lot(1, 30, 24h), lot(2, 5, 48h)}};
    const auto part = w.decide_clawback(somebody, lot(1, 30, 24h), 20, noon, ids).value();
    CAF_CHECK_EQUAL(written(part), "1:-20 ");
    CAF_CHECK(part.journal[0].op == operation::clawback);
    CAF_CHECK(!part.journal[0].generation);
    CAF_CHECK(part.debt_changes.empty());
    w.apply(part);
    const auto rest = w.decide_clawback(somebody, lot(1, 30, 24h), 25, noon, ids).value();
    CAF_CHECK_EQUAL(written(rest), "1:-10 ");
    CAF_REQUIRE_EQUAL(rest.debt_changes.size(), 1u);
    CAF_CHECK_EQUAL(rest.debt_changes[0].expected, 0);
    CAF_CHECK_EQUAL(rest.debt_changes[0].debt, 15);
    w.apply(rest);
    CAF_CHECK_EQUAL(written(w), "1:0 2:5 ");
    CAF_CHECK_EQUAL(w.balance(noon), 5);
    CAF_CHECK_EQUAL(w.lots()[0].debt, 15);
}

CAF_TEST(a debt is settled by what comes back to its lot) {
    test::sequence_ids ids;
    auto indebted = lot(1, 0, 24h);
    indebted.debt = 5;
    wallet w{{indebted}};
    const std::vector<spend_part> three{{purchase_id{1}, 3}};
    auto back = w.decide_refund(somebody, job, three, noon, 1h, ids).value();
    CAF_CHECK_EQUAL(written(back), "1:3 1:-3 ");
    CAF_CHECK(back.journal[0].op == operation::refund && back.journal[1].op == operation::clawback);
    w.apply(back);
    CAF_CHECK_EQUAL(w.balance(noon), 0);
    CAF_CHECK_EQUAL(w.lots()[0].debt, 2);
    back = w.decide_refund(somebody, job, three, noon, 1h, ids).value();
    CAF_CHECK_EQUAL(written(back), "1:3 1:-2 ");
    w.apply(back);
    CAF_CHECK_EQUAL(w.balance(noon), 1);
    CAF_CHECK_EQUAL(w.lots()[0].debt, 0);
}

CAF_TEST(an expired lot is not reopened for what goes to its debt) {
    test::sequence_ids ids;
    auto indebted = lot(1, 0, -1h);
    indebted.debt = 3;
    const wallet w{{indebted}};
    const std::vector<spend_part> three{{purchase_id{1}, 3}};
    const auto all = w.decide_refund(somebody, job, three, noon, 1h, ids).value();
    CAF_CHECK(!all.purchase_changes[0].expires_at);
    CAF_CHECK(!all.journal[0].reopened_until);
    const std::vector<spend_part> four{{purchase_id{1}, 4}};
    const auto more = w.decide_refund(somebody, job, four, noon, 1h, ids).value();
    CAF_CHECK_EQUAL(more.purchase_changes[0].remaining, 1);
    CAF_CHECK(more.journal[0].reopened_until == noon + 1h);
}

CAF_TEST(a lot that need not be known because it is empty only gets a debt) {
    test::sequence_ids ids;
    auto spent = lot(9, 0, 24h);
    spent.debt = 4;
    wallet w{{lot(1, 2, 24h)}};
    const auto changes = w.decide_clawback(somebody, spent, 6, noon, ids).value();
    CAF_CHECK(changes.journal.empty());
    // Still compared: it must be as empty as it was read.
    CAF_REQUIRE_EQUAL(changes.purchase_changes.size(), 1u);
    CAF_CHECK_EQUAL(changes.purchase_changes[0].expected, 0);
    CAF_CHECK_EQUAL(changes.debt_changes.at(0).expected, 4);
    CAF_CHECK_EQUAL(changes.debt_changes.at(0).debt, 10);
    w.apply(changes);
    CAF_CHECK_EQUAL(written(w), "1:2 ");
}

CAF_TEST(no clawback is decided when the keys have run dry) {
    test::sequence_ids ids;
    ids.run_dry_after(0);
    const wallet w{{lot(1, 2, 24h)}};
    CAF_CHECK_EQUAL(code(w.decide_clawback(somebody, lot(1, 2, 24h), 1, noon, ids)), "overloaded");
}
