#define CAF_SUITE directory

#include "actors/runtime/roster.hpp"
#include "actors/wallets.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/test.hpp"

#include <stdexcept>

using namespace atelier;
using namespace std::chrono_literals;

static_assert(!std::is_aggregate_v<wallets_state>);

namespace {

constexpr user_id anna{1};
constexpr user_id boris{2};

/// The directory of wallets over an empty database. Orders make a wallet crash.
struct fixture : test::deterministic {
    fixture() {
        actors.set(owned(reader.spawn(system)));
        actors.set_writer_count(1);
        actors.set_writer(0, owned(writer_actor{system.spawn(writer)}));
        settle();
    }
    ~fixture() { end_all(); }

    static writer_actor::behavior_type writer() {
        return {[](const commit_changes&) { return commit_verdict::committed; }, [](const continuation&) {}};
    }

    test::asked<outcome<wallet_view>> read(user_id user) {
        auto sent = ask<outcome<wallet_view>>(wallets, read_wallet{user, false});
        settle();
        return sent;
    }

    test::asked<outcome<receipt>> crash_wallet(user_id user) {
        auto sent = ask<outcome<receipt>>(wallets, order_package{user, token_package_record{}});
        settle();
        return sent;
    }

    children_report children(std::size_t limit = 10) {
        const auto sent = ask<children_report>(wallets, list_children{limit});
        settle();
        return *sent;
    }

    /// Ticks until every bucket has been looked at.
    void sweep_round() {
        for (int i = 0; i < 40; ++i)
            elapse(20ms);
    }

    test::fake_reader reader;
    test::sequence_ids ids;
    roster actors;
    wallet_context context{time,
                           ids,
                           actors,
                           meters,
                           24h,
                           24h,
                           4,
                           [](const payment_record&) -> std::string {
                               throw std::runtime_error{"a handler that throws"}; }};
    restart_log crashes;
    directory_options options{time, meters, 500ms, 2, 1min, &crashes};
    wallets_actor wallets = owned(wallets_actor{system.spawn(wallets_behavior, &context, options, false)});
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(directory_tests, fixture)

CAF_TEST(a child starts with the first command for it) {
    CAF_CHECK_EQUAL(children().live, 0u);
    CAF_CHECK(read(anna)->has_value());
    CAF_CHECK(read(anna)->has_value());
    CAF_CHECK_EQUAL(children().live, 1u);
    CAF_CHECK_EQUAL(reader.reads, 1);
    CAF_CHECK(read(boris)->has_value());
    CAF_CHECK_EQUAL(children().live, 2u);
}

CAF_TEST(the report names children up to its limit and how long they are idle) {
    (void)read(anna);
    time.advance(3s);
    const auto all = children();
    CAF_CHECK_EQUAL(all.children.at(0).key, "1");
    CAF_CHECK_EQUAL(all.children.at(0).seconds_idle, 3);
    (void)read(boris);
    const auto some = children(1);
    CAF_CHECK_EQUAL(some.live, 2u);
    CAF_CHECK_EQUAL(some.children.size(), 1u);
}

CAF_TEST(an idle child leaves memory and comes back with the next command) {
    (void)read(anna);
    elapse(400ms);
    CAF_CHECK_EQUAL(children().live, 1u);
    sweep_round();
    CAF_CHECK_EQUAL(children().live, 0u);
    CAF_CHECK_EQUAL(meters.actor("wallet").live.Value(), 0);
    CAF_CHECK_EQUAL(meters.actor("wallet").restarts.Value(), 0);
    CAF_CHECK(read(anna)->has_value());
    CAF_CHECK_EQUAL(reader.reads, 2);
}

CAF_TEST(a child that is busy stays) {
    reader.held = true;
    const auto waiting = read(anna);
    sweep_round();
    CAF_CHECK_EQUAL(children().live, 1u);
    reader.release();
    settle();
    CAF_CHECK(waiting->has_value());
}

CAF_TEST(a command withdraws the question whether a child may go) {
    (void)read(anna);
    time.advance(500ms);
    auto& mailbox = meters.actor("wallet").mailbox;
    for (int i = 0; i < 40 && mailbox.Value() == 0; ++i) {
        advance(20ms);
        while (mailbox.Value() == 0 && step()) {
        }
    }
    CAF_REQUIRE_EQUAL(mailbox.Value(), 1); // the question; its answer will come after the command
    caf::anon_send(wallets, read_wallet{anna, false});
    settle();
    CAF_CHECK_EQUAL(children().live, 1u);
    CAF_CHECK_EQUAL(meters.actor("wallet").spawned.Value(), 1);
}

CAF_TEST(a crash is counted and the next command starts the child afresh) {
    (void)read(anna);
    (void)read(boris);
    CAF_CHECK(crash_wallet(anna).over());
    CAF_CHECK_EQUAL(children().live, 1u);
    CAF_CHECK_EQUAL(meters.actor("wallet").restarts.Value(), 1);
    CAF_CHECK_EQUAL(crashes.latest().at(0).kind, "wallet");
    CAF_CHECK_EQUAL(meters.actor("wallet").exited_by_failure.Value(), 1);
    CAF_CHECK(read(anna)->has_value());
    CAF_CHECK_EQUAL(reader.reads, 3);
}

CAF_TEST(too many crashes in a while end the family) {
    (void)read(boris);
    for (int i = 0; i < 3; ++i)
        (void)crash_wallet(anna);
    CAF_CHECK_EQUAL(meters.actor("wallets").exited_by_failure.Value(), 1);
    CAF_CHECK_EQUAL(meters.actor("wallet").live.Value(), 0);
    CAF_CHECK(read(boris).bounced());
}

CAF_TEST(crashes that lie far apart do not ) {
    for (int i = 0; i < 6; ++i) {
        (void)crash_wallet(anna);
        time.advance(30s);
    }
    CAF_CHECK_EQUAL(meters.actor("wallets").live.Value(), 1);
    CAF_CHECK(read(anna)->has_value());
}

CAF_TEST(children end with their directory) {
    (void)read(anna);
    (void)read(boris);
    caf::anon_send_exit(wallets, caf::exit_reason::user_shutdown);
    settle();
    CAF_CHECK_EQUAL(meters.actor("wallet").live.Value(), 0);
    CAF_CHECK_EQUAL(meters.actor("wallets").exited_normally.Value(), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
