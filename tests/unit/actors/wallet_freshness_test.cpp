#define CAF_SUITE wallet_freshness

#include "tests/unit/actors/wallet_fixture.hpp"

using namespace atelier;
using namespace atelier::test::wallets;

CAF_TEST_FIXTURE_SCOPE(wallet_freshness_tests, fixture)

CAF_TEST(a reader is answered from memory as long as that is fresh) {
    (void)read();
    holds(25);
    advance(5s);
    CAF_CHECK_EQUAL(read().balance, 10);
    advance(1us);
    CAF_CHECK_EQUAL(read().balance, 25);
    CAF_CHECK_EQUAL(reader.reads, 2);
}

CAF_TEST(a reader gets what was read last while the database is away) {
    (void)read();
    advance(6s);
    reader.lots = errc::unavailable;
    CAF_CHECK_EQUAL(read().balance, 10);
    holds(25);
    CAF_CHECK_EQUAL(read().balance, 25);
}

CAF_TEST(tokens that somebody else added are found before a spend is refused) {
    (void)read();
    holds(25);
    CAF_CHECK_EQUAL(fate(spend(11)), "insufficient_tokens");
    advance(6s);
    const auto sent = spend(11);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "14");
    CAF_CHECK_EQUAL(reader.reads, 2);
}

CAF_TEST(it looks again once what is in flight is back) {
    const auto first = spend(8);
    advance(6s);
    const auto second = spend(8);
    const auto third = spend(1);
    CAF_CHECK_EQUAL(reader.reads, 1);
    holds(12);
    finish();
    CAF_CHECK_EQUAL(fate(first), "2");
    finish();
    CAF_CHECK_EQUAL(fate(second), "4");
    finish();
    CAF_CHECK_EQUAL(fate(third), "3");
    CAF_CHECK_EQUAL(reader.reads, 2);
}

CAF_TEST(a refund of a lot that is not here looks for it once) {
    (void)read();
    refund_generation command{anna, {}, {{purchase_id{2}, 3}}};
    command.change.id = generation_id{5};
    holds(0, purchase_id{2});
    auto sent = tell(command);
    finish();
    CAF_CHECK_EQUAL(fate(sent), "3");
    holds(10);
    CAF_CHECK_EQUAL(fate(tell(refund_generation{anna, {}, {{purchase_id{9}, 3}}})), "not_found");
    CAF_CHECK_EQUAL(reader.reads, 3);
    CAF_CHECK(idle());
}

CAF_TEST_FIXTURE_SCOPE_END()
