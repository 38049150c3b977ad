#define CAF_SUITE sandbox_terminal

#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

using namespace atelier;
using namespace atelier::sandbox;
using namespace atelier::test;
using namespace std::chrono_literals;
using enum transaction_status;

namespace {

template <class T>
std::string refusal(const outcome<T>& result) {
    return result ? "accepted" : result.error().detail;
}

} // namespace

CAF_TEST(a good card pays at once and is told by pay) {
    till shop;
    const auto paid = shop.pay(order_of("inv_1"));
    CAF_CHECK(paid.status == completed);
    CAF_CHECK(paid.confirmed == morning);
    CAF_CHECK_EQUAL(paid.auth_code.size(), 6u);
    CAF_CHECK_EQUAL(paid.token.size(), 32u);
    CAF_CHECK(shop.told() == kinds{"pay"});
    CAF_CHECK(*shop.terminal.find(paid.id) == paid);
}

CAF_TEST(a card without money is declined and told by fail) {
    till shop;
    const auto declined_payment = shop.pay(order_of("inv_1"), poor_card);
    CAF_CHECK(declined_payment.status == declined);
    CAF_CHECK(declined_payment.why == reason::insufficient_funds);
    CAF_CHECK_EQUAL(declined_payment.token, "");
    CAF_CHECK(shop.told() == kinds{"fail"});
}

CAF_TEST(a payment that the shop refuses is kept and nobody is told) {
    till shop;
    auto opened = shop.terminal.open(order_of("inv_1"), find_card(plain_card).value(), morning);
    CAF_CHECK(shop.terminal.find(opened.id) == nullptr);
    CAF_CHECK(shop.terminal.take_changes().empty());
    const auto refused = shop.terminal.refuse(std::move(opened), reason::invalid_amount);
    CAF_CHECK(shop.terminal.find(refused.id)->status == declined);
    CAF_CHECK(shop.told().empty());
}

CAF_TEST(a card with 3-D Secure waits for its holder) {
    till shop;
    const auto waiting = shop.pay(order_of("inv_1"), asking_card);
    CAF_CHECK(waiting.status == awaiting_authentication);
    CAF_CHECK(shop.told().empty());
    const auto paid = shop.terminal.authenticate(waiting.id, true, morning + 1min);
    CAF_CHECK(paid->status == completed);
    CAF_CHECK(paid->authorized == morning + 1min);
    CAF_CHECK(shop.told() == kinds{"pay"});
    CAF_CHECK_EQUAL(refusal(shop.terminal.authenticate(waiting.id, true, morning)),
                    "The transaction is Completed");
    CAF_CHECK_EQUAL(refusal(shop.terminal.authenticate(1, true, morning)), "Not found");
}

CAF_TEST(a holder who rejects is declined with 5206 and a poor one after 3 - D Secure) {
    till shop;
    const auto rejected =
        shop.terminal.authenticate(shop.pay(order_of("inv_1"), asking_card).id, false, morning);
    CAF_CHECK(rejected->status == declined);
    CAF_CHECK_EQUAL(code(rejected->why), 5206);
    CAF_CHECK(shop.told() == kinds{"fail"});
    const auto waiting = shop.pay(order_of("inv_1"), "4012 8888 8888 1881");
    CAF_CHECK(waiting.status == awaiting_authentication);
    CAF_CHECK_EQUAL(code(shop.terminal.authenticate(waiting.id, true, morning)->why), 5051);
    CAF_CHECK(shop.told() == kinds{"fail"});
}

CAF_TEST(money that is held is taken in part or given back) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.two_stage = true;
    const auto held = shop.pay(wanted);
    CAF_CHECK(held.status == authorized);
    CAF_CHECK(!held.confirmed);
    CAF_CHECK_EQUAL(refusal(shop.terminal.confirm(held.id, 99'006, morning)),
                    "The amount must not be more than was authorized");
    CAF_CHECK_EQUAL(refusal(shop.terminal.confirm(held.id, 0, morning)),
                    "The amount must not be more than was authorized");
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(held.id, 1, "", morning)), "The transaction is Authorized");
    const auto taken = shop.terminal.confirm(held.id, 50'000, morning + 1h);
    CAF_CHECK(taken->status == completed);
    CAF_CHECK_EQUAL(taken->what.amount_cents, 50'000);
    CAF_CHECK_EQUAL(refusal(shop.terminal.confirm(held.id, 1, morning)), "The transaction is Completed");
    CAF_CHECK_EQUAL(refusal(shop.terminal.cancel(held.id)), "The transaction is Completed");

    const auto other = shop.pay(wanted);
    CAF_CHECK(shop.terminal.cancel(other.id)->status == cancelled);
    CAF_CHECK_EQUAL(refusal(shop.terminal.cancel(other.id)), "The transaction is Cancelled");
    CAF_CHECK_EQUAL(refusal(shop.terminal.confirm(other.id, 1, morning)), "The transaction is Cancelled");
    CAF_CHECK((shop.told() == kinds{"pay", "confirm", "pay", "cancel"}));
}

CAF_TEST(money that nobody takes is given back after seven days) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.two_stage = true;
    const auto held = shop.pay(wanted);
    CAF_CHECK(shop.terminal.next_due() == morning + 7 * 24h);
    shop.terminal.run_due(morning + 7 * 24h - 1us);
    CAF_CHECK(shop.terminal.find(held.id)->status == authorized);
    shop.terminal.run_due(morning + 7 * 24h);
    CAF_CHECK(shop.terminal.find(held.id)->status == cancelled);
    CAF_CHECK((shop.told() == kinds{"pay", "cancel"}));
    CAF_CHECK(!shop.terminal.next_due());
}

CAF_TEST(refunds are transactions of their own up to what was paid) {
    till shop;
    const auto paid = shop.pay(order_of("inv_1"));
    const auto first = shop.terminal.refund(paid.id, 40'000, R"({"why":"late"})", morning + 1h);
    CAF_CHECK(first->type == transaction_type::refund);
    CAF_CHECK(first->status == completed);
    CAF_CHECK_EQUAL(first->original_id, paid.id);
    CAF_CHECK_EQUAL(first->what.data, R"({"why":"late"})");
    CAF_CHECK_EQUAL(first->what.invoice_id, "inv_1");
    CAF_CHECK(first->id > paid.id);
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(paid.id, 59'006, "", morning)),
                    "No more than 590.05 can be refunded");
    CAF_CHECK(shop.terminal.refund(paid.id, 59'005, "", morning).has_value());
    CAF_CHECK_EQUAL(shop.terminal.find(paid.id)->refunded_cents, 99'005);
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(paid.id, 1, "", morning)),
                    "No more than 0.00 can be refunded");
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(paid.id, 0, "", morning)),
                    "No more than 0.00 can be refunded");
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(first->id, 1, "", morning)), "Not found");
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(7, 1, "", morning)), "Not found");
    CAF_CHECK((shop.told() == kinds{"pay", "refund", "refund"}));
}

CAF_TEST(nothing is refunded after a year nor what was never paid) {
    till shop;
    const auto paid = shop.pay(order_of("inv_1"));
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(paid.id, 1, "", morning + 366 * 24h)),
                    "The payment is older than a year");
    CAF_CHECK_EQUAL(refusal(shop.terminal.refund(shop.pay(order_of("inv_2"), poor_card).id, 1, "", morning)),
                    "The transaction is Declined");
}

CAF_TEST(the latest operation of an order is found) {
    till shop;
    CAF_CHECK(shop.terminal.find_latest("inv_1", true) == nullptr);
    shop.pay(order_of("inv_1"), poor_card);
    const auto paid = shop.pay(order_of("inv_1"));
    shop.pay(order_of("inv_2"));
    const auto refund = shop.terminal.refund(paid.id, 1, "", morning);
    CAF_CHECK_EQUAL(shop.terminal.find_latest("inv_1", true)->id, paid.id);
    CAF_CHECK_EQUAL(shop.terminal.find_latest("inv_1", false)->id, refund->id);
}

CAF_TEST(lists hold a range of time and some statuses and are in order) {
    till shop;
    const auto first = shop.pay(order_of("inv_1"));
    const auto second = shop.pay(order_of("inv_2"), poor_card, morning + 1s);
    const auto third = shop.pay(order_of("inv_3"), plain_card, morning + 2s);
    const auto ids = [](const std::vector<const transaction*>& found) {
        std::vector<std::int64_t> list;
        for (const auto* each : found)
            list.push_back(each->id);
        return list;
    };
    using id_list = std::vector<std::int64_t>;
    CAF_CHECK((ids(shop.terminal.list(morning, morning + 3s)) == id_list{first.id, second.id, third.id}));
    CAF_CHECK((ids(shop.terminal.list(morning + 1s, morning + 2s)) == id_list{second.id}));
    CAF_CHECK((ids(shop.terminal.list(morning, morning + 3s, {completed})) == id_list{first.id, third.id}));
    CAF_CHECK(shop.terminal.list(morning, morning).empty());
}

CAF_TEST(a token belongs to one card of one account) {
    till shop;
    const auto first = shop.pay(order_of("inv_1"));
    CAF_CHECK_EQUAL(shop.pay(order_of("inv_2")).token, first.token);
    CAF_CHECK_NOT_EQUAL(shop.pay(order_of("inv_3"), fading_card).token, first.token);
    auto nobody = order_of("inv_4");
    nobody.account_id = "";
    CAF_CHECK_EQUAL(shop.pay(nobody).token, "");

    token_order charge;
    charge.what = order_of("inv_5");
    charge.token = first.token;
    auto opened = shop.terminal.open(charge, morning);
    CAF_REQUIRE(opened.has_value());
    CAF_CHECK(shop.terminal.accept(std::move(*opened), morning).status == completed);
    charge.what.account_id = "43";
    CAF_CHECK_EQUAL(refusal(shop.terminal.open(charge, morning)), "The account has no such card token");
}

CAF_TEST(a card can be good for its holder and without money by token) {
    till shop;
    token_order charge;
    charge.what = order_of("inv_2");
    charge.token = shop.pay(order_of("inv_1"), fading_card).token;
    const auto ended = shop.terminal.accept(shop.terminal.open(charge, morning).value(), morning);
    CAF_CHECK(ended.status == declined);
    CAF_CHECK(ended.why == reason::insufficient_funds);
    CAF_CHECK((shop.told() == kinds{"pay", "fail"}));
}

CAF_TEST(3 - D Secure is not asked of a card that is charged by token) {
    till shop;
    const auto waiting = shop.pay(order_of("inv_1"), asking_card);
    token_order charge;
    charge.what = order_of("inv_2");
    charge.token = shop.terminal.authenticate(waiting.id, true, morning)->token;
    CAF_CHECK(shop.terminal.accept(shop.terminal.open(charge, morning).value(), morning).status == completed);
}

CAF_TEST(receipts follow what was paid and paid back when one was wanted) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.receipt = R"({"Items":[]})";
    const auto paid = shop.pay(wanted);
    CAF_CHECK(shop.terminal.refund(paid.id, 100, "", morning).has_value());
    CAF_CHECK((shop.told() == kinds{"pay", "receipt", "refund", "receipt"}));
}

CAF_TEST(a chargeback can be planted on what was paid) {
    till shop;
    const auto paid = shop.pay(order_of("inv_1"));
    const auto taken = shop.terminal.charge_back(paid.id, morning + 1h);
    CAF_CHECK_EQUAL(taken->amount_cents, 99'005);
    CAF_CHECK(shop.terminal.list_chargebacks(morning, morning + 2h) == std::vector{*taken});
    CAF_CHECK(shop.terminal.list_chargebacks(morning, morning + 1h).empty());
    CAF_CHECK_EQUAL(refusal(shop.terminal.charge_back(shop.pay(order_of("inv_2"), poor_card).id, morning)),
                    "The transaction is Declined");
    CAF_CHECK_EQUAL(refusal(shop.terminal.charge_back(5, morning)), "Not found");
}

CAF_TEST(transaction ids have ten digits beyond 32 bits and never repeat) {
    till shop;
    std::set<std::int64_t> ids;
    for (int i = 0; i < 100; ++i) {
        const auto id = shop.pay(order_of("inv"), plain_card, morning - i * 1h).id;
        CAF_CHECK_EQUAL(std::to_string(id).size(), 10u);
        CAF_CHECK(id >= 2'147'483'648);
        CAF_CHECK(ids.insert(id).second);
    }
}

CAF_TEST(what was changed makes another terminal the same) {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.two_stage = true;
    wanted.recurrent = monthly();
    const auto held = shop.pay(wanted);
    const auto paid = shop.pay(order_of("inv_2"));
    CAF_CHECK(shop.terminal.refund(paid.id, 5, "", morning).has_value());
    CAF_CHECK(shop.terminal.charge_back(paid.id, morning).has_value());

    till heir;
    heir.terminal.restore(shop.terminal.take_changes());
    CAF_CHECK(heir.terminal.take_changes().empty());
    CAF_CHECK(*heir.terminal.find(held.id) == *shop.terminal.find(held.id));
    CAF_CHECK(*heir.terminal.find(paid.id) == *shop.terminal.find(paid.id));
    CAF_CHECK(heir.terminal.subscriptions_of("42") == shop.terminal.subscriptions_of("42"));
    CAF_CHECK(heir.terminal.next_due() == shop.terminal.next_due());
    CAF_CHECK(heir.pay(order_of("inv_3")).token == paid.token);
    CAF_CHECK(heir.pay(order_of("inv_4")).id > shop.terminal.find_latest("inv_2", false)->id);
}
