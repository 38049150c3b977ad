#define CAF_SUITE wallet_history

#include "tests/support/history.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};

/// A right history: two lots, a spend over both of them, its refund, and another spend; everybody was told.
wallet_history story() {
    wallet_history h;
    h.reopen_grace = 24h;
    h.lots[purchase_id{1}] = {noon, noon + 10h};
    h.lots[purchase_id{2}] = {noon, noon + 20h};
    const auto row = [&h](std::int64_t id, std::int64_t lot, std::int64_t job, operation op, tokens amount,
                          std::uint64_t decision) {
        history_row r;
        r.id = transaction_id{id};
        r.lot = purchase_id{lot};
        if (job != 0)
            r.generation = generation_id{job};
        r.op = op;
        r.amount = amount;
        r.at = noon;
        r.decision = decision;
        h.rows.push_back(r);
    };
    row(1, 1, 0, operation::grant, 5, 1);
    row(2, 2, 0, operation::purchase, 10, 2);
    row(3, 1, 7, operation::spend, -5, 3);
    row(4, 2, 7, operation::spend, -1, 3);
    row(5, 1, 7, operation::refund, 5, 4);
    row(6, 2, 7, operation::refund, 1, 4);
    row(7, 1, 8, operation::spend, -3, 5);
    const auto told = [&h](stamp invoked, stamp returned, std::int64_t last, tokens amount, tokens balance) {
        history_call c;
        c.result = history_call::kind::accepted;
        c.invoked = invoked;
        c.returned = returned;
        c.last = transaction_id{last};
        c.amount = amount;
        c.balance = balance;
        h.calls.push_back(c);
    };
    told(10, 20, 4, -6, 9);
    told(30, 40, 6, 6, 15);
    told(50, 60, 7, -3, 12);
    return h;
}

history_call seen(stamp invoked, stamp returned, tokens balance) {
    history_call c;
    c.result = history_call::kind::read;
    c.invoked = invoked;
    c.returned = returned;
    c.balance = balance;
    c.at = noon;
    return c;
}

history_call refused(stamp invoked, stamp returned, tokens cost) {
    auto c = seen(invoked, returned, 0);
    c.result = history_call::kind::refused;
    c.amount = -cost;
    return c;
}

bool right(const wallet_history& h) {
    return check(h).empty();
}

} // namespace

CAF_TEST(a right history is right) {
    CAF_CHECK(right(story()));
    CAF_CHECK(right({}));
}

CAF_TEST(what was acknowledged must be there) {
    auto h = story();
    h.rows.pop_back();
    CAF_CHECK(!right(h));
}

CAF_TEST(nothing is acknowledged twice) {
    auto h = story();
    h.calls.push_back(h.calls.back());
    CAF_CHECK(!right(h));
}

CAF_TEST(an amount or a balance that is not that of the rows is wrong) {
    auto h = story();
    h.calls[0].balance = 10;
    CAF_CHECK(!right(h));
    h = story();
    h.calls[0].amount = -5;
    CAF_CHECK(!right(h));
}

CAF_TEST(a spend that nobody was told of needs somebody who got no answer) {
    auto h = story();
    h.calls.pop_back();
    CAF_CHECK(!right(h));
    h.calls.emplace_back();
    CAF_CHECK(right(h));
}

CAF_TEST(whoever was answered before another one called comes before it) {
    auto h = story();
    std::swap(h.calls[0].invoked, h.calls[1].invoked);
    std::swap(h.calls[0].returned, h.calls[1].returned);
    CAF_CHECK(!right(h));
    h.calls[1].returned = 35; // at the same time: then either may be first
    CAF_CHECK(right(h));
}

CAF_TEST(nobody is answered before the commit) {
    auto h = story();
    h.rows[6].committed = 55;
    CAF_CHECK(right(h));
    h.rows[6].committed = 61;
    CAF_CHECK(!right(h));
}

CAF_TEST(rows come in the order of their ids except those of others) {
    auto h = story();
    h.rows[6].id = transaction_id{2'000};
    h.calls[2].last = transaction_id{2'000};
    CAF_CHECK(right(h));
    h.rows[1].id = transaction_id{3'000};
    CAF_CHECK(!right(h));
    h.rows[1].foreign = true;
    CAF_CHECK(right(h));
}

CAF_TEST(rows must be possible one after the other) {
    auto h = story();
    h.rows[6].amount = -6; // more than is left in the lot
    h.calls[2].amount = -6;
    h.calls[2].balance = 9;
    CAF_CHECK(!right(h));
    h = story();
    h.rows[6].lot = purchase_id{2}; // not the lot that expires first
    CAF_CHECK(!right(h));
    h = story();
    h.rows[4].amount = 6; // more than was spent
    CAF_CHECK(!right(h));
    h = story();
    h.rows[6].lot = purchase_id{3};
    CAF_CHECK(!right(h));
}

CAF_TEST(an expired lot cannot be spent unless a refund has opened it again) {
    auto h = story();
    h.rows[6].at = noon + 10h;
    CAF_CHECK(!right(h));
    h = story();
    h.rows[4].at = h.rows[5].at = noon + 12h; // lot 1 had expired: it is open for another day
    h.rows[6].at = noon + 13h;
    h.rows[6].lot = purchase_id{2}; // which expires first now
    CAF_CHECK(right(h));
}

CAF_TEST(a refusal must have been right at some moment) {
    auto h = story();
    h.calls.push_back(refused(21, 29, 10));
    CAF_CHECK(right(h));
    h.calls.back() = refused(15, 29, 10); // at 20 at the latest 9 are left
    CAF_CHECK(right(h));
    h.calls.back() = refused(21, 29, 9);
    CAF_CHECK(!right(h));
    h.calls.back() = refused(41, 49, 15);
    CAF_CHECK(!right(h));
}

CAF_TEST(a balance must have been there at some moment) {
    auto h = story();
    for (const auto& [invoked, returned, balance] : {std::tuple<stamp, stamp, tokens>{0, 5, 15},
                                                     {12, 13, 15},
                                                     {12, 13, 9},
                                                     {21, 29, 9},
                                                     {31, 70, 12},
                                                     {61, 70, 12}}) {
        h.calls.push_back(seen(invoked, returned, balance));
        CAF_CHECK(right(h));
        h.calls.pop_back();
    }
    for (const auto& [invoked, returned, balance] :
         {std::tuple<stamp, stamp, tokens>{0, 5, 9}, {21, 29, 15}, {21, 29, 12}, {61, 70, 15}}) {
        h.calls.push_back(seen(invoked, returned, balance));
        CAF_CHECK(!right(h));
        h.calls.pop_back();
    }
}

CAF_TEST(one key has one answer) {
    auto h = story();
    h.calls[2].key = "k";
    h.calls[2].answer = "one";
    h.calls.push_back(h.calls[2]);
    CAF_CHECK(right(h));
    h.calls.back().answer = "two";
    CAF_CHECK(!right(h));
}

CAF_TEST(what others took may still be shown) {
    auto h = story();
    auto taken = h.rows[6];
    taken.id = transaction_id{100};
    taken.generation = generation_id{9};
    taken.amount = -1;
    taken.decision = 9;
    taken.foreign = true;
    h.rows.insert(h.rows.begin() + 6,
                  taken); // between the refund and the last spend, which does not know of it
    CAF_CHECK(right(h));
    h.calls[2].balance = 13;
    CAF_CHECK(!right(h));
}
