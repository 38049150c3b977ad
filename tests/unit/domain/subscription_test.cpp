#define CAF_SUITE subscription

#include "actors/domain/subscription.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

#include <algorithm>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

using state = subscription_status;
using standing = gateway_standing;

constexpr auto t0 = subscribed_at;

/// Paid at t0.
subscription running(const plan_terms& terms = monthly()) {
    auto subject = ordered(terms);
    hear(subject, first_charge("T1", t0, terms), t0);
    return subject;
}

instant months(int count) {
    return advance(t0, monthly().interval, count);
}

const billing_period& period_of(const subscription& subject, std::string_view transaction) {
    return std::ranges::find(subject.book().charges, transaction, &subscription_charge::transaction_id)
        ->period;
}

} // namespace

CAF_TEST(every notification has its one result in every state of a subscription) {
    for (const auto& row : subscription_table())
        for (std::size_t i = 0; i < subscription_states.size(); ++i) {
            CAF_MESSAGE(row.name << " when " << to_string(subscription_states.at(i)));
            auto subject = subscription_in(subscription_states.at(i));
            CAF_CHECK(subject.row().status == subscription_states.at(i));
            const auto decision = hear(subject, row.facts, asked_at);
            CAF_CHECK_EQUAL(written(decision, subject), row.cells.at(i));
        }
}

CAF_TEST(a change expects the row that it was decided on) {
    for (const auto& row : subscription_table())
        for (const auto status : subscription_states) {
            const auto subject = subscription_in(status);
            const auto change = subject.decide(row.facts, asked_at).change;
            if (!change)
                continue;
            CAF_CHECK(change->expected_status == status);
            CAF_CHECK_EQUAL(change->expected_revision, subject.row().revision);
            CAF_CHECK_EQUAL(change->row.revision, subject.row().revision + 1);
            CAF_CHECK(change->expected_period_end.has_value() == subject.row().period.has_value());
            if (change->expected_period_end)
                CAF_CHECK(*change->expected_period_end == subject.row().period->end);
        }
}

CAF_TEST(the first payment begins the period and credits its tokens until the grace is over) {
    auto subject = ordered();
    CAF_CHECK(subject.row().plan == monthly().plan);
    auto facts = first_charge("T1", t0 + 5min);
    facts.card_token = true;
    const auto decision = hear(subject, facts, t0 + 6min);
    CAF_REQUIRE(decision.change && decision.change->charge);
    const auto& charge = *decision.change->charge;
    const billing_period first{t0 + 5min, months(1) + 5min};
    CAF_CHECK(charge.period == first);
    CAF_CHECK(charge.kind == charge_kind::first);
    CAF_CHECK_EQUAL(charge.tokens_amount, 60);
    CAF_CHECK_EQUAL(charge.amount_cents, 100'000);
    CAF_CHECK_EQUAL(charge.invoice_id, "inv-1");
    CAF_CHECK(decision.change->lot_expires_at == first.end + 72h);
    CAF_CHECK(subject.row().period == first);
    CAF_CHECK_EQUAL(subject.row().gateway_subscription_id, "sc_1");
    CAF_CHECK(subject.row().card_known);
    CAF_CHECK(subject.due_calls(t0 + 6min).empty());
}

CAF_TEST(a month of 28 days does not shorten those after it) {
    auto subject = running();
    hear(subject, charged("T2", months(1) + 5s), months(1) + 6s);
    hear(subject, charged("T3", months(2) + 5s), months(2) + 6s);
    CAF_CHECK(period_of(subject, "T2") == (billing_period{months(1), months(2)}));
    CAF_CHECK(period_of(subject, "T3") == (billing_period{months(2), months(3)}));
}

CAF_TEST(a late charge takes its place and the ones after it make room) {
    auto subject = running();
    hear(subject, charged("T3", months(2) + 5s), months(2) + 6s);
    CAF_CHECK(period_of(subject, "T3").start == months(2) + 5s);
    const auto decision = hear(subject, charged("T2", months(1) + 5s), months(2) + 1h);
    CAF_REQUIRE(decision.change.has_value());
    CAF_CHECK(decision.change->charge->period == (billing_period{months(1), months(2)}));
    CAF_CHECK(decision.change->lot_expires_at == months(2) + 1h + 72h); // never born expired
    CAF_REQUIRE_EQUAL(decision.change->moved.size(), 1U);
    CAF_CHECK_EQUAL(decision.change->moved.front().transaction_id, "T3");
    CAF_CHECK(decision.change->moved.front().expected.start == months(2) + 5s);
    CAF_CHECK(period_of(subject, "T3") == (billing_period{months(2), months(3)}));
    CAF_CHECK(subject.row().period->end == months(3));
}

CAF_TEST(a renewal before the first payment is known finds its place as well) {
    auto subject = ordered();
    CAF_CHECK_EQUAL(hear(subject, charged("T2", months(1) + 5s), months(1) + 6s).verdict, "credited");
    CAF_CHECK_EQUAL(hear(subject, first_charge("T1", t0), months(1) + 7s).verdict, "credited");
    CAF_CHECK(period_of(subject, "T1") == (billing_period{t0, months(1)}));
    CAF_CHECK(period_of(subject, "T2") == (billing_period{months(1), months(2)}));
}

CAF_TEST(a charge that repeats the first invoice is a renewal) {
    auto subject = running();
    CAF_CHECK_EQUAL(hear(subject, first_charge("T2", months(1)), months(1)).verdict, "credited");
    CAF_CHECK(subject.book().charges.back().kind == charge_kind::renewal);
    CAF_CHECK(subject.row().period->end == months(2));
}

CAF_TEST(a moment in the future or none is now) {
    auto subject = ordered();
    hear(subject, first_charge("T1", t0 + 48h), t0 + 1h);
    CAF_CHECK(period_of(subject, "T1").start == t0 + 1h);
    auto facts = charged("T2", t0);
    facts.paid_at.reset();
    hear(subject, facts, t0 + 2h);
    CAF_CHECK(subject.book().charges.back().paid_at == t0 + 2h);
}

CAF_TEST(an order is refused from its end on and credited all the same) {
    auto subject = ordered();
    auto check = first_charge("T1", t0);
    check.kind = notification_kind::check;
    CAF_CHECK_EQUAL(subject.decide(check, t0 + 1h - 1us).code, 0);
    CAF_CHECK_EQUAL(subject.decide(check, t0 + 1h).code, 20);
    CAF_CHECK_EQUAL(hear(subject, first_charge("T1", t0 + 2h), t0 + 2h).verdict, "credited");
}

CAF_TEST(time alone ends what was paid) {
    auto subject = running();
    CAF_CHECK(!subject.overdue(months(1) + 72h - 1us));
    CAF_CHECK(subject.overdue(months(1) + 72h));
    CAF_CHECK(subject.settle(months(1) + 72h).row.status == state::past_due);
    hear(subject, recurrent(standing::past_due, 1), months(1) - 1us);
    CAF_CHECK(subject.row().status == state::active); // it is still paid
    CAF_CHECK(subject.overdue(months(1)));
    CAF_CHECK(subject.settle(months(1)).row.status == state::past_due);
}

CAF_TEST(what was paid lasts until its end after a cancellation) {
    auto subject = running();
    subject.apply(**subject.decide_cancel(t0 + 1h));
    CAF_CHECK(subject.row().status == state::cancelled);
    CAF_CHECK(subject.row().cancelled_at == t0 + 1h);
    CAF_CHECK(subject.row().period->end == months(1));
    CAF_CHECK(!subject.overdue(months(1) - 1us));
    CAF_CHECK(subject.overdue(months(1)));
    CAF_CHECK(subject.settle(months(1)).row.status == state::expired);
    CAF_CHECK(!subject.decide_cancel(t0 + 2h)->has_value()); // again is the same
    CAF_CHECK(nobody_yet().decide_cancel(t0).error().code == errc::not_found);
}

CAF_TEST(the gateway is asked to cancel until it has) {
    auto subject = running();
    subject.apply(**subject.decide_cancel(t0 + 1h));
    const auto calls = subject.due_calls(t0 + 1h);
    CAF_REQUIRE_EQUAL(calls.size(), 1U);
    CAF_CHECK(calls.front().what == gateway_call::kind::cancel);
    CAF_CHECK_EQUAL(calls.front().gateway_subscription_id, "sc_1");
    CAF_CHECK_EQUAL(subject.due_calls(t0 + 48h).size(), 1U);
    subject.apply(subject.decide_called(calls.front(), "", t0 + 2h));
    CAF_CHECK(subject.due_calls(t0 + 2h).empty());
    hear(subject, recurrent(standing::cancelled, 1), t0 + 3h);
    CAF_CHECK(subject.due_calls(t0 + 3h).empty());
}

CAF_TEST(an order that is cancelled is over and who pays it all the same gets it) {
    auto subject = ordered();
    subject.apply(**subject.decide_cancel(t0 + 1min));
    CAF_CHECK(subject.row().status == state::expired);
    auto check = first_charge("T1", t0 + 2min);
    check.kind = notification_kind::check;
    CAF_CHECK_EQUAL(subject.decide(check, t0 + 2min).code, 20);
    const auto paid = hear(subject, first_charge("T1", t0 + 2min), t0 + 2min);
    CAF_CHECK_EQUAL(written(paid, subject), "credited>cancelled+credit+cancel!");
}

CAF_TEST(a new order continues what was paid and replaces the subscription at the gateway) {
    auto subject = running();
    CAF_CHECK(subject.decide_order(monthly(), false, "inv-2", t0 + 1h, t0 + 2h).error().code ==
              errc::state_conflict);
    subject.apply(**subject.decide_cancel(t0 + 1h));
    const auto again = subject.decide_order(monthly(2), false, "inv-2", t0 + 2h, t0 + 3h);
    CAF_REQUIRE(again.has_value());
    CAF_CHECK(again->second_charge_at == months(2));
    subject.apply(*again->change);
    CAF_CHECK(subject.row().status == state::cancelled); // until it is paid
    auto facts = first_charge("T2", t0 + 2h, monthly(2));
    facts.invoice_id = "inv-2";
    facts.subscription_id = "sc_2";
    CAF_CHECK_EQUAL(hear(subject, facts, t0 + 2h).verdict, "credited");
    CAF_CHECK(subject.row().status == state::active);
    CAF_CHECK(!subject.row().cancelled_at);
    CAF_CHECK_EQUAL(subject.row().gateway_subscription_id, "sc_2");
    CAF_CHECK(period_of(subject, "T2") == (billing_period{months(1), months(2)}));
    const auto calls = subject.due_calls(t0 + 2h); // nobody has cancelled the old one yet
    CAF_REQUIRE_EQUAL(calls.size(), 1U);
    CAF_CHECK(calls.front().what == gateway_call::kind::cancel);
    CAF_CHECK_EQUAL(calls.front().gateway_subscription_id, "sc_1");
    hear(subject, recurrent(standing::rejected, 5, "sc_1"), t0 + 3h);
    CAF_CHECK(subject.row().status == state::active);
}

CAF_TEST(the same order again is the same and another one replaces it) {
    auto subject = ordered();
    const auto again = subject.decide_order(monthly(), false, "inv-2", t0 + 1min, t0 + 2h);
    CAF_CHECK_EQUAL(again->order.invoice_id, "inv-1");
    CAF_CHECK(!again->change);
    subject.apply(*subject.decide_order(weekly(), false, "inv-3", t0 + 2min, t0 + 2h)->change);
    CAF_CHECK(subject.row().plan == weekly().plan);
    auto check = first_charge("T1", t0);
    check.kind = notification_kind::check;
    CAF_CHECK_EQUAL(subject.decide(check, t0 + 2min).code, 20);
    check.invoice_id = "inv-3";
    check.amount_cents = weekly().price_cents;
    CAF_CHECK_EQUAL(subject.decide(check, t0 + 2min).code, 0);
}

CAF_TEST(the known card pays an order and then the gateway has to make a subscription) {
    using kind = gateway_call::kind;
    auto subject = nobody_yet();
    subject.apply(*subject.decide_order(monthly(), true, "inv-1", t0, t0 + 1h)->change);
    auto calls = subject.due_calls(t0);
    CAF_REQUIRE_EQUAL(calls.size(), 1U);
    CAF_CHECK(calls.front().what == kind::charge);
    CAF_CHECK_EQUAL(calls.front().invoice_id, "inv-1");
    CAF_CHECK_EQUAL(calls.front().amount_cents, 100'000);
    CAF_CHECK(subject.decide_order(weekly(), false, "inv-2", t0, t0 + 1h).error().code ==
              errc::state_conflict);
    CAF_CHECK(subject.due_calls(t0 + 1h).empty());

    auto facts = first_charge("T1", t0 + 1min);
    facts.subscription_id.clear();
    hear(subject, facts, t0 + 1min);
    calls = subject.due_calls(t0 + 2min);
    CAF_REQUIRE_EQUAL(calls.size(), 1U);
    CAF_CHECK(calls.front().what == kind::create);
    CAF_CHECK(calls.front().terms == monthly());
    CAF_CHECK(calls.front().next_charge_at == months(1) + 1min);
    subject.apply(subject.decide_called(calls.front(), "sc_7", t0 + 3min));
    CAF_CHECK(subject.due_calls(t0 + 3min).empty());
    CAF_CHECK_EQUAL(subject.row().gateway_subscription_id, "sc_7");
}

CAF_TEST(a renewal that succeeds after all makes a new order superfluous) {
    auto subject = running();
    hear(subject, recurrent(standing::past_due, 1), months(1) + 1h);
    subject.apply(*subject.decide_order(monthly(), true, "inv-2", months(1) + 2h, months(1) + 48h)->change);
    CAF_CHECK_EQUAL(subject.due_calls(months(1) + 2h).size(), 1U); // the card is to be charged
    hear(subject, charged("T2", months(1) + 3h), months(1) + 3h);
    CAF_CHECK(subject.row().status == state::active);
    CAF_CHECK(subject.due_calls(months(1) + 3h).empty());
    auto check = first_charge("T3", months(1) + 4h);
    check.kind = notification_kind::check;
    check.invoice_id = "inv-2";
    check.subscription_id.clear();
    CAF_CHECK_EQUAL(subject.decide(check, months(1) + 4h).code, 13);
}

CAF_TEST(a new payment leaves the old subscription at the gateway behind) {
    auto subject = running();
    hear(subject, recurrent(standing::rejected, 1), months(1) + 60h);
    CAF_CHECK(subject.row().status == state::rejected);
    subject.apply(*subject.decide_order(monthly(), true, "inv-2", months(2), months(2) + 1h)->change);
    auto facts = first_charge("T2", months(2) + 1min);
    facts.invoice_id = "inv-2";
    facts.subscription_id.clear();
    CAF_CHECK_EQUAL(written(hear(subject, facts, months(2) + 1min), subject),
                    "credited>active+credit+create");
    CAF_CHECK_EQUAL(subject.row().gateway_subscription_id, "");
    CAF_CHECK(subject.row().period->start == months(2) + 1min);
}

CAF_TEST(a renewal that overtakes the first payment does not bring back an older plan) {
    auto subject = ordered();
    hear(subject, first_charge("T1", t0), t0);
    hear(subject, recurrent(gateway_standing::cancelled, 1), t0 + 1h);
    auto dearer = monthly(2);
    const auto again = months(2);
    subject.apply(*subject.decide_order(dearer, false, "inv-2", again, again + 1h)->change);
    const auto charge = [&](const char* transaction, instant at) {
        auto facts = charged(transaction, at, dearer);
        facts.subscription_id = "sc_2";
        return facts;
    };
    const auto now = months(5);
    CAF_CHECK_EQUAL(hear(subject, charge("T3", months(3)), now).verdict, "credited");
    CAF_CHECK(subject.due_calls(now).empty());
    auto first = charge("T2", again);
    first.invoice_id = "inv-2";
    CAF_CHECK_EQUAL(hear(subject, first, now).verdict, "credited");
    CAF_CHECK(subject.due_calls(now).empty());
}

CAF_TEST(a declined card is not charged again but may pay in another way) {
    auto subject = nobody_yet();
    subject.apply(*subject.decide_order(monthly(), true, "inv-1", t0, t0 + 1h)->change);
    auto fail = first_charge("T1", t0);
    fail.kind = notification_kind::fail;
    fail.status = transaction_status::declined;
    CAF_CHECK_EQUAL(hear(subject, fail, t0).verdict, "declined");
    CAF_CHECK(subject.due_calls(t0).empty());
    CAF_CHECK(subject.decide_order(monthly(), false, "inv-2", t0, t0 + 1h)->change.has_value());
    CAF_CHECK_EQUAL(hear(subject, first_charge("T2", t0), t0).verdict, "credited");
    CAF_CHECK(!subject.decide(fail, t0).change);
}

CAF_TEST(statuses are known by their names) {
    for (const auto status : subscription_states)
        CAF_CHECK(parse_subscription_status(to_string(status)) == status);
    CAF_CHECK(!parse_subscription_status("Active"));
    for (const std::string_view name : {"Active", "PastDue", "Cancelled", "Rejected", "Expired"})
        CAF_CHECK_EQUAL(to_string(parse_gateway_standing(name)), name);
    for (const std::string_view name : {"", "active", "Paused"})
        CAF_CHECK(parse_gateway_standing(name) == standing::unknown);
    for (const auto kind : {charge_kind::first, charge_kind::renewal, charge_kind::upgrade})
        CAF_CHECK(parse_charge_kind(to_string(kind)) == kind);
}
