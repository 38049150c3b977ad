#define CAF_SUITE subscription_plan

#include "actors/domain/subscription.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

#include <rapidcheck.h>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

using kind = gateway_call::kind;

constexpr auto t0 = subscribed_at; // 31 January, 28 days before the end of the first month
const auto first_end = advance(t0, monthly().interval, 1);
const auto second_end = advance(t0, monthly().interval, 2);

subscription running(const plan_terms& terms, bool card_known = false) {
    auto subject = ordered(terms);
    auto facts = first_charge("T1", t0, terms);
    facts.card_token = card_known;
    hear(subject, facts, t0);
    return subject;
}

outcome<plan_change> try_plan(subscription& subject, const plan_terms& terms, instant now,
                              const std::string& invoice = "inv-2") {
    auto decided = subject.decide_plan(terms, invoice, now, now + 1h);
    if (decided && decided->change)
        subject.apply(*decided->change);
    return decided;
}

/// Where it is not refused.
plan_change change_plan(subscription& subject, const plan_terms& terms, instant now,
                        const std::string& invoice = "inv-2") {
    return try_plan(subject, terms, now, invoice).value();
}

/// The payment of the upgrade "inv-2", by the widget or the known card.
subscription_facts upgrade_paid(std::string transaction, const subscription_order& order, instant at) {
    auto facts = charged(std::move(transaction), at, order.terms);
    facts.amount_cents = order.amount_cents;
    facts.invoice_id = order.invoice_id;
    facts.subscription_id.clear();
    return facts;
}

/// "update sc_1 to 300000" and the like.
std::string told(const std::vector<gateway_call>& calls) {
    std::string text;
    for (const auto& call : calls) {
        text.append(text.empty() ? "" : ", ").append(to_string(call.what));
        if (!call.gateway_subscription_id.empty())
            text.append(" ").append(call.gateway_subscription_id);
        if (!call.invoice_id.empty())
            text.append(" ").append(call.invoice_id).append(" ").append(std::to_string(call.amount_cents));
        if (call.what == kind::update)
            text.append(" to ").append(std::to_string(call.terms.price_cents));
    }
    return text;
}

} // namespace

CAF_TEST(an upgrade costs and gives the difference for the time that is left) {
    auto subject = running(monthly(1));
    const auto decided = change_plan(subject, monthly(3), t0 + 7 * 24h); // 21 of 28 days are left
    CAF_REQUIRE(decided.to_pay.has_value());
    CAF_CHECK_EQUAL(decided.to_pay->amount_cents, 150'000);
    CAF_CHECK_EQUAL(decided.to_pay->tokens_amount, 90);
    CAF_CHECK(!decided.to_pay->by_token); // payment is required, in the widget
    CAF_CHECK(subject.row().plan == monthly(1).plan);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 7 * 24h)), "");

    const auto paid_at = t0 + 7 * 24h + 1min;
    const auto decision = hear(subject, upgrade_paid("T2", *decided.to_pay, paid_at), paid_at);
    CAF_CHECK_EQUAL(written(decision, subject), "credited>active+credit+update");
    CAF_CHECK(decision.change->lot_expires_at == first_end + 72h);
    CAF_CHECK(decision.change->charge->period == (billing_period{paid_at, first_end}));
    CAF_CHECK(subject.row().plan == monthly(3).plan);
    CAF_CHECK(subject.row().period == (billing_period{t0, first_end}));
    const auto calls = subject.due_calls(paid_at);
    CAF_CHECK_EQUAL(told(calls), "update sc_1 to 300000");
    CAF_CHECK(!calls.front().next_charge_at);
    subject.apply(subject.decide_called(calls.front(), "", paid_at));
    CAF_CHECK_EQUAL(told(subject.due_calls(paid_at)), "");

    const auto renewed = hear(subject, charged("T3", first_end, monthly(3)), first_end);
    CAF_CHECK_EQUAL(written(renewed, subject), "credited>active+credit");
    CAF_CHECK_EQUAL(renewed.change->charge->tokens_amount, 180);
}

CAF_TEST(money is rounded up and tokens down) {
    auto subject = running(monthly(1));
    const auto decided = subject.decide_plan(monthly(2), "inv-2", first_end - 1s, first_end + 1h);
    CAF_REQUIRE(decided && decided->to_pay);
    CAF_CHECK_EQUAL(decided->to_pay->amount_cents, 1);
    CAF_CHECK_EQUAL(decided->to_pay->tokens_amount, 0);
    CAF_CHECK(decided->to_pay->expires_at == first_end);
    subject.apply(*decided->change);
    const auto paid = hear(subject, upgrade_paid("T2", *decided->to_pay, first_end - 1s), first_end);
    CAF_CHECK(paid.change->charge.has_value());
    CAF_CHECK(!paid.change->lot_expires_at); // no tokens, no lot
}

CAF_TEST(a dearer plan of fewer tokens gives none and takes none) {
    auto terms = monthly(2);
    terms.tokens_amount = 10;
    auto subject = running(monthly(1));
    const auto decided = change_plan(subject, terms, t0);
    CAF_CHECK_EQUAL(decided.to_pay->tokens_amount, 0);
}

CAF_TEST(the known card pays an upgrade and while it does nothing else begins) {
    auto subject = running(monthly(1), true);
    const auto decided = change_plan(subject, monthly(3), t0);
    CAF_CHECK(decided.to_pay->by_token);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0)), "charge inv-2 200000");
    CAF_CHECK(try_plan(subject, monthly(2), t0).error().code == errc::state_conflict);
    auto fail = upgrade_paid("T2", *decided.to_pay, t0);
    fail.kind = notification_kind::fail;
    hear(subject, fail, t0);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0)), "");
    CAF_CHECK(subject.row().plan == monthly(1).plan);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0)), "");
    const auto again = change_plan(subject, monthly(2), t0, "inv-3");
    CAF_CHECK(again.to_pay->by_token);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0)), "charge inv-3 100000");
    // Both were paid in the end: each gives what it cost, and the one that was paid last holds.
    hear(subject, upgrade_paid("T4", *again.to_pay, t0 + 1h), t0 + 1h);
    hear(subject, upgrade_paid("T3", *decided.to_pay, t0 + 30min), t0 + 2h);
    CAF_CHECK(subject.row().plan == monthly(2).plan);
    CAF_CHECK_EQUAL(hear(subject, upgrade_paid("T5", *again.to_pay, t0 + 2h), t0 + 2h).verdict, "paid_twice");
}

CAF_TEST(a cheaper plan begins with the next period) {
    auto subject = running(monthly(2));
    const auto decided = change_plan(subject, monthly(1), t0 + 1h);
    CAF_REQUIRE(decided.change.has_value());
    CAF_CHECK(!decided.to_pay);
    CAF_CHECK(subject.row().plan == monthly(2).plan);
    CAF_CHECK(subject.row().scheduled_plan == monthly(1).plan);
    CAF_CHECK(!change_plan(subject, monthly(1), t0 + 2h).change); // again is the same
    const auto calls = subject.due_calls(t0 + 2h);
    CAF_CHECK_EQUAL(told(calls), "update sc_1 to 100000");
    subject.apply(subject.decide_called(calls.front(), "", t0 + 3h));
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 3h)), "");

    const auto paid = hear(subject, charged("T2", first_end + 5s, monthly(1)), first_end + 6s);
    CAF_CHECK_EQUAL(written(paid, subject), "credited>active+credit");
    CAF_CHECK_EQUAL(paid.change->charge->tokens_amount, 60);
    CAF_CHECK(subject.row().plan == monthly(1).plan);
    CAF_CHECK(!subject.row().scheduled_plan);
}

CAF_TEST(a plan of the same price begins with the next period) {
    auto other = monthly(1);
    other.plan = plan_id{4};
    other.tokens_amount = 70;
    auto subject = running(monthly(1));
    change_plan(subject, other, t0 + 1h);
    CAF_CHECK(subject.row().scheduled_plan == other.plan);
    const auto second = hear(subject, charged("T2", first_end), first_end);
    CAF_CHECK_EQUAL(second.change->charge->tokens_amount, 70);
    change_plan(subject, monthly(1), first_end + 1h);
    CAF_CHECK(subject.row().scheduled_plan == monthly(1).plan);
    const auto third = hear(subject, charged("T3", second_end), second_end);
    CAF_CHECK_EQUAL(third.change->charge->tokens_amount, 60);
}

CAF_TEST(a scheduled change is taken back) {
    auto subject = running(monthly(2));
    change_plan(subject, monthly(1), t0 + 1h);
    const auto calls = subject.due_calls(t0 + 1h);
    change_plan(subject, monthly(2), t0 + 2h);
    CAF_CHECK(!subject.row().scheduled_plan);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 2h)), "");
    subject.apply(subject.decide_called(calls.front(), "", t0 + 3h)); // it was on its way
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 3h)), "update sc_1 to 200000");
}

CAF_TEST(an upgrade replaces what was scheduled once it is paid) {
    auto subject = running(monthly(2));
    change_plan(subject, monthly(1), t0);
    const auto decided = change_plan(subject, monthly(3), t0 + 1h);
    CAF_CHECK(subject.row().scheduled_plan == monthly(1).plan);
    hear(subject, upgrade_paid("T2", *decided.to_pay, t0 + 1h), t0 + 1h);
    CAF_CHECK(!subject.row().scheduled_plan);
    CAF_CHECK(subject.row().plan == monthly(3).plan);
}

CAF_TEST(another interval begins with the next period however dear it is) {
    auto dear = weekly();
    dear.price_cents = 1'000'000;
    auto subject = running(monthly(1));
    CAF_CHECK(!change_plan(subject, dear, t0 + 1h).to_pay);
    CAF_CHECK(subject.row().scheduled_plan == dear.plan);
    const auto calls = subject.due_calls(t0 + 1h);
    CAF_CHECK_EQUAL(told(calls), "update sc_1 to 1000000");
    CAF_CHECK(calls.front().next_charge_at == first_end);
    CAF_CHECK(calls.front().terms.interval == dear.interval);
    hear(subject, charged("T2", first_end, dear), first_end);
    CAF_CHECK(subject.row().period == (billing_period{first_end, first_end + 7 * 24h}));
}

CAF_TEST(a charge at the old price pays for the old plan and calls somebody) {
    auto subject = running(monthly(2));
    change_plan(subject, monthly(1), t0 + 1h); // and the gateway never heard of it
    const auto paid = hear(subject, charged("T2", first_end, monthly(2)), first_end);
    CAF_CHECK_EQUAL(written(paid, subject), "credited>active+credit+update!");
    CAF_CHECK_EQUAL(paid.change->charge->tokens_amount, 120);
    CAF_CHECK(subject.row().plan == monthly(1).plan);
    CAF_CHECK_EQUAL(hear(subject, charged("T3", second_end, monthly(1)), second_end).verdict, "credited");
}

CAF_TEST(what has ended is neither changed nor updated) {
    for (const auto status : {subscription_status::pending, subscription_status::cancelled,
                              subscription_status::rejected, subscription_status::expired}) {
        auto subject = subscription_in(status);
        for (const auto& terms : {monthly(1), monthly(3), weekly()})
            CAF_CHECK(try_plan(subject, terms, asked_at).error().code == errc::state_conflict);
    }
    auto subject = running(monthly(2));
    change_plan(subject, monthly(1), t0 + 1h);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 1h)), "update sc_1 to 100000");
    subject.apply(**subject.decide_cancel(t0 + 2h));
    CAF_CHECK(!subject.row().scheduled_plan);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 2h)), "cancel sc_1");
    hear(subject, recurrent(gateway_standing::rejected, 1), t0 + 3h);
    CAF_CHECK_EQUAL(told(subject.due_calls(t0 + 3h)), "");
}

CAF_TEST(what is past due is changed for its next period) {
    auto subject = running(monthly(1));
    hear(subject, recurrent(gateway_standing::past_due, 1), first_end + 1h);
    CAF_CHECK(subject.row().status == subscription_status::past_due);
    const auto decided = change_plan(subject, monthly(2), first_end + 2h);
    CAF_REQUIRE(decided.change.has_value());
    CAF_CHECK(!decided.to_pay);
    CAF_CHECK_EQUAL(told(subject.due_calls(first_end + 2h)), "update sc_1 to 200000");
    const auto paid = hear(subject, charged("T2", first_end + 24h, monthly(2)), first_end + 24h);
    CAF_CHECK_EQUAL(paid.change->charge->tokens_amount, 120);
    CAF_CHECK(subject.row().period == (billing_period{first_end, second_end}));
}

CAF_TEST(an upgrade never gives more than the new plan for the time left nor costs more than the difference) {
    CAF_CHECK(rc::check([] {
        auto from = monthly(1);
        auto to = monthly(2);
        from.interval =
            to.interval = {*rc::gen::element(interval_unit::day, interval_unit::week, interval_unit::month),
                           *rc::gen::inRange(1, 13)};
        from.price_cents = *rc::gen::inRange(1, 2'000'000'000);
        to.price_cents = *rc::gen::inRange<std::int64_t>(from.price_cents + 1, 2'147'483'648);
        from.tokens_amount = *rc::gen::inRange(1, 2'000'000'000);
        to.tokens_amount = *rc::gen::inRange(1, 2'000'000'000);
        auto subject = running(from);
        const auto period = *subject.row().period;
        const auto all = (period.end - period.start).count() / 1'000'000;
        const auto gone = *rc::gen::inRange<std::int64_t>(0, all);
        const auto decided = subject.decide_plan(to, "inv-2", t0 + std::chrono::seconds{gone}, period.end);
        RC_ASSERT(decided && decided->to_pay);
        const auto& order = *decided->to_pay;
        const auto left = static_cast<long double>(all - gone) / static_cast<long double>(all);
        const auto money = static_cast<long double>(to.price_cents - from.price_cents) * left;
        RC_ASSERT(order.amount_cents > 0);
        RC_ASSERT(order.amount_cents <= to.price_cents - from.price_cents);
        RC_ASSERT(static_cast<long double>(order.amount_cents) >= money - 1e-6L);
        RC_ASSERT(static_cast<long double>(order.amount_cents) < money + 1 + 1e-6L);
        RC_ASSERT(order.tokens_amount >= 0);
        RC_ASSERT(static_cast<long double>(order.tokens_amount) <=
                  static_cast<long double>(to.tokens_amount) * left + 1e-6L);
    }));
}
