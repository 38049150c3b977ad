#define CAF_SUITE payment

#include "actors/domain/payment.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <rapidcheck.h>
#include <vector>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant ordered_at{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 9h};
constexpr instant soon = ordered_at + 1min;
constexpr payment_rules testing{true};

using state = payment_status;
constexpr std::array states{state::pending,  state::authorized, state::paid,   state::partially_refunded,
                            state::refunded, state::cancelled,  state::expired};

payment_record record_in(payment_status status) {
    payment_record record;
    record.id = payment_id{7};
    record.user = user_id{42};
    record.package = token_package_id{3};
    record.amount_cents = 99'000;
    record.currency = "RUB";
    record.status = status;
    record.invoice_id = "inv-7";
    record.expires_at = ordered_at + 1h;
    record.created_at = ordered_at;
    if (status != state::pending && status != state::expired)
        record.cloudpayments_transaction_id = "T1";
    return record;
}

/// A notification that fits the record above in everything.
notification_facts fitting(notification_kind kind, std::string transaction,
                           transaction_status status = transaction_status::none) {
    notification_facts facts;
    facts.kind = kind;
    facts.transaction_id = std::move(transaction);
    facts.amount_cents = 99'000;
    facts.currency = "RUB";
    facts.account_id = "42";
    facts.status = status;
    facts.test_mode = true;
    facts.card_type = "Visa";
    facts.card_last_four = "4242";
    return facts;
}

constexpr auto completed = transaction_status::completed;
constexpr auto authorized = transaction_status::authorized;

/// verdict, "=code" unless 0, ">state" when it moves there, "!" when it raises an alarm.
std::string written(const payment_decision& decision) {
    std::string text{decision.verdict};
    if (decision.code != 0)
        text += "=" + std::to_string(decision.code);
    if (decision.change)
        text += ">" + std::string{to_string(decision.change->status)};
    return decision.alarm ? text + "!" : text;
}

/// One kind of notification and what it does in each state. T1 is the transaction that the payment knows of
/// (when it knows one), T2 another one.
struct table_row {
    std::string_view name;
    notification_facts facts;
    std::array<std::string_view, states.size()> cells; ///< in the order of `states`
};

std::vector<table_row> table() {
    using kind = notification_kind;
    constexpr std::string_view dup = "duplicate";
    constexpr std::string_view credit = "credited>paid";
    constexpr std::string_view twice = "paid_twice!";
    constexpr std::string_view other = "other_transaction";
    constexpr std::string_view held2 = "held_twice!";
    const auto same = [](std::string_view verdict) {
        std::array<std::string_view, states.size()> cells;
        cells.fill(verdict);
        return cells;
    };
    return {
        // name, facts, {pending, authorized, paid, partially_refunded, refunded, cancelled, expired}
        {"check",
         fitting(kind::check, "T2", completed),
         {"accepted", "not_payable=13", "not_payable=13", "not_payable=13", "not_payable=13",
          "not_payable=13", "expired=20"}},
        {"pay completed T1",
         fitting(kind::pay, "T1", completed),
         {credit, credit, dup, dup, dup, "credited>paid!", credit}},
        {"pay completed T2",
         fitting(kind::pay, "T2", completed),
         {credit, "credited>paid!", twice, twice, twice, credit, credit}},
        {"pay authorized T1",
         fitting(kind::pay, "T1", authorized),
         {"authorized>authorized", dup, "superseded", "superseded", "superseded", "superseded",
          "authorized>authorized"}},
        {"pay authorized T2",
         fitting(kind::pay, "T2", authorized),
         {"authorized>authorized", held2, held2, held2, held2, "authorized>authorized",
          "authorized>authorized"}},
        {"pay declined", fitting(kind::pay, "T1", transaction_status::declined), same("unexpected_status!")},
        {"pay without status", fitting(kind::pay, "T1"), same("unexpected_status!")},
        {"pay of unknown status", fitting(kind::pay, "T1", transaction_status::other),
         same("unexpected_status!")},
        {"confirm T1",
         fitting(kind::confirm, "T1", completed),
         {credit, credit, dup, dup, dup, "credited>paid!", credit}},
        {"confirm T1 without status",
         fitting(kind::confirm, "T1"),
         {credit, credit, dup, dup, dup, "credited>paid!", credit}},
        {"confirm T2",
         fitting(kind::confirm, "T2", completed),
         {credit, "credited>paid!", twice, twice, twice, credit, credit}},
        {"confirm authorized", fitting(kind::confirm, "T1", authorized), same("unexpected_status!")},
        {"cancel T1",
         fitting(kind::cancel, "T1"),
         {"cancelled>cancelled", "cancelled>cancelled", "cancel_after_credit!", "cancel_after_credit!",
          "cancel_after_credit!", dup, "cancelled>cancelled"}},
        {"cancel T2",
         fitting(kind::cancel, "T2"),
         {"cancelled>cancelled", other, other, other, other, other, "cancelled>cancelled"}},
        {"fail T1", fitting(kind::fail, "T1", transaction_status::declined), same("declined")},
        {"fail T2", fitting(kind::fail, "T2"), same("declined")},
        {"refund", fitting(kind::refund, "R1"), same("refund_recorded!")},
        {"recurrent", fitting(kind::recurrent, ""), same("archived")},
        {"receipt", fitting(kind::receipt, "T1"), same("archived")},
        {"other", fitting(kind::other, ""), same("archived")},
    };
}

payment_action action_for(const std::optional<payment_change>& change) {
    if (!change)
        return payment_action::none;
    switch (change->status) {
    case state::paid:
        return payment_action::credit;
    case state::authorized:
        return payment_action::authorize;
    case state::cancelled:
        return payment_action::cancel;
    default:
        return payment_action::none;
    }
}

bool is_credited(payment_status status) {
    return status == state::paid || status == state::partially_refunded || status == state::refunded;
}

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
    for (const auto& row : table())
        for (std::size_t i = 0; i < states.size(); ++i) {
            CAF_MESSAGE(row.name << " when " << to_string(states[i]));
            const payment subject{record_in(states[i])};
            const auto decision = subject.decide(row.facts, soon, testing);
            CAF_CHECK_EQUAL(written(decision), row.cells[i]);
            CAF_CHECK(decision.action == action_for(decision.change));
        }
}

CAF_TEST(a change expects the state it was decided on) {
    for (const auto& row : table())
        for (const auto status : states)
            if (const auto change = payment{record_in(status)}.decide(row.facts, soon, testing).change) {
                CAF_CHECK(change->id == payment_id{7});
                CAF_CHECK(change->expected == status);
                CAF_CHECK_EQUAL(change->cloudpayments_transaction_id, row.facts.transaction_id);
            }
}

CAF_TEST(a credit notes the transaction and the card and the moment) {
    payment subject{record_in(state::pending)};
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
    payment subject{record_in(state::pending)};
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
    const payment subject{record_in(state::pending)};
    const auto check = fitting(notification_kind::check, "T1", completed);
    const auto deadline = subject.record().expires_at;
    CAF_CHECK_EQUAL(written(subject.decide(check, deadline - 1us, testing)), "accepted");
    CAF_CHECK_EQUAL(written(subject.decide(check, deadline, testing)), "expired=20");
}

CAF_TEST(money that was taken after the order expired is credited all the same) {
    const payment subject{record_in(state::pending)};
    const auto late = subject.record().expires_at + 48h;
    CAF_CHECK_EQUAL(written(subject.decide(fitting(notification_kind::pay, "T1", completed), late, testing)),
                    "credited>paid");
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
    for (const auto status : states)
        for (const auto& [verdict, check_code, make] : flaws) {
            CAF_MESSAGE(verdict << " when " << to_string(status));
            const payment subject{record_in(status)};
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
    const payment subject{record_in(state::pending)};
    auto pay = fitting(notification_kind::pay, "T1", completed);
    CAF_CHECK_EQUAL(written(subject.decide(pay, soon, payment_rules{false})), "test_mode_mismatch!");
    pay.test_mode = false;
    CAF_CHECK_EQUAL(written(subject.decide(pay, soon, payment_rules{false})), "credited>paid");
}

CAF_TEST(a cancel is judged by what it carries) {
    const payment subject{record_in(state::authorized)};
    auto cancel = fitting(notification_kind::cancel, "T1");
    cancel.currency.clear();
    cancel.test_mode.reset();
    cancel.account_id.clear();
    cancel.amount_cents.reset();
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "cancelled>cancelled");
    cancel.amount_cents = 1;
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "amount_mismatch!");
    cancel.account_id = "43";
    CAF_CHECK_EQUAL(written(subject.decide(cancel, soon, testing)), "account_mismatch!");
}

CAF_TEST(what names no payment is refused before it is paid and recorded after) {
    using kind = notification_kind;
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::check)), "unknown_invoice=10");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::pay)), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::confirm)), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::cancel)), "unknown_invoice!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::fail)), "unknown_invoice");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::refund)), "refund_recorded!");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::recurrent)), "archived");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::receipt)), "archived");
    CAF_CHECK_EQUAL(written(payment::decide_unknown(kind::other)), "archived");
}

CAF_TEST(a failed attempt does not keep the next one from paying) {
    payment subject{record_in(state::pending)};
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
            payment subject{record_in(state::pending)};
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
        payment subject{record_in(state::pending)};
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
