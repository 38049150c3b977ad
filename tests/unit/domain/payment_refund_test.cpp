#define CAF_SUITE payment_refund

#include "actors/domain/payment.hpp"
#include "tests/support/test.hpp"

#include <rapidcheck.h>
#include <string>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

payment_record paid(std::int64_t amount_cents) {
    payment_record record;
    record.id = payment_id{7};
    record.user = user_id{42};
    record.amount_cents = amount_cents;
    record.status = payment_status::paid;
    record.cloudpayments_transaction_id = "T1";
    record.expires_at = noon;
    return record;
}

gateway_refund refund(std::int64_t amount_cents, const std::string& transaction = "R1") {
    return {transaction, "T1", amount_cents};
}

/// "from>to, due of so many tokens, cents before>after", and "!" for an alarm; then it takes effect.
std::string give_back(payment& subject, std::int64_t amount_cents, tokens credited) {
    const auto decision = subject.decide_refund(refund(amount_cents), credited);
    subject.apply(decision);
    const auto& a = decision.application;
    return std::string{to_string(decision.change.expected)} + ">" +
           std::string{to_string(decision.change.status)} + ", " + std::to_string(a.tokens_due) + ", " +
           std::to_string(a.expected_cents) + ">" + std::to_string(a.refunded_cents) +
           (decision.alarm ? "!" : "");
}

} // namespace

CAF_TEST(tokens go back in proportion to the money and rounded down until all of it is back) {
    payment subject{paid(99'000)};
    CAF_CHECK_EQUAL(give_back(subject, 33'000, 50), "paid>partially_refunded, 16, 0>33000");
    CAF_CHECK_EQUAL(give_back(subject, 33'000, 50), "partially_refunded>partially_refunded, 17, 33000>66000");
    CAF_CHECK_EQUAL(give_back(subject, 33'000, 50), "partially_refunded>refunded, 17, 66000>99000");
    CAF_CHECK_EQUAL(subject.record().refunded_cents, 99'000);
    CAF_CHECK(subject.record().status == payment_status::refunded);
}

CAF_TEST(more than was paid takes no more than was credited and alarms) {
    payment subject{paid(100)};
    CAF_CHECK_EQUAL(give_back(subject, 150, 10), "paid>refunded, 10, 0>150!");
    CAF_CHECK_EQUAL(give_back(subject, 1, 10), "refunded>refunded, 0, 150>151!");
}

CAF_TEST(a cent of a dear package takes nothing back) {
    payment subject{paid(1'000'000)};
    CAF_CHECK_EQUAL(give_back(subject, 1, 10), "paid>partially_refunded, 0, 0>1");
}

CAF_TEST(however a payment is refunded all of its tokens are due in the end) {
    CAF_CHECK(rc::check([] {
        const auto amount = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
        const auto credited = *rc::gen::inRange(1, 2'000'000'000);
        payment subject{paid(amount)};
        std::int64_t due = 0;
        while (subject.record().refunded_cents < amount) {
            const auto left = amount - subject.record().refunded_cents;
            const auto part = *rc::gen::inRange<std::int64_t>(std::max<std::int64_t>(1, left / 8), left + 1);
            const auto decision = subject.decide_refund(refund(part), credited);
            RC_ASSERT(decision.application.tokens_due >= 0);
            due += decision.application.tokens_due;
            subject.apply(decision);
            RC_ASSERT(due * amount <= std::int64_t{credited} * subject.record().refunded_cents);
        }
        RC_ASSERT(due == credited);
        RC_ASSERT(subject.record().status == payment_status::refunded);
    }));
}

CAF_TEST(only a pending payment is overdue and only from its end on) {
    auto record = paid(100);
    CAF_CHECK(!payment{record}.overdue(noon + 1h));
    record.status = payment_status::pending;
    CAF_CHECK(!payment{record}.overdue(noon - 1us));
    CAF_CHECK(payment{record}.overdue(noon));
    const auto change = payment{record}.expire();
    CAF_CHECK(change.id == payment_id{7} && change.expected == payment_status::pending);
    CAF_CHECK(change.status == payment_status::expired);
}
