#define CAF_SUITE payment

#include "actors/domain/payment.hpp"
#include "tests/support/payment_table.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <functional>
#include <rapidcheck.h>
#include <vector>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

using state = payment_status;
constexpr auto completed = transaction_status::completed;
constexpr auto authorized = transaction_status::authorized;

/// Applies notifications one after the other; how often was credited?
int replay(payment& subject, const std::vector<notification_facts>& day) {
    int credits = 0;
    for (const auto& facts : day) {
        const auto decision = subject.decide(facts, soon, testing);
        credits += decision.action == payment_action::credit ? 1 : 0;
        if (decision.change)
            subject.apply(*decision.change);
    }
    return credits;
}

} // namespace

CAF_TEST(every notification has its one result in every state) {
    for (const auto& row : payment_table())
        for (std::size_t i = 0; i < payment_states.size(); ++i) {
            CAF_MESSAGE(row.name << " when " << to_string(payment_states.at(i)));
            const payment subject{payment_in(payment_states.at(i))};
            CAF_CHECK_EQUAL(written(subject.decide(row.facts, soon, testing)), row.cells.at(i));
        }
}

CAF_TEST(a change expects the state it was decided on) {
    for (const auto& row : payment_table())
        for (const auto status : payment_states)
            if (const auto change = payment{payment_in(status)}.decide(row.facts, soon, testing).change) {
                CAF_CHECK(change->id == payment_id{7});
                CAF_CHECK(change->expected == status);
                CAF_CHECK_EQUAL(change->cloudpayments_transaction_id, row.facts.transaction_id);
            }
}

CAF_TEST(a credit notes the transaction and the card and the moment) {
    payment subject{payment_in(state::pending)};
    const auto decision = subject.decide(fitting(notification_kind::pay, "T9", completed), soon, testing);
    CAF_REQUIRE(decision.change.has_value());
    CAF_CHECK(decision.change->paid_at == soon);
    subject.apply(*decision.change);
    CAF_CHECK(subject.record().status == state::paid);
    CAF_CHECK_EQUAL(subject.record().cloudpayments_transaction_id, "T9");
    CAF_CHECK_EQUAL(subject.record().card_type, "Visa");
    CAF_CHECK_EQUAL(subject.record().card_last_four, "4242");
    CAF_CHECK(subject.record().paid_at == soon);
}

CAF_TEST(a hold and its end are not noted as paid) {
    payment subject{payment_in(state::pending)};
    const auto held = subject.decide(fitting(notification_kind::pay, "T1", authorized), soon, testing);
    CAF_REQUIRE(held.change.has_value());
    CAF_CHECK(!held.change->paid_at);
    subject.apply(*held.change);
    CAF_CHECK(subject.record().status == state::authorized);
    CAF_CHECK(!subject.record().paid_at);

    auto cancel = fitting(notification_kind::cancel, "T1");
    cancel.card_type.clear();
    cancel.card_last_four.clear();
    const auto released = subject.decide(cancel, soon, testing);
    CAF_REQUIRE(released.change.has_value());
    CAF_CHECK(!released.change->paid_at);
    subject.apply(*released.change);
    CAF_CHECK(subject.record().status == state::cancelled);
    CAF_CHECK_EQUAL(subject.record().card_last_four, "4242"); // absent texts leave it as it was
}

CAF_TEST(a check of a pending payment is refused from the moment it expires) {
    const payment subject{payment_in(state::pending)};
    const auto check = fitting(notification_kind::check, "T1", completed);
    const auto deadline = subject.record().expires_at;
    CAF_CHECK_EQUAL(written(subject.decide(check, deadline - 1us, testing)), "accepted");
    CAF_CHECK_EQUAL(written(subject.decide(check, deadline, testing)), "expired=20");
}

CAF_TEST(money that was taken after the order expired is credited all the same) {
    const payment subject{payment_in(state::pending)};
    const auto late = subject.record().expires_at + 48h;
    CAF_CHECK_EQUAL(written(subject.decide(fitting(notification_kind::pay, "T1", completed), late, testing)),
                    "credited>paid+credit");
}

CAF_TEST(a notification that does not fit what was ordered never credits) {
    struct flaw {
        std::string_view verdict;
        std::int32_t check_code;
        std::function<void(notification_facts&)> make;
    };
    const std::vector<flaw> flaws{
        {"amount_mismatch", 12, [](auto& n) { n.amount_cents = 98'999; }},
        {"amount_mismatch", 12, [](auto& n) { n.amount_cents = 99'001; }},
        {"amount_mismatch", 12, [](auto& n) { n.amount_cents.reset(); }},
        {"currency_mismatch", 12, [](auto& n) { n.currency = "KZT"; }},
        {"currency_mismatch", 12, [](auto& n) { n.currency = "rub"; }},
        {"currency_mismatch", 12, [](auto& n) { n.currency.clear(); }},
        {"account_mismatch", 11, [](auto& n) { n.account_id = "43"; }},
        {"account_mismatch", 11, [](auto& n) { n.account_id = "042"; }},
        {"account_mismatch", 11, [](auto& n) { n.account_id.clear(); }},
        {"test_mode_mismatch", 13, [](auto& n) { n.test_mode = false; }},
        {"test_mode_mismatch", 13, [](auto& n) { n.test_mode.reset(); }},
    };
    const std::vector<notification_facts> money_taken{
        fitting(notification_kind::pay, "T1", completed),
        fitting(notification_kind::pay, "T1", authorized),
        fitting(notification_kind::confirm, "T1", completed),
    };
    for (const auto status : payment_states)
        for (const auto& [verdict, check_code, make] : flaws) {
            CAF_MESSAGE(verdict << " when " << to_string(status));
            const payment subject{payment_in(status)};
            auto check = fitting(notification_kind::check, "T1", completed);
            make(check);
            const auto asked = subject.decide(check, soon, testing);
            CAF_CHECK_EQUAL(written(asked), std::string{verdict} + "=" + std::to_string(check_code));
            for (auto facts : money_taken) {
                make(facts);
                CAF_CHECK_EQUAL(written(subject.decide(facts, soon, testing)), std::string{verdict} + "!");
            }
        }
}

CAF_TEST(test notifications count in test mode only) {
    const payment subject{payment_in(state::pending)};
    auto pay = fitting(notification_kind::pay, "T1", completed);
    CAF_CHECK_EQUAL(written(subject.decide(pay, soon, payment_rules{false})), "test_mode_mismatch!");
    pay.test_mode = false;
    CAF_CHECK_EQUAL(written(subject.decide(pay, soon, payment_rules{false})), "credited>paid+credit");
}

CAF_TEST(a cancel is judged by what it carries) {
    const payment subject{payment_in(state::authorized)};
    auto cancel = fitting(notification_kind::cancel, "T1");
    cancel.currency.clear();
    cancel.test_mode.reset();
    cancel.account_id.clear();
    cancel.amount_cents.reset();
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "cancelled>cancelled+release");
    cancel.amount_cents = 1;
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "amount_mismatch!");
    cancel.account_id = "43";
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "account_mismatch!");
}

CAF_TEST(what names no payment is refused before it is paid and recorded after) {
    using kind = notification_kind;
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::check, "T1"))), "unknown_invoice=10");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::pay, "T1"))), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::confirm, "T1"))), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::cancel, "T1"))), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::fail, "T1"))), "unknown_invoice");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::refund, "T1"))), "refund_waiting+note");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(without_amount(fitting(kind::refund, "T1")))),
                    "amount_missing!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::recurrent, "T1"))), "archived");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::receipt, "T1"))), "archived");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(fitting(kind::other, "T1"))), "archived");
}

CAF_TEST(a failed attempt does not keep the next one from paying) {
    payment subject{payment_in(state::pending)};
    const std::vector day{
        fitting(notification_kind::check, "T1", completed), fitting(notification_kind::fail, "T1"),
        fitting(notification_kind::check, "T2", completed), fitting(notification_kind::pay, "T2", completed)};
    CAF_CHECK_EQUAL(replay(subject, day), 1);
    CAF_CHECK_EQUAL(subject.record().cloudpayments_transaction_id, "T2");
}

CAF_TEST(the order and the number of deliveries do not change the result) {
    using kind = notification_kind;
    struct story {
        std::vector<notification_facts> told; ///< each is delivered twice
        payment_status end;
        std::string_view transaction;
        int credits;
    };
    const auto hold = fitting(kind::pay, "T1", authorized);
    const std::vector<story> stories{
        {{hold, fitting(kind::confirm, "T1", completed)}, state::paid, "T1", 1},
        {{hold, fitting(kind::cancel, "T1")}, state::cancelled, "T1", 0},
        {{hold, fitting(kind::cancel, "T1"), fitting(kind::pay, "T2", completed)}, state::paid, "T2", 1},
        {{fitting(kind::fail, "T1"), fitting(kind::fail, "T2"), fitting(kind::pay, "T3", completed)},
         state::paid,
         "T3",
         1},
        {{fitting(kind::pay, "T1", completed), fitting(kind::fail, "T1"), fitting(kind::receipt, "T1")},
         state::paid,
         "T1",
         1},
    };
    for (const auto& [told, end, transaction, credits] : stories) {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < told.size(); ++i)
            order.insert(order.end(), 2, i);
        do {
            std::vector<notification_facts> day;
            day.reserve(order.size());
            for (const auto i : order)
                day.push_back(told[i]);
            payment subject{payment_in(state::pending)};
            CAF_CHECK_EQUAL(replay(subject, day), credits);
            CAF_CHECK(subject.record().status == end);
            CAF_CHECK_EQUAL(subject.record().cloudpayments_transaction_id, transaction);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

CAF_TEST(whatever comes is credited at most once and never taken back) {
    using kind = notification_kind;
    CAF_CHECK(rc::check([] {
        const auto any_facts =
            rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 9), rc::gen::inRange(1, 4),
                                        rc::gen::inRange(0, 7), rc::gen::inRange(0, 8)),
                         [](const std::tuple<int, int, int, int>& drawn) {
                             const auto& [what, transaction, status, flaw] = drawn;
                             auto facts = fitting(static_cast<kind>(what), "T" + std::to_string(transaction),
                                                  static_cast<transaction_status>(status));
                             if (flaw == 0)
                                 facts.amount_cents = 1;
                             return facts;
                         });
        const auto day = *rc::gen::container<std::vector<notification_facts>>(any_facts);
        payment subject{payment_in(state::pending)};
        int credits = 0;
        for (const auto& facts : day) {
            const auto before = subject.record().status;
            credits += replay(subject, {facts});
            RC_ASSERT(!is_credited(before) || subject.record().status == before);
        }
        RC_ASSERT(credits == (is_credited(subject.record().status) ? 1 : 0));
    }));
}

CAF_TEST(kinds are known by the last segment of their address) {
    for (const std::string_view name :
         {"check", "pay", "fail", "confirm", "cancel", "refund", "recurrent", "receipt"}) {
        CAF_CHECK(parse_notification_kind(name) != notification_kind::other);
        CAF_CHECK_EQUAL(to_string(parse_notification_kind(name)), name);
    }
    for (const std::string_view name : {"", "Pay", "kkt", "sbptoken", "pay/"})
        CAF_CHECK(parse_notification_kind(name) == notification_kind::other);
    CAF_CHECK_EQUAL(to_string(notification_kind::other), "other");
}
