#define CAF_SUITE subscription_changes

#include "actors/domain/subscription.hpp"
#include "tests/support/subscription_properties.hpp"
#include "tests/support/test.hpp"

#include <vector>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr auto t0 = subscribed_at;

/// A gateway that has to be told what to charge, and a subscriber who changes his mind: all in time, except
/// that calls to the gateway are lost and notifications come late.
struct changing_world {
    subscription subject = ordered();
    instant now = t0;
    plan_terms charges = monthly();
    instant next_charge = advance(t0, monthly().interval, 1);
    bool ended = false;
    int transactions = 0;
    std::vector<subscription_facts> on_its_way;
    std::int64_t paid_cents = 0;

    changing_world() { pay(first_charge("T0", t0)); }

    void pay(subscription_facts facts) {
        paid_cents += *facts.amount_cents;
        on_its_way.push_back(std::move(facts));
        deliver();
    }

    void deliver() {
        while (!on_its_way.empty() && below(4) != 0) {
            const auto which = below(on_its_way.size());
            const auto decision = hear(subject, on_its_way[which], now);
            RC_ASSERT(decision.verdict == "credited" || decision.verdict == "duplicate");
            if (below(3) != 0) // otherwise it comes again
                on_its_way.erase(on_its_way.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }

    void deliver_all() {
        while (!on_its_way.empty())
            deliver();
    }

    void hour() {
        now += 12h;
        if (!ended && now >= next_charge) {
            pay(charged("T" + std::to_string(++transactions), now, charges));
            next_charge = advance(t0, monthly().interval, transactions_by_gateway_ += 1);
        }
        deliver();
    }

    void carry_out_calls() {
        for (const auto& call : subject.due_calls(now)) {
            if (call.what == gateway_call::kind::cancel)
                ended = true;
            RC_ASSERT(call.what != gateway_call::kind::update || !ended); // it would be revived
            if (call.what == gateway_call::kind::update)
                charges = call.terms;
            subject.apply(subject.decide_called(call, "", now));
        }
    }

    void change_mind() {
        const auto wanted = monthly(1 + below(4));
        const auto invoice = "up-" + std::to_string(++transactions);
        const auto decided = subject.decide_plan(wanted, invoice, now, now + 1h);
        if (!decided)
            return;
        if (decided->change)
            subject.apply(*decided->change);
        if (!decided->to_pay || below(2) == 0)
            return;
        RC_ASSERT(decided->to_pay->amount_cents <= wanted.price_cents - subject.terms_at(now)->price_cents);
        auto facts = charged("T" + std::to_string(++transactions), now, wanted);
        facts.amount_cents = decided->to_pay->amount_cents;
        facts.invoice_id = invoice;
        facts.subscription_id.clear();
        pay(std::move(facts));
    }

private:
    std::int32_t transactions_by_gateway_ = 1;
};

} // namespace

CAF_TEST(whoever changes his mind gets what he has paid for once) {
    CAF_CHECK(rc::check("plans", [] {
        changing_world world;
        for (int left = 1 + below(300); left > 0; --left) {
            world.hour();
            switch (below(24)) {
            case 0:
                world.change_mind();
                break;
            case 1:
                if (below(4) == 0)
                    if (const auto change = *world.subject.decide_cancel(world.now))
                        world.subject.apply(*change);
                break;
            case 2:
            case 3:
            case 4:
                world.carry_out_calls();
                break;
            default:
                break;
            }
        }
        world.deliver_all();
        std::int64_t credited_cents = 0;
        for (const auto& charge : world.subject.book().charges) {
            credited_cents += charge.amount_cents;
            if (charge.kind != charge_kind::upgrade) // every plan of these costs as much for a token
                RC_ASSERT(charge.tokens_amount * std::int64_t{100'000} == charge.amount_cents * 60);
            else
                RC_ASSERT(charge.tokens_amount * std::int64_t{100'000} <= charge.amount_cents * 60);
        }
        RC_ASSERT(credited_cents == world.paid_cents);
        check_periods(world.subject);
        world.carry_out_calls();
        RC_ASSERT(world.subject.due_calls(world.now).empty());
    }));
}
