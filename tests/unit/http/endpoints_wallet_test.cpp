#define CAF_SUITE endpoints_wallet
#include "http/cursor.hpp"
#include "http/endpoints/lists.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

transaction_record row(std::int64_t id, tokens amount) {
    transaction_record t;
    t.id = transaction_id{id};
    t.purchase = purchase_id{4};
    t.operation = "spend";
    t.amount = amount;
    t.created_at = noon;
    return t;
}

std::string quoted_cursor(cursor_kind list, std::int64_t last) {
    return R"("next_cursor":")" + encode_cursor(list, last) + '"';
}

} // namespace

CAF_TEST(a wallet is shown as the service gives it) {
    front_end front;
    front.backend.wallet_text = R"({"balance":5})";
    const auto r = front.send(by_ann(get("/v1/wallet")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"balance":5})");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "private, no-cache");
    CAF_CHECK_EQUAL(front.calls().back(), "wallet 7");
}

CAF_TEST(the journal is read page by page) {
    front_end front;
    front.backend.journal.data = {row(12, -2), row(11, 10)};
    front.backend.journal.next = 11;
    const auto first = front.send(by_ann(get("/v1/wallet/transactions?limit=2")));
    CAF_CHECK_EQUAL(first.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "transactions 7 0 2");
    CAF_CHECK(contains(text(first), R"({"data":[{"id":12,"operation":"spend","amount":-2,"purchase_id":4,)"
                                    R"("generation_id":null,)"));
    CAF_CHECK(contains(text(first), quoted_cursor(cursor_kind::transactions, 11)));
    CAF_CHECK_EQUAL(header(first, "Link"), "</v1/wallet/transactions?limit=2&cursor=" +
                                               encode_cursor(cursor_kind::transactions, 11) +
                                               ">; rel=\"next\"");

    front.backend.journal = {};
    const auto last = front.send(
        by_ann(get("/v1/wallet/transactions?cursor=" + encode_cursor(cursor_kind::transactions, 11))));
    CAF_CHECK_EQUAL(front.calls().back(), "transactions 7 11 20");
    CAF_CHECK_EQUAL(text(last), R"({"data":[],"next_cursor":null})");
    CAF_CHECK_EQUAL(header(last, "Link"), "");
}

CAF_TEST(the link to the next page keeps what the list was narrowed to) {
    auto r = get("/v1/images?kind=input&cursor=old&note=a%26b%3D%22%3E");
    CAF_CHECK_EQUAL(next_link(r, "new"),
                    "</v1/images?kind=input&note=a%26b%3D%22%3E&cursor=new>; rel=\"next\"");
}

CAF_TEST(limits are numbers from 1 to 100) {
    front_end front;
    const auto ask = [&](const std::string& limit) {
        return front.send(by_ann(get("/v1/wallet/transactions?limit=" + limit)));
    };
    CAF_CHECK_EQUAL(ask("1").status, 200u);
    CAF_CHECK_EQUAL(ask("100").status, 200u);
    for (const auto* wrong : {"0", "101", "-1", "", "x", "5x", "%205", "+5", "1.0", "99999999999999999999"})
        CAF_CHECK(blames(ask(wrong), {{"limit", "out_of_range"}}));
    CAF_CHECK_EQUAL(front.calls().size(), 2u);
}

CAF_TEST(every list with pages takes its own cursors only) {
    front_end front;
    const std::vector<std::pair<std::string, cursor_kind>> lists{
        {"/v1/wallet/transactions", cursor_kind::transactions},
        {"/v1/payments", cursor_kind::payments},
        {"/v1/generations", cursor_kind::generations}};
    for (const auto& [path, kind] : lists)
        for (const auto& [other, other_kind] : lists) {
            const auto r = front.send(by_ann(get(path + "?cursor=" + encode_cursor(other_kind, 9))));
            if (kind == other_kind)
                CAF_CHECK_EQUAL(r.status, 200u);
            else
                CAF_CHECK(blames(r, {{"cursor", "invalid"}}));
        }
    CAF_CHECK(blames(front.send(by_ann(get("/v1/wallet/transactions?cursor="))), {{"cursor", "invalid"}}));
    CAF_CHECK(blames(front.send(by_ann(get("/v1/wallet/transactions?cursor=11"))), {{"cursor", "invalid"}}));
}

CAF_TEST(wallets that cannot be read are a problem) {
    front_end front;
    front.backend.refusal = failure{errc::deadline_exceeded};
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/wallet"))), errc::deadline_exceeded));
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/wallet/transactions"))), errc::deadline_exceeded));
}
