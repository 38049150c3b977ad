#define CAF_SUITE subscription_duties

#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

const instant later = subscribed_at + 1min;

subscription active() {
    auto subject = ordered();
    hear(subject, first_charge("T1", later), later);
    return subject;
}

} // namespace

CAF_TEST(somebody looks again when something is due or time changes it) {
    CAF_CHECK(!nobody_yet().look_again_at(later));
    CAF_CHECK(!ordered().look_again_at(later));
    auto subject = active();
    const auto end = subject.row().period->end;
    CAF_CHECK(subject.look_again_at(later) == end);
    // Past its end it stays active for the grace.
    CAF_CHECK(subject.look_again_at(end) == end + with_grace.grace);
    CAF_CHECK(subject.look_again_at(end + with_grace.grace) == end + with_grace.grace); // at once: past due
    subject.apply(subject.settle(end + with_grace.grace));
    CAF_CHECK(subject.row().status == subscription_status::past_due);
    CAF_CHECK(!subject.look_again_at(end + with_grace.grace));

    auto cancelled = active();
    cancelled.apply(**cancelled.decide_cancel(later));
    CAF_CHECK(cancelled.look_again_at(later) == later); // the gateway has to hear of it
    hear(cancelled, recurrent(gateway_standing::cancelled, 1), later);
    CAF_CHECK(cancelled.look_again_at(later) == end);

    auto changed = active();
    changed.apply(*changed.decide_plan(weekly(), "inv-2", later, later + 1h)->change);
    CAF_CHECK(changed.look_again_at(later) == later);
    changed.apply(changed.decide_called(changed.due_calls(later).front(), "", later));
    CAF_CHECK(changed.look_again_at(later) == end);
}

CAF_TEST(a refund of a charge takes its share of the tokens and all with the last of the money) {
    auto subject = active();
    const auto price = monthly().price_cents;
    CAF_CHECK(!subject.decide_refund({"R1", "T9", 1}));
    const auto part = *subject.decide_refund({"R1", "T1", price / 3});
    CAF_CHECK_EQUAL(part.application.tokens_due, 19);
    CAF_CHECK_EQUAL(part.application.expected_cents, 0);
    CAF_CHECK_EQUAL(part.application.charge_transaction_id, "T1");
    CAF_CHECK(!part.alarm);
    subject.apply(part);
    const auto rest = *subject.decide_refund({"R2", "T1", price - price / 3});
    CAF_CHECK_EQUAL(rest.application.expected_cents, price / 3);
    CAF_CHECK_EQUAL(rest.application.refunded_cents, price);
    CAF_CHECK_EQUAL(part.application.tokens_due + rest.application.tokens_due, monthly().tokens_amount);
    subject.apply(rest);
    const auto beyond = *subject.decide_refund({"R3", "T1", 1});
    CAF_CHECK_EQUAL(beyond.application.tokens_due, 0);
    CAF_CHECK(beyond.alarm);
}

CAF_TEST(nothing is heard of a subscription that nobody has) {
    CAF_CHECK_EQUAL(nobody_yet().decide(recurrent(gateway_standing::active, 1), later).verdict,
                    "unknown_subscription");
    CAF_CHECK_EQUAL(nobody_yet().decide(charged("T1", later), later).verdict, "unknown_subscription");
    CAF_CHECK_EQUAL(nobody_yet().decide(first_charge("T1", later), later).verdict, "unknown_subscription");
}

CAF_TEST(what was credited before the subscription was taken over is not credited again) {
    auto book = active().book();
    book.charges.at(0).transaction_id = "adopted:5";
    book.charges.at(0).tokens_amount = 0;
    const subscription subject{book, with_grace};
    const auto end = subject.row().period->end;
    CAF_CHECK_EQUAL(subject.decide(charged("T1", later - 24h), end).verdict, "credited_elsewhere");
    CAF_CHECK_EQUAL(subject.decide(charged("T1", later), end).verdict, "credited_elsewhere");
    CAF_CHECK_EQUAL(subject.decide(charged("T2", end), end).verdict, "credited");
    CAF_CHECK_EQUAL(subject.decide(charged("T2", end - 24h), end).verdict, "credited");
}

CAF_TEST(whoever began anew keeps what is renewed before the first payment is heard of) {
    auto subject = active();
    subject.apply(**subject.decide_cancel(later));
    hear(subject, recurrent(gateway_standing::cancelled, 1), later);
    const auto anew = later + 40 * 24h;
    subject.apply(*subject.decide_order(monthly(2), false, "inv-2", anew, anew + 1h)->change);
    auto second = charged("T3", anew + 30 * 24h, monthly(2));
    second.subscription_id = "sc_2";
    CAF_CHECK_EQUAL(written(hear(subject, second, *second.paid_at), subject), "credited>active+credit");
    CAF_CHECK_EQUAL(subject.row().gateway_subscription_id, "sc_2");
    CAF_CHECK(subject.row().plan == plan_id{2});
    CAF_CHECK(subject.due_calls(*second.paid_at).empty());
    auto first = charged("T2", anew, monthly(2));
    first.subscription_id = "sc_2";
    first.invoice_id = "inv-2";
    CAF_CHECK_EQUAL(written(hear(subject, first, *second.paid_at), subject), "credited>active+credit");
    CAF_CHECK(subject.due_calls(*second.paid_at).empty());
    CAF_CHECK(subject.row().period->end > anew + 58 * 24h);

    // Once he has cancelled that too, it stays cancelled.
    subject.apply(**subject.decide_cancel(anew + 31 * 24h));
    CAF_CHECK_EQUAL(subject.due_calls(anew + 31 * 24h).size(), 1u);
}

CAF_TEST(an invoice names its user) {
    CAF_CHECK_EQUAL(subscription_invoice(user_id{42}, subscription_id{5}, 3), "atelier-subscription-42-5-3");
    CAF_CHECK(subscriber_of({}, "atelier-subscription-42-5-3", "") == user_id{42});
    CAF_CHECK(!subscriber_of({}, "atelier-subscription-", ""));
    CAF_CHECK(!subscriber_of({}, "atelier-subscription--5", ""));
}
