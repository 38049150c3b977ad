#define CAF_SUITE wallet_crash

#include "actors/wallets.hpp"
#include "tests/unit/actors/wallet_fixture.hpp"

using namespace atelier;
using namespace atelier::test::wallets;

namespace {

struct crash_fixture : fixture {
    /// The wallet's successor takes its place.
    void crash() {
        caf::anon_send_exit(wallet, caf::exit_reason::unhandled_exception);
        settle();
        wallet = owned(wallet_actor{system.spawn(wallet_behavior, &context, anna, true)});
    }

    std::string balance() {
        const auto sent = ask<outcome<wallet_view>>(wallet, read_wallet{anna, false});
        settle();
        if (!sent.over())
            return "waiting";
        return *sent ? std::to_string(sent->value().balance) : std::string{to_string(sent->error().code)};
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(wallet_crash_tests, crash_fixture)

CAF_TEST(what a crashed wallet has sent is settled before the next one reads) {
    (void)spend(4);
    crash();
    const auto next = spend(1);
    CAF_CHECK_EQUAL(reader.reads, 1);
    finish(); // what the crashed one spent
    holds(6);
    finish(); // what changes nothing
    CAF_CHECK_EQUAL(reader.reads, 2);
    finish();
    CAF_CHECK_EQUAL(fate(next), "5");
    // Later loads do not wait any more.
    advance(6s);
    CAF_CHECK_EQUAL(read().balance, 6);
    CAF_CHECK(!store.busy());
}

CAF_TEST(the next wallet has no answers while the writer has none) {
    crash();
    const auto first = spend(1);
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_CHECK_EQUAL(reader.reads, 0);
    const auto second = spend(1);
    finish();
    finish();
    CAF_CHECK_EQUAL(fate(second), "9");
}

CAF_TEST(it does not leave memory before it knows) {
    crash();
    CAF_CHECK(!idle());
    finish({verdict_kind::unavailable});
    CAF_CHECK(!idle());
    finish();
    CAF_CHECK(idle());
}

CAF_TEST(a writer that has ended may still have a batch under way) {
    const auto first = spend(4);
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_CHECK_EQUAL(balance(), "waiting");
    holds(6);
    finish();
    CAF_CHECK_EQUAL(balance(), "6");
}

CAF_TEST(the directory knows whose wallet has crashed) {
    const directory_options options{time, meters, 1h, 5, 1min};
    const auto family = owned(wallets_actor{system.spawn(wallets_behavior, &context, options, false)});
    const auto spent = ask<outcome<receipt>>(family, spend_tokens{anna, image_id{1}, style_id{1}, 2});
    settle();
    const auto who = reader.last;
    caf::anon_send_exit(who, caf::exit_reason::unhandled_exception);
    settle();
    (void)ask<outcome<wallet_view>>(family, read_wallet{anna, false});
    settle();
    CAF_CHECK_EQUAL(reader.reads, 1);
    finish();
    finish();
    CAF_CHECK_EQUAL(reader.reads, 2);
    const user_id bob{2};
    (void)ask<outcome<wallet_view>>(family, read_wallet{bob, false});
    settle();
    CAF_CHECK_EQUAL(reader.reads, 3);
}

CAF_TEST_FIXTURE_SCOPE_END()
