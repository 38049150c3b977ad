#define CAF_SUITE subscription_properties

#include "actors/domain/subscription.hpp"
#include "tests/support/subscription_properties.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <map>
#include <rapidcheck.h>
#include <set>
#include <tuple>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr auto t0 = subscribed_at;

/// Something that the gateway tells, and when it happened.
struct told {
    instant at;
    subscription_facts facts;
};

/// What the gateway does with one subscription of its own: charges at the end of each period, tries again for
/// two more days, gives up then. A charge at the end of a period comes up to an hour late, as the gateway
/// likes.
struct gateway_life {
    plan_terms terms;
    std::vector<told> all;
    instant begin;
    instant end = begin;

    /// `number` is in the names of the invoice, the subscription and the transactions.
    explicit gateway_life(plan_terms t, instant at = t0, int number = 1)
        : terms{std::move(t)}, begin{at}, number_{std::to_string(number)} {
        auto first = fitting();
        first.invoice_id = "inv-" + number_;
        tell(begin, first);
        ++successes_;
        if (below(2) == 0)
            hear_of(begin, gateway_standing::active);
        for (int i = 1, left = below(8); left > 0; --left, ++i)
            if (!renew(advance(begin, terms.interval, i)))
                return;
        if (below(3) == 0)
            hear_of(end + 1h, gateway_standing::cancelled);
    }

private:
    bool renew(instant due) {
        due += std::chrono::seconds{below(3'600)};
        for (int failures = 0; failures < 3; ++failures, due += 23h) {
            if (below(4) != 0) {
                ++successes_;
                tell(due, fitting());
                if (failures > 0)
                    hear_of(due, gateway_standing::active);
                return true;
            }
            auto fail = fitting();
            fail.kind = notification_kind::fail;
            fail.status = transaction_status::declined;
            tell(due, fail);
            hear_of(due, failures < 2 ? gateway_standing::past_due : gateway_standing::rejected);
        }
        return false;
    }

    subscription_facts fitting() {
        auto facts = charged("T" + number_ + "-" + std::to_string(++transactions_), t0, terms);
        facts.subscription_id = "sc_" + number_;
        return facts;
    }

    void hear_of(instant at, gateway_standing standing) {
        tell(at, recurrent(standing, successes_, "sc_" + number_));
    }

    void tell(instant at, subscription_facts facts) {
        end = std::max(end, at);
        facts.paid_at = at;
        all.push_back({at, std::move(facts)});
    }

    std::string number_;
    std::int64_t successes_ = 0;
    int transactions_ = 0;
};

plan_terms any_terms() {
    auto terms = monthly();
    terms.interval =
        *rc::gen::element(plan_interval{interval_unit::week, 1}, plan_interval{interval_unit::month, 1},
                          plan_interval{interval_unit::month, 3});
    return terms;
}

using credits = std::set<std::tuple<std::string, plan_id, tokens, instant, instant>>;

credits credits_of(const subscription& subject) {
    credits all;
    for (const auto& c : subject.book().charges)
        all.emplace(c.transaction_id, c.plan, c.tokens_amount, c.period.start, c.period.end);
    return all;
}

/// Delivers, and sees that each charge is credited once and that no row but its own is changed by a
/// duplicate.
struct listener {
    subscription subject;
    std::map<std::string, int> credited;
    std::map<std::string, instant> lots;

    explicit listener(const plan_terms& terms) : subject{ordered(terms)} {}

    void hear(const subscription_facts& facts, instant now) {
        const auto decision = test::hear(subject, facts, now);
        if (!decision.change || !decision.change->charge)
            return;
        ++credited[facts.transaction_id];
        lots[facts.transaction_id] = *decision.change->lot_expires_at;
        for (const auto& move : decision.change->moved) {
            auto& lot = lots.at(move.transaction_id);
            lot = std::max(lot, move.period.end + with_grace.grace);
        }
    }

    void reload() { subject = subscription{shuffled_book(), with_grace}; }

    subscription_book shuffled_book() const {
        auto book = subject.book();
        std::ranges::reverse(book.charges);
        std::ranges::reverse(book.gateways);
        return book;
    }
};

/// Each at least once, some more often, in any order.
std::vector<told> shuffled(const std::vector<told>& all) {
    std::vector<std::pair<std::uint32_t, std::size_t>> order;
    for (std::size_t i = 0; i < all.size(); ++i)
        for (int copies = *rc::gen::weightedElement<int>({{4, 1}, {2, 2}, {1, 3}}); copies > 0; --copies)
            order.emplace_back(*rc::gen::arbitrary<std::uint32_t>(), i);
    std::ranges::sort(order);
    std::vector<told> result;
    result.reserve(order.size());
    for (const auto& [key, i] : order)
        result.push_back(all[i]);
    return result;
}

void holds(const char* name, void (*property)()) {
    CAF_CHECK(rc::check(name, property));
}

} // namespace

CAF_TEST(any order and number of deliveries ends as if each had come once and in time) {
    holds("order", [] {
        const gateway_life life{any_terms()};
        const auto end = life.end + std::chrono::hours{below(2'000)};
        listener in_time{life.terms};
        for (const auto& [at, facts] : life.all)
            in_time.hear(facts, at);
        listener late{life.terms};
        for (const auto& [at, facts] : shuffled(life.all)) {
            late.hear(facts, end);
            if (below(5) == 0)
                late.reload();
        }
        RC_ASSERT(credits_of(late.subject) == credits_of(in_time.subject));
        RC_ASSERT(late.subject.status_at(end) == in_time.subject.status_at(end));
        RC_ASSERT(late.subject.settle(end).row.period == in_time.subject.settle(end).row.period);
        RC_ASSERT(late.subject.due_calls(end).size() == in_time.subject.due_calls(end).size());
        check_periods(late.subject);
        for (const auto& [transaction, times] : late.credited)
            RC_ASSERT(times == 1);
        for (const auto& [transaction, expires_at] : late.lots)
            RC_ASSERT(expires_at >= in_time.lots.at(transaction) && expires_at > end);
    });
}

CAF_TEST(any order of deliveries of two subscriptions one after the other ends the same) {
    holds("anew", [] {
        const gateway_life before{any_terms()};
        auto terms = any_terms();
        terms.plan = plan_id{2};
        terms.price_cents *= 2;
        const gateway_life after{terms, before.end + std::chrono::hours{1 + below(2'000)}, 2};
        const auto end = after.end + std::chrono::hours{below(2'000)};

        const auto order = [&](subscription& subject) {
            const auto decided = subject.decide_order(terms, false, "inv-2", after.begin, after.begin + 1h);
            RC_PRE(decided.has_value()); // not while the first one is active
            subject.apply(*decided->change);
        };
        listener in_time{before.terms};
        for (const auto& [at, facts] : before.all)
            in_time.hear(facts, at);
        order(in_time.subject);
        for (const auto& [at, facts] : after.all)
            in_time.hear(facts, at);

        listener late{before.terms};
        order(late.subject);
        auto all = before.all;
        all.insert(all.end(), after.all.begin(), after.all.end());
        for (const auto& [at, facts] : shuffled(all))
            late.hear(facts, end);
        RC_ASSERT(credits_of(late.subject) == credits_of(in_time.subject));
        RC_ASSERT(late.subject.status_at(end) == in_time.subject.status_at(end));
        RC_ASSERT(late.subject.row().gateway_subscription_id == "sc_2");
        RC_ASSERT(in_time.subject.row().gateway_subscription_id == "sc_2");
        RC_ASSERT(late.subject.due_calls(end).size() == in_time.subject.due_calls(end).size());
        check_periods(late.subject);
    });
}

CAF_TEST(every charge is credited with its own period however the gateway tries) {
    holds("credited", [] {
        const gateway_life life{any_terms()};
        listener in_time{life.terms};
        std::size_t charges = 0;
        for (const auto& [at, facts] : life.all) {
            in_time.hear(facts, at);
            charges += facts.kind == notification_kind::pay ? 1 : 0;
        }
        RC_ASSERT(in_time.subject.book().charges.size() == charges);
        check_periods(in_time.subject);
        // The gateway tries for less than the grace: who renews never loses a day, nor wins one.
        RC_ASSERT(in_time.subject.row().period->end ==
                  advance(t0, life.terms.interval, static_cast<std::int32_t>(charges)));
    });
}

CAF_TEST(a cancellation takes nothing of what is paid whenever it comes) {
    holds("cancel", [] {
        const gateway_life life{any_terms()};
        const auto end = life.end + std::chrono::hours{below(2'000)};
        listener untouched{life.terms};
        listener cancelled{life.terms};
        const auto deliveries = shuffled(life.all);
        const auto moment = below(deliveries.size() + 1);
        const auto cancel = [&] {
            if (const auto change = *cancelled.subject.decide_cancel(end))
                cancelled.subject.apply(*change);
        };
        for (std::size_t i = 0; i < deliveries.size(); ++i) {
            if (i == moment)
                cancel();
            untouched.hear(deliveries[i].facts, end);
            cancelled.hear(deliveries[i].facts, end);
        }
        cancel();
        RC_ASSERT(credits_of(untouched.subject) == credits_of(cancelled.subject));
        const auto after = cancelled.subject.settle(end).row;
        using state = subscription_status;
        RC_ASSERT(after.status == cancelled.subject.status_at(end));
        RC_ASSERT(after.status == state::cancelled || after.status == state::rejected ||
                  after.status == state::expired);
        for (const auto& call : cancelled.subject.due_calls(end))
            RC_ASSERT(call.what == gateway_call::kind::cancel);
        cancelled.subject.apply(cancelled.subject.settle(after.period->end));
        RC_ASSERT(cancelled.subject.row().status != state::cancelled);
    });
}
