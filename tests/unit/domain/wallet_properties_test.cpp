#define CAF_SUITE wallet_properties

#include "actors/domain/wallet.hpp"
#include "tests/support/history.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <map>
#include <rapidcheck.h>
#include <tuple>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};
constexpr user_id somebody{7};
constexpr auto grace = 24h;

using state = std::vector<std::tuple<purchase_id, tokens, instant>>;

state state_of(const wallet& w) {
    state all;
    for (const auto& lot : w.lots())
        all.emplace_back(lot.id, lot.remaining, lot.expires_at);
    return all;
}

/// A wallet whose every change is written down, to be checked as a history: by somebody who knows nothing of
/// how it decides.
struct recorded {
    wallet lots{{}};
    test::sequence_ids ids;
    instant now = noon;
    test::wallet_history history;
    std::vector<std::pair<generation_id, std::vector<spend_part>>> open;

    recorded() { history.reopen_grace = grace; }

    void carry_out(const change_set& changes) {
        RC_ASSERT(changes.at == now);
        ++decisions_;
        lots.apply(changes);
        for (const auto& lot : changes.new_purchases)
            history.lots[lot.id] = {lot.purchased_at, lot.expires_at};
        tokens amount = 0;
        for (const auto& row : changes.journal) {
            test::history_row written;
            written.id = row.id;
            written.lot = row.purchase;
            written.generation = row.generation;
            written.op = row.op;
            written.amount = row.amount;
            written.at = changes.at;
            written.decision = decisions_;
            written.committed = decisions_;
            history.rows.push_back(written);
            amount += row.op == changes.journal.back().op ? row.amount : 0;
        }
        if (changes.journal.empty())
            return;
        test::history_call told;
        told.result = test::history_call::kind::accepted;
        told.invoked = told.returned = decisions_;
        told.last = changes.journal.back().id;
        told.amount = amount;
        told.balance = lots.balance(now);
        history.calls.push_back(told);
    }

    void credit() {
        const auto amount = *rc::gen::inRange(1, 40);
        // Whole hours, so that lots often expire together, and at the moment of a command.
        const auto validity = std::chrono::hours{*rc::gen::inRange(1, 48)};
        carry_out(wallet::decide_credit(somebody, *rc::gen::element(operation::purchase, operation::grant),
                                        token_package_id{1}, amount, now, now + validity, {}, ids)
                      .value());
    }

    void spend(tokens cost) {
        const generation_id job{ids.next(id_sequence::generations)};
        const auto decided = lots.decide_spend(somebody, job, cost, now, ids);
        if (decided) {
            open.emplace_back(job, parts_of(*decided));
            carry_out(*decided);
            return;
        }
        test::history_call refusal;
        refusal.result = test::history_call::kind::refused;
        refusal.invoked = refusal.returned = decisions_;
        refusal.amount = -cost;
        refusal.at = now;
        history.calls.push_back(refusal);
    }

    void refund(std::size_t which) {
        const auto [job, parts] = open[which];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
        carry_out(lots.decide_refund(somebody, job, parts, now, grace, ids).value());
    }

    void expire() { carry_out(lots.decide_expire(somebody, now, ids).value()); }

    void anything() {
        switch (*rc::gen::inRange(0, 7)) {
        case 0:
        case 1:
            return credit();
        case 2:
        case 3:
        case 4:
            return spend(*rc::gen::inRange(1, 50));
        case 5:
            return open.empty() ? void() : refund(*rc::gen::inRange<std::size_t>(0, open.size()));
        default:
            return expire();
        }
    }

    /// Once more from the lots that would be loaded: nothing may depend on how the wallet came to its state.
    void load_again() {
        auto loaded = lots.lots();
        std::ranges::reverse(loaded);
        wallet other{std::move(loaded)};
        RC_ASSERT(state_of(other) == state_of(lots));
        lots = std::move(other);
    }

    static std::vector<spend_part> parts_of(const change_set& spend) {
        std::vector<spend_part> parts;
        for (const auto& row : spend.journal)
            parts.push_back({row.purchase, -row.amount});
        return parts;
    }

private:
    std::uint64_t decisions_ = 0;
};

void holds(const char* name, void (*property)()) {
    CAF_CHECK(rc::check(name, property));
}

} // namespace

CAF_TEST(any commands at any times are the story of one wallet) {
    holds("story", [] {
        recorded w;
        for (int left = *rc::gen::inRange(1, 60); left > 0; --left) {
            // Often not at all, and sometimes back: clocks are set.
            w.now += std::chrono::hours{
                *rc::gen::weightedElement<int>({{5, 0}, {4, 1}, {2, 12}, {1, 30}, {1, -2}})};
            w.anything();
            if (*rc::gen::inRange(0, 10) == 0)
                w.load_again();
        }
        for (const auto& what : check(w.history))
            RC_FAIL(what);
    });
}

CAF_TEST(an expired lot is never spent and never counted) {
    holds("expired", [] {
        recorded w;
        for (int left = *rc::gen::inRange(1, 6); left > 0; --left)
            w.credit();
        w.now += std::chrono::hours{*rc::gen::inRange(0, 48)};
        std::int64_t open = 0;
        for (const auto& lot : w.lots.lots())
            if (lot.expires_at > w.now)
                open += lot.remaining;
        RC_ASSERT(w.lots.balance(w.now) == open);
        const auto cost = *rc::gen::inRange(1, 200);
        const auto spend = w.lots.decide_spend(somebody, generation_id{1}, cost, w.now, w.ids);
        RC_ASSERT(spend.has_value() == (cost <= open));
        if (!spend)
            return;
        for (const auto& row : spend->journal) {
            const auto lot = std::ranges::find(w.lots.lots(), row.purchase, &purchase_record::id);
            RC_ASSERT(lot->expires_at > w.now);
        }
    });
}

CAF_TEST(refunds undo spends in any order as long as nothing expires) {
    holds("undo", [] {
        recorded w;
        for (int left = *rc::gen::inRange(1, 6); left > 0; --left)
            w.credit();
        const auto before = state_of(w.lots);
        for (int left = *rc::gen::inRange(1, 8); left > 0; --left)
            w.spend(*rc::gen::inRange(1, 30));
        while (!w.open.empty())
            w.refund(*rc::gen::inRange<std::size_t>(0, w.open.size()));
        RC_ASSERT(state_of(w.lots) == before);
    });
}

CAF_TEST(a refund never brings back more than was spent) {
    holds("no more", [] {
        recorded w;
        for (int left = *rc::gen::inRange(1, 6); left > 0; --left)
            w.credit();
        const auto cost = *rc::gen::inRange(1, 40);
        w.spend(cost);
        RC_PRE(!w.open.empty());
        w.now += std::chrono::hours{*rc::gen::inRange(0, 60)};
        if (*rc::gen::arbitrary<bool>())
            w.expire();
        const auto before = w.lots.balance(w.now);
        w.refund(0);
        RC_ASSERT(w.lots.balance(w.now) == before + cost);
        for (const auto& what : check(w.history))
            RC_FAIL(what);
    });
}

CAF_TEST(commands of one moment take effect in their order) {
    holds("order", [] {
        recorded w;
        w.credit();
        const auto first = *rc::gen::inRange(1, 40);
        const auto second = *rc::gen::inRange(1, 40);
        const auto held = w.lots.balance(w.now);
        w.spend(first);
        w.spend(second);
        const auto left = first <= held ? held - first : held;
        RC_ASSERT(w.lots.balance(w.now) == (second <= left ? left - second : left));
        RC_ASSERT(w.open.size() == (first <= held ? 1U : 0U) + (second <= left ? 1U : 0U));
        for (const auto& what : check(w.history))
            RC_FAIL(what);
    });
}

CAF_TEST(booking what expired twice books it once) {
    holds("once", [] {
        recorded w;
        for (int left = *rc::gen::inRange(1, 6); left > 0; --left)
            w.credit();
        w.now += std::chrono::hours{*rc::gen::inRange(0, 60)};
        w.expire();
        RC_ASSERT(w.lots.decide_expire(somebody, w.now, w.ids)->journal.empty());
        for (const auto& lot : w.lots.lots())
            RC_ASSERT(lot.remaining == 0 || lot.expires_at > w.now);
    });
}

CAF_TEST(whatever is spent and paid back in money a lot gives up what it can and owes the rest) {
    holds("clawbacks", [] {
        recorded w;
        w.credit();
        const auto bought = w.lots.lots().front();
        tokens due = 0;
        tokens taken = 0;
        const auto book = [&](const change_set& changes) {
            for (const auto& row : changes.journal)
                taken -= row.op == operation::clawback ? row.amount : 0;
            w.lots.apply(changes);
            const auto& lot = w.lots.lots().front();
            RC_ASSERT(lot.remaining >= 0 && lot.debt >= 0);
            RC_ASSERT(taken + lot.debt == due);
            RC_ASSERT(lot.remaining == 0 || lot.debt == 0);
        };
        for (int left = *rc::gen::inRange(1, 20); left > 0; --left) {
            const auto amount = *rc::gen::inRange(1, 10);
            if (*rc::gen::arbitrary<bool>()) {
                w.spend(amount);
            } else if (!w.open.empty()) {
                const auto [job, parts] = w.open.back();
                w.open.pop_back();
                book(w.lots.decide_refund(somebody, job, parts, w.now, grace, w.ids).value());
            } else {
                due += amount;
                book(w.lots.decide_clawback(somebody, bought, amount, w.now, w.ids).value());
            }
        }
    });
}
