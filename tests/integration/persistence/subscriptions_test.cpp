#define CAF_SUITE subscriptions

#include "persistence/audit.hpp"
#include "persistence/pg_committer.hpp"
#include "persistence/queries/back_office.hpp"
#include "persistence/queries/subscriptions.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

#include <tuple>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

/// A writer, and a subscription in memory that what is stored is compared with.
struct fixture : books {
    pg_committer writer{writing_to(conninfo())};
    user_id ann = add_user();
    token_package_id package{ask("SELECT id FROM token_packages WHERE name = 'subscription' AND NOT active")};
    plan_terms small = add_plan(60, 100'000);
    plan_terms big = add_plan(300, 500'000);
    subscription subject = nobody(ann, 1);

    plan_terms add_plan(tokens amount, std::int64_t price_cents) {
        plan_terms terms;
        terms.plan =
            plan_id{ask("INSERT INTO subscription_plans (name, tokens_amount, price_cents, \"interval\", "
                        "interval_count, created_at, updated_at) VALUES ('plan', " +
                        std::to_string(amount) + ", " + std::to_string(price_cents) +
                        ", 'month', 1, now(), now()) RETURNING id")};
        terms.tokens_amount = amount;
        terms.price_cents = price_cents;
        terms.currency = "RUB";
        terms.interval = {interval_unit::month, 1};
        return terms;
    }

    /// A cheaper plan with another interval.
    plan_terms weekly_of(plan_terms terms) {
        auto made = add_plan(terms.tokens_amount / 4, terms.price_cents / 4);
        made.interval = {interval_unit::week, 1};
        return made;
    }

    static subscription nobody(user_id user, std::int64_t id) {
        subscription_book book;
        book.row.id = subscription_id{id};
        book.row.user = user;
        return subscription{std::move(book), with_grace};
    }

    /// The change set that carries a change out, as a wallet makes it.
    change_set to_write(subscription_change change, user_id user) {
        change_set set{user, noon};
        if (change.charge && change.charge->tokens_amount > 0) {
            const auto lot = fresh<purchase_id>();
            const auto amount = change.charge->tokens_amount;
            change.charge->lot = lot;
            set.new_purchases.push_back({lot, package, amount, noon, *change.lot_expires_at, std::nullopt});
            set.journal.push_back(
                {fresh<transaction_id>(), lot, std::nullopt, operation::subscription, amount, std::nullopt});
        }
        set.subscription_changes.push_back(std::move(change));
        return set;
    }

    void write(const subscription_change& change, std::string card = "") {
        auto set = to_write(change, ann);
        set.subscription_changes[0].card_token = std::move(card);
        const auto stored = set.subscription_changes[0];
        CAF_REQUIRE_EQUAL(kinds(commit(writer, {std::move(set)})), "committed");
        subject.apply(stored);
    }

    void order_and_pay() {
        write(*subject.decide_order(small, false, "inv-1", noon, noon + 1h)->change);
        write(*decide(first("T1", noon)).change, "tk_1");
    }

    [[nodiscard]] subscription_facts first(std::string transaction, instant at) const {
        auto facts = first_charge(std::move(transaction), at, small);
        facts.account_id = std::to_string(ann.value);
        facts.card_token = true;
        return facts;
    }
    [[nodiscard]] subscription_facts renewal(std::string transaction, instant at) const {
        auto facts = first(std::move(transaction), at);
        facts.invoice_id.clear();
        return facts;
    }
    [[nodiscard]] subscription_decision decide(const subscription_facts& facts) const {
        return subject.decide(facts, facts.paid_at.value_or(noon));
    }

    subscription_book load() { return must(queries::load_subscription(database(), ann, noon)); }

    std::string broken() {
        std::string all;
        for (const auto& finding : must(audit(database(), [](auto&&...) { return true; })))
            for (const auto& example : finding.examples)
                all += example + '\n';
        return all;
    }
};

auto parts(const plan_terms& t) {
    return std::tuple{t.plan, t.tokens_amount, t.price_cents, t.currency, t.interval};
}

/// Everything of a book, as text that can be compared.
std::string written(const subscription_book& book) {
    std::string text;
    const auto add = [&](auto... values) {
        ((text += values, text += ' '), ...);
        text += '\n';
    };
    const auto time = [](const std::optional<instant>& t) {
        return t ? std::to_string(t->time_since_epoch().count()) : std::string{"-"};
    };
    const auto number = [](auto value) { return std::to_string(value); };
    const auto& r = book.row;
    add(number(r.id.value), number(r.user.value), number(r.plan.value),
        number(r.scheduled_plan.value_or(plan_id{}).value), std::string{to_string(r.status)},
        r.gateway_subscription_id, time(r.period ? std::optional{r.period->start} : std::nullopt),
        time(r.period ? std::optional{r.period->end} : std::nullopt), time(r.cancelled_at),
        number(r.revision), number(static_cast<int>(r.card_known)));
    for (const auto& t : book.terms)
        add(number(t.terms.plan.value), time(t.from), number(static_cast<int>(t.scheduled)));
    for (const auto& o : book.orders)
        add(o.invoice_id, std::string{to_string(o.kind)}, number(o.terms.plan.value), number(o.amount_cents),
            number(o.tokens_amount), time(o.created_at), time(o.expires_at),
            number(static_cast<int>(o.by_token)), number(static_cast<int>(o.declined)), o.transaction_id);
    for (const auto& c : book.charges)
        add(c.transaction_id, c.invoice_id, c.gateway_subscription_id, std::string{to_string(c.kind)},
            number(c.plan.value), number(c.amount_cents), c.currency, number(c.tokens_amount),
            time(c.paid_at), time(c.period.start), time(c.period.end), number(c.lot.value),
            number(c.refunded_cents));
    for (const auto& g : book.gateways)
        add(g.id, std::string{to_string(g.standing)}, number(g.successes), time(g.began_at),
            number(static_cast<int>(g.unwanted)), number(g.terms ? g.terms->plan.value : 0));
    return text;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(subscription_tests, fixture)

CAF_TEST(a subscription is read as it was written) {
    CAF_CHECK_EQUAL(load().row.revision, 0);
    order_and_pay();
    auto book = load();
    CAF_CHECK_EQUAL(written(book), written(subject.book()));
    CAF_CHECK(parts(book.orders.at(0).terms) == parts(small));
    CAF_CHECK(parts(*book.gateways.at(0).terms) == parts(small));
    CAF_CHECK_EQUAL(must(queries::get_saved_card(database(), book.row.id)), "tk_1");

    // A month later, then one that comes late, in between; a change of plan, taken back; the end.
    write(*decide(renewal("T3", noon + 60 * 24h)).change);
    write(*decide(renewal("T2", noon + 30 * 24h)).change);
    const auto upgrade = *subject.decide_plan(big, "inv-2", noon + 61 * 24h, noon + 62 * 24h);
    write(*upgrade.change);
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    auto paid = renewal("T4", noon + 61 * 24h);
    paid.invoice_id = "inv-2";
    paid.subscription_id.clear();
    paid.amount_cents = upgrade.to_pay->amount_cents;
    write(*decide(paid).change);
    auto standing = recurrent(gateway_standing::past_due, 3);
    standing.account_id = std::to_string(ann.value);
    write(*subject.decide(standing, noon + 61 * 24h).change);
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    CAF_CHECK(subject.row().scheduled_plan == std::nullopt);
    write(*subject.decide_plan(weekly_of(small), "inv-3", noon + 61 * 24h, noon + 62 * 24h)->change);
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    write(*subject.decide_plan(small, "inv-4", noon + 61 * 24h, noon + 62 * 24h)->change);
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    write(**subject.decide_cancel(noon + 61 * 24h));
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    CAF_CHECK_EQUAL(broken(), "");
}

CAF_TEST(whoever decided on an older revision is refused alone) {
    order_and_pay();
    const auto stale = **subject.decide_cancel(noon);
    write(*decide(renewal("T2", noon + 20 * 24h)).change);
    auto mine = to_write(stale, ann);
    const auto lot = add_lot(ann, 5);
    const auto before = written(load());
    CAF_CHECK_EQUAL(kinds(commit(writer, {std::move(mine), spend(ann, lot, 5, 1)})), "guard committed");
    CAF_CHECK_EQUAL(written(load()), before);

    // Another program has changed the row.
    const auto change = **subject.decide_cancel(noon);
    execute("UPDATE subscriptions SET status = 'past_due'");
    CAF_CHECK_EQUAL(kinds(commit(writer, {to_write(change, ann)})), "guard");
}

CAF_TEST(a charge and a subscription of the gateway belong to one user) {
    order_and_pay();
    const auto bob = add_user();
    auto other = nobody(bob, 2);
    const auto orders = *other.decide_order(small, false, "inv-9", noon, noon + 1h)->change;
    CAF_CHECK_EQUAL(kinds(commit(writer, {to_write(orders, bob)})), "committed");
    other.apply(orders);
    auto facts = first("T1", noon);
    facts.account_id = std::to_string(bob.value);
    facts.invoice_id = "inv-9";
    facts.subscription_id = "sc_2";
    CAF_CHECK_EQUAL(kinds(commit(writer, {to_write(*other.decide(facts, noon).change, bob)})),
                    "duplicate_key");
    facts.transaction_id = "T2";
    facts.subscription_id = "sc_1";
    const auto stolen = kinds(commit(writer, {to_write(*other.decide(facts, noon).change, bob)}));
    CAF_CHECK(stolen == "invalid" || stolen == "duplicate_key");
    CAF_CHECK_EQUAL(broken(), "");
}

CAF_TEST(two changes of one subscription do not share a batch) {
    write(*subject.decide_order(small, false, "inv-1", noon, noon + 1h)->change);
    const auto paid = *decide(first("T1", noon)).change;
    const auto first_one = to_write(paid, ann);
    auto after = subject;
    after.apply(first_one.subscription_changes[0]);
    const auto second = to_write(**after.decide_cancel(noon), ann);
    CAF_CHECK_EQUAL(kinds(commit(writer, {first_one, second})), "committed guard");
}

CAF_TEST(a plan that is gone refuses the change alone) {
    auto change = *subject.decide_order(small, false, "inv-1", noon, noon + 1h)->change;
    change.orders[0].terms.plan = plan_id{999'999};
    CAF_CHECK_EQUAL(kinds(commit(writer, {to_write(change, ann)})), "invalid");
}

CAF_TEST(what another program has begun is taken over as it stands) {
    execute("INSERT INTO subscriptions (user_id, plan_id, scheduled_plan_id, status, "
            "cloudpayments_subscription_id, "
            "current_period_start, current_period_end, created_at, updated_at) VALUES (" +
            std::to_string(ann.value) + ", " + std::to_string(small.plan.value) + ", " +
            std::to_string(big.plan.value) +
            ", 'active', 'sc_7', '2024-05-01 12:00', '2024-06-01 12:00', now(), now())");
    CAF_CHECK(must(queries::list_subscribers_to_attend(database(), noon, 10)) == std::vector{ann});
    const auto book = load();
    CAF_CHECK_EQUAL(book.row.revision, 1);
    CAF_CHECK_EQUAL(written(load()), written(book));
    subject = subscription{book, with_grace};
    CAF_CHECK(subject.status_at(noon + 1h) == subscription_status::active);
    CAF_CHECK(subject.terms_at(noon + 1h)->plan == small.plan);
    CAF_CHECK(subject.row().scheduled_plan == big.plan);

    // The period that goes on was credited by that program; the next one is credited here.
    auto facts = renewal("T1", noon);
    facts.subscription_id = "sc_7";
    CAF_CHECK_EQUAL(decide(facts).verdict, "credited_elsewhere");
    facts = renewal("T2", noon + 31 * 24h);
    facts.subscription_id = "sc_7";
    facts.amount_cents = big.price_cents;
    const auto decision = decide(facts);
    CAF_CHECK_EQUAL(decision.verdict, "credited");
    write(*decision.change, "tk_2");
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    CAF_CHECK_EQUAL(broken(), "");
    CAF_CHECK(must(queries::list_payments_by_transaction(database(), {"T2", "adopted:1"})).size() == 1);
}

CAF_TEST(somebody has to look when the time has come or a refund waits) {
    order_and_pay();
    const auto due = [&](instant at) {
        return must(queries::list_subscribers_to_attend(database(), at, 10));
    };
    CAF_CHECK(due(noon + 100 * 24h).empty());
    auto change = subject.settle(noon);
    change.row.look_again_at = noon + 24h;
    write(change);
    CAF_CHECK(due(noon + 23h).empty());
    CAF_CHECK(due(noon + 24h) == std::vector{ann});
    change_set refund{user_id{}, noon};
    refund.refunds.push_back({"R1", "T1", 50'000});
    CAF_REQUIRE_EQUAL(kinds(commit(writer, {refund})), "committed");
    CAF_CHECK(due(noon) == std::vector{ann});
    CAF_CHECK(must(queries::find_subscriber(database(), "T1")) == ann);
    CAF_CHECK(queries::find_subscriber(database(), "T9").error().code == errc::not_found);

    const auto waiting = must(queries::find_charge_refunds(database(), subject.row().id));
    CAF_REQUIRE_EQUAL(waiting.waiting.size(), 1u);
    CAF_REQUIRE_EQUAL(waiting.lots.size(), 1u);
    CAF_CHECK_EQUAL(waiting.lots[0].remaining, 60);
    const auto decision = *subject.decide_refund(waiting.waiting[0]);
    CAF_CHECK(decision.lot == waiting.lots[0].id);
    change_set taken{ann, noon};
    taken.purchase_changes.push_back({decision.lot, 60, 30, std::nullopt});
    taken.journal.push_back(
        {fresh<transaction_id>(), decision.lot, std::nullopt, operation::clawback, -30, std::nullopt});
    taken.charge_refunds.push_back(decision.application);
    CAF_CHECK_EQUAL(kinds(commit(writer, {taken})), "committed");
    subject.apply(decision);
    CAF_CHECK_EQUAL(written(load()), written(subject.book()));
    CAF_CHECK(due(noon).empty());
    CAF_CHECK_EQUAL(broken(), "");
    auto again = taken;
    again.purchase_changes[0] = {decision.lot, 30, 0, std::nullopt};
    again.journal[0].id = fresh<transaction_id>();
    CAF_CHECK_EQUAL(kinds(commit(writer, {again})), "guard");
}

CAF_TEST(the gateway is asked for subscriptions that should have charged) {
    order_and_pay();
    const auto past = [&](instant at) {
        return must(queries::list_gateways_past_their_period(database(), at)).size();
    };
    CAF_CHECK_EQUAL(past(noon + 20 * 24h), 0u);
    CAF_CHECK_EQUAL(past(noon + 32 * 24h), 1u);
    auto standing = recurrent(gateway_standing::rejected, 1);
    standing.account_id = std::to_string(ann.value);
    write(*subject.decide(standing, noon + 40 * 24h).change);
    CAF_CHECK_EQUAL(past(noon + 32 * 24h), 0u);
}

CAF_TEST(the audit notices charges without their lots and lots without their charges) {
    order_and_pay();
    CAF_CHECK_EQUAL(broken(), "");
    execute("UPDATE subscription_charges SET tokens_amount = 61");
    CAF_CHECK(broken().starts_with("charge T1: 1 credits, 60 of 61 tokens"));
    execute("UPDATE subscription_charges SET tokens_amount = 60, refunded_cents = 1");
    CAF_CHECK(broken().starts_with("charge T1:"));
    execute("UPDATE subscription_charges SET refunded_cents = 0, period_end = period_end + interval '1 day'");
    CAF_CHECK(broken().starts_with("subscription 1 is active until"));
    execute("DELETE FROM subscription_charges");
    CAF_CHECK(broken().find(": lot ") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
