#define CAF_SUITE wallet_views

#include "actors/wallet_views.hpp"
#include "tests/unit/actors/wallet_fixture.hpp"

using namespace atelier;
using namespace atelier::test::wallets;

namespace {

/// A wallet that shows itself.
struct showing : fixture {
    showing() { context.views = &views; }

    void look() {
        (void)ask<outcome<wallet_view>>(wallet, read_wallet{anna, true});
        settle();
    }
    [[nodiscard]] std::string shown() const {
        const auto view = views.find(anna, time.now());
        return view ? view->substr(0, view->find(',')) : "nothing";
    }

    atelier::wallet_views views{100};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(wallet_views_tests, showing)

CAF_TEST(a wallet is shown once somebody has asked for it) {
    CAF_CHECK_EQUAL(shown(), "nothing");
    (void)read();
    CAF_CHECK_EQUAL(shown(), "nothing");
    look();
    CAF_CHECK_EQUAL(shown(), R"({"balance":10)");
}

CAF_TEST(it is no longer shown when a change of it is answered) {
    look();
    const auto sent = spend(3);
    CAF_CHECK_EQUAL(shown(), R"({"balance":10)");
    look(); // in use: what is true now will not be so for long
    finish();
    CAF_CHECK_EQUAL(fate(sent), "7");
    CAF_CHECK_EQUAL(shown(), "nothing");
    look();
    CAF_CHECK_EQUAL(shown(), R"({"balance":7)");
}

CAF_TEST(a refusal leaves it shown) {
    look();
    CAF_CHECK_EQUAL(fate(spend(11)), "insufficient_tokens");
    CAF_CHECK_EQUAL(shown(), R"({"balance":10)");
}

CAF_TEST(it is shown as long as it is fresh) {
    look();
    advance(5s - 1us);
    CAF_CHECK_EQUAL(shown(), R"({"balance":10)");
    advance(1us);
    CAF_CHECK_EQUAL(shown(), "nothing");
}

CAF_TEST(it is shown until the next lot expires) {
    reader.lots = std::vector<purchase_record>{
        {purchase_id{1}, token_package_id{1}, 10, time.now() - 24h, time.now() + 2s}};
    look();
    advance(2s - 1us);
    CAF_CHECK_EQUAL(shown(), R"({"balance":10)");
    advance(1us);
    CAF_CHECK_EQUAL(shown(), "nothing");
}

CAF_TEST(a wallet that leaves memory is not shown) {
    look();
    caf::anon_send_exit(wallet, caf::exit_reason::user_shutdown);
    settle();
    CAF_CHECK_EQUAL(shown(), "nothing");
}

CAF_TEST(only so many are kept) {
    for (std::int64_t user = 1; user <= 10'000; ++user)
        views.put(user_id{user}, std::make_shared<const std::string>("x"), time.now() + 1h);
    int kept = 0;
    for (std::int64_t user = 1; user <= 10'000; ++user)
        kept += views.find(user_id{user}, time.now()) ? 1 : 0;
    CAF_CHECK(kept > 0 && kept <= 112);
}

CAF_TEST_FIXTURE_SCOPE_END()
