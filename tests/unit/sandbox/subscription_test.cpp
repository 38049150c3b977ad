#define CAF_SUITE sandbox_subscription

#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <algorithm>

using namespace atelier;
using namespace atelier::sandbox;
using namespace atelier::test;
using namespace std::chrono_literals;
using enum subscription_status;

namespace {

instant at(std::string_view text) {
    return parse_date_time(text).value();
}

/// Pays for the first month with a card, and so begins a subscription.
std::string begin(till& shop, std::string_view card, const recurrence& every) {
    auto wanted = order_of("inv_1");
    wanted.recurrent = every;
    const auto id = shop.pay(wanted, card).subscription_id;
    CAF_REQUIRE_EQUAL(id.size(), 32u);
    shop.told();
    return id;
}

const subscription& state(const till& shop, const std::string& id) {
    return *shop.terminal.find_subscription(id);
}

subscription_order order_for(const std::string& token) {
    subscription_order wanted;
    wanted.token = token;
    wanted.account_id = "42";
    wanted.amount_cents = 149'000;
    wanted.unit = interval::month;
    wanted.period = 1;
    wanted.start = morning + 24h;
    return wanted;
}

} // namespace

CAF_TEST(the first payment begins a subscription and says so in pay) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.recurrent = monthly();
    const auto paid = shop.pay(wanted);
    const auto changed = shop.terminal.take_changes();
    CAF_REQUIRE_EQUAL(changed.messages.size(), 1u);
    CAF_CHECK(changed.messages[0].body.find("&SubscriptionId=" + paid.subscription_id + "&") !=
              std::string::npos);
    const auto& made = state(shop, paid.subscription_id);
    CAF_CHECK(made.status == active);
    CAF_CHECK_EQUAL(made.amount_cents, 99'005);
    CAF_CHECK_EQUAL(made.token, paid.token);
    CAF_CHECK_EQUAL(made.succeeded, 0);
    CAF_CHECK(made.next == at("2026-04-01 09:15:30"));
    CAF_CHECK(shop.terminal.next_due() == made.next);
}

CAF_TEST(a payment that fails begins nothing) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.recurrent = monthly();
    CAF_CHECK_EQUAL(shop.pay(wanted, poor_card).subscription_id, "");
    CAF_CHECK(shop.terminal.subscriptions_of("42").empty());
}

CAF_TEST(months go by and each is charged at its own time) {
    till shop;
    auto every = monthly();
    every.amount_cents = 149'000;
    const auto id = begin(shop, plain_card, every);
    shop.terminal.run_due(at("2026-04-01 09:15:29"));
    CAF_CHECK(shop.told().empty());
    shop.terminal.run_due(at("2026-06-15 00:00:00"));
    const auto changed = shop.terminal.take_changes();
    std::vector<transaction> charges;
    std::ranges::copy_if(changed.transactions, std::back_inserter(charges),
                         [&](const auto& each) { return each.subscription_id == id; });
    CAF_REQUIRE_EQUAL(charges.size(), 3u);
    CAF_CHECK(charges[0].created == at("2026-04-01 09:15:30"));
    CAF_CHECK(charges[1].created == at("2026-05-01 09:15:30"));
    CAF_CHECK(charges[2].created == at("2026-06-01 09:15:30"));
    for (const auto& each : charges) {
        CAF_CHECK_EQUAL(each.what.amount_cents, 149'000);
        CAF_CHECK_EQUAL(each.what.invoice_id, "");
        CAF_CHECK_EQUAL(each.what.account_id, "42");
    }
    CAF_CHECK_EQUAL(state(shop, id).succeeded, 3);
    CAF_CHECK(state(shop, id).next == at("2026-07-01 09:15:30"));
    // A success that changes no status is told by pay only.
    CAF_CHECK(std::ranges::all_of(changed.messages, [](const auto& each) { return each.kind == "pay"; }));
}

CAF_TEST(three failures in a row a day apart reject a subscription) {
    till shop;
    const auto id = begin(shop, fading_card, monthly());
    shop.terminal.run_due(at("2026-04-01 09:15:30"));
    CAF_CHECK(state(shop, id).status == past_due);
    CAF_CHECK(state(shop, id).next == at("2026-04-02 09:15:30"));
    CAF_CHECK((shop.told() == kinds{"fail", "recurrent"}));
    shop.terminal.run_due(at("2026-04-02 09:15:30"));
    CAF_CHECK(state(shop, id).status == past_due);
    CAF_CHECK_EQUAL(state(shop, id).failed, 2);
    CAF_CHECK(shop.told() == kinds{"fail"}); // its status is the same
    shop.terminal.run_due(at("2026-12-31 00:00:00"));
    CAF_CHECK(state(shop, id).status == rejected);
    CAF_CHECK(!state(shop, id).next);
    CAF_CHECK((shop.told() == kinds{"fail", "recurrent"}));
    CAF_CHECK(!shop.terminal.next_due());
}

CAF_TEST(a success after failures makes it active again and keeps the rhythm) {
    till shop;
    auto id = begin(shop, fading_card, monthly());
    shop.terminal.run_due(at("2026-04-02 09:15:30"));
    CAF_CHECK_EQUAL(state(shop, id).failed, 2);
    // The holder's money is back: another card behind the same token.
    changes healed;
    card_token saved;
    saved.token = state(shop, id).token;
    saved.account_id = "42";
    saved.saved = find_card(plain_card).value();
    healed.tokens.push_back(saved);
    shop.terminal.restore(healed);
    shop.terminal.run_due(at("2026-04-03 09:15:30"));
    CAF_CHECK((shop.told() == kinds{"pay", "recurrent"}));
    CAF_CHECK(state(shop, id).status == active);
    CAF_CHECK_EQUAL(state(shop, id).failed, 0);
    CAF_CHECK(state(shop, id).next == at("2026-05-01 09:15:30"));
}

CAF_TEST(the last of its periods ends a subscription) {
    till shop;
    auto every = monthly();
    every.max_periods = 2;
    const auto id = begin(shop, plain_card, every);
    shop.terminal.run_due(at("2027-01-01 00:00:00"));
    CAF_CHECK(state(shop, id).status == expired);
    CAF_CHECK_EQUAL(state(shop, id).succeeded, 2);
    CAF_CHECK((shop.told() == kinds{"pay", "pay", "recurrent"}));
}

CAF_TEST(cancelling ends it once and says so once) {
    till shop;
    const auto id = begin(shop, plain_card, monthly());
    CAF_CHECK(shop.terminal.unsubscribe(id)->status == subscription_status::cancelled);
    CAF_CHECK(shop.told() == kinds{"recurrent"});
    CAF_CHECK(shop.terminal.unsubscribe(id).has_value());
    CAF_CHECK(shop.told().empty());
    CAF_CHECK(!shop.terminal.next_due());
    CAF_CHECK(shop.terminal.unsubscribe("sc_none").error().code == errc::not_found);
}

CAF_TEST(a subscription can be made of a saved card) {
    till shop;
    const auto token = shop.pay(order_of("inv_1")).token;
    const auto made = shop.terminal.subscribe(order_for(token), morning);
    CAF_REQUIRE(made.has_value());
    CAF_CHECK(made->next == morning + 24h);
    shop.terminal.run_due(morning + 24h);
    CAF_CHECK_EQUAL(state(shop, made->id).succeeded, 1);
    CAF_CHECK(state(shop, made->id).next == at("2026-04-02 09:15:30"));

    const auto refused = [&](auto change) {
        auto wanted = order_for(token);
        change(wanted);
        return !shop.terminal.subscribe(wanted, morning).has_value();
    };
    CAF_CHECK(refused([](auto& w) { w.account_id = "43"; }));
    CAF_CHECK(refused([](auto& w) { w.token = "tk_none"; }));
    CAF_CHECK(refused([](auto& w) { w.amount_cents = 0; }));
    CAF_CHECK(refused([](auto& w) { w.amount_cents.reset(); }));
    CAF_CHECK(refused([](auto& w) { w.start = morning; }));
    CAF_CHECK(refused([](auto& w) { w.start.reset(); }));
    CAF_CHECK(refused([](auto& w) { w.period = 13; })); // longer than a year
    CAF_CHECK(refused([](auto& w) { w.unit.reset(); }));
}

CAF_TEST(a change of the amount leaves the rhythm and is told to nobody) {
    till shop;
    const auto id = begin(shop, plain_card, monthly());
    subscription_order change;
    change.amount_cents = 500;
    CAF_CHECK_EQUAL(shop.terminal.change(id, change, morning + 24h)->amount_cents, 500);
    CAF_CHECK(shop.told().empty());
    CAF_CHECK(state(shop, id).next == at("2026-04-01 09:15:30"));
    change.start = morning;
    CAF_CHECK(!shop.terminal.change(id, change, morning).has_value());
    CAF_CHECK(shop.terminal.change("sc_none", {}, morning).error().code == errc::not_found);
}

CAF_TEST(any change revives a subscription that has ended) {
    till shop;
    const auto id = begin(shop, plain_card, monthly());
    CAF_CHECK(shop.terminal.unsubscribe(id).has_value());
    shop.told();
    subscription_order change;
    change.max_periods = 1;
    const auto revived = shop.terminal.change(id, change, at("2026-08-10 00:00:00"));
    CAF_CHECK(revived->status == active);
    CAF_CHECK(revived->next == at("2026-09-10 00:00:00"));
    CAF_CHECK(shop.told().empty());
    shop.terminal.run_due(at("2027-01-01 00:00:00"));
    CAF_CHECK(state(shop, id).status == expired);
    CAF_CHECK((shop.told() == kinds{"pay", "recurrent"}));
}

CAF_TEST(shorter days make shorter months and dates stay real) {
    till shop{1s};
    const auto id = begin(shop, fading_card, monthly());
    CAF_CHECK(state(shop, id).next == morning + 31s);
    shop.terminal.run_due(morning + 31s);
    CAF_CHECK(state(shop, id).next == morning + 32s);
}

CAF_TEST(two - stage subscriptions hold the money) {
    till shop;
    auto wanted = order_for(shop.pay(order_of("inv_1")).token);
    wanted.two_stage = true;
    const auto id = shop.terminal.subscribe(wanted, morning)->id;
    shop.told();
    shop.terminal.run_due(morning + 24h);
    CAF_CHECK(shop.terminal.take_changes().transactions.at(0).status == transaction_status::authorized);
    CAF_CHECK_EQUAL(state(shop, id).succeeded, 1);
}
