#define CAF_SUITE writer_actor

#include "actors/writer.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_committer.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

static_assert(!std::is_aggregate_v<writer_state>);

namespace {

constexpr user_id anna{1};
constexpr user_id boris{2};

struct fixture : test::deterministic {
    ~fixture() { end_all(); }

    /// Sends a change set of this user.
    test::asked<commit_verdict> commit(user_id user, std::uint64_t life = 0) {
        auto sent = ask<commit_verdict>(writer, commit_changes{change_set{user, time.now(), life}});
        settle();
        return sent;
    }

    /// The fates of the batch under way.
    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        store.finish(kinds);
        settle();
    }

    [[nodiscard]] std::string sizes() const {
        std::string text;
        for (const auto& batch : store.batches)
            text += std::to_string(batch.size()) + " ";
        return text;
    }

    test::fake_committer store;
    int webhooks_queued = 0;
    writer_context context{store, meters, 4, 10, [this] { ++webhooks_queued; }};
    writer_actor writer = owned(writer_actor{system.spawn(writer_behavior, &context)});
};

bool is(const test::asked<commit_verdict>& sent, commit_verdict wanted) {
    return sent.over() && *sent == wanted;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(writer_tests, fixture)

CAF_TEST(a lone change set commits at once and is answered when it is durable) {
    const auto sent = commit(anna);
    CAF_CHECK_EQUAL(sizes(), "1 ");
    CAF_CHECK(!sent.over());
    finish();
    CAF_CHECK(is(sent, commit_verdict::committed));
    CAF_CHECK(!store.busy());
}

CAF_TEST(while one batch commits the next one fills) {
    const auto first = commit(anna);
    const auto second = commit(boris);
    const auto third = commit(anna);
    CAF_CHECK_EQUAL(sizes(), "1 ");
    finish();
    CAF_CHECK(first.over());
    CAF_CHECK(!second.over());
    CAF_CHECK_EQUAL(sizes(), "1 2 ");
    CAF_CHECK(store.last()[0].user == boris);
    CAF_CHECK(store.last()[1].user == anna);
    finish();
    CAF_CHECK(is(second, commit_verdict::committed) && is(third, commit_verdict::committed));
    CAF_CHECK_EQUAL(sizes(), "1 2 ");
}

CAF_TEST(a batch that has queued webhooks is told of) {
    (void)commit(anna);
    finish();
    CAF_CHECK_EQUAL(webhooks_queued, 0);
    store.webhooks = 2;
    (void)commit(anna);
    CAF_CHECK_EQUAL(webhooks_queued, 0);
    finish();
    CAF_CHECK_EQUAL(webhooks_queued, 1);
}

CAF_TEST(a batch has a limit and the rest waits for the next) {
    for (int i = 0; i < 7; ++i)
        (void)commit(anna);
    finish();
    finish();
    CAF_CHECK_EQUAL(sizes(), "1 4 2 ");
}

CAF_TEST(every fate has its verdict) {
    const std::array fates{
        std::pair{verdict_kind::committed, commit_verdict::committed},
        std::pair{verdict_kind::guard, commit_verdict::conflict},
        std::pair{verdict_kind::superseded, commit_verdict::superseded},
        std::pair{verdict_kind::duplicate_key, commit_verdict::duplicate_key},
        std::pair{verdict_kind::invalid, commit_verdict::invalid},
        std::pair{verdict_kind::unavailable, commit_verdict::unavailable},
        std::pair{verdict_kind::unknown, commit_verdict::unavailable},
    };
    for (const auto& [fate, verdict] : fates) {
        const auto sent = commit(anna);
        finish({fate});
        CAF_MESSAGE(to_string(fate));
        CAF_CHECK(is(sent, verdict));
    }
}

CAF_TEST(what is rejected does not touch others in its batch) {
    (void)commit(user_id{9});
    const auto one = commit(anna, 1);
    const auto other = commit(boris, 2);
    finish();
    finish({verdict_kind::guard, verdict_kind::committed});
    CAF_CHECK(is(one, commit_verdict::conflict));
    CAF_CHECK(is(other, commit_verdict::committed));
}

CAF_TEST(a rejected change set takes the later ones of its life with it) {
    (void)commit(anna, 1);
    const auto filling = commit(anna, 1);
    const auto stranger = commit(boris, 2);
    finish({verdict_kind::duplicate_key});
    CAF_CHECK(is(filling, commit_verdict::superseded));
    const auto later = commit(anna, 1);
    CAF_CHECK(is(later, commit_verdict::superseded));
    CAF_CHECK_EQUAL(sizes(), "1 1 ");
    finish();
    CAF_CHECK(is(stranger, commit_verdict::committed));
}

CAF_TEST(the next life of a sender is heard) {
    (void)commit(anna, 1);
    finish({verdict_kind::guard});
    const auto next = commit(anna, 2);
    CAF_CHECK(store.busy());
    finish();
    CAF_CHECK(is(next, commit_verdict::committed));
}

CAF_TEST(a later life that is rejected ends although an older one ended after it began) {
    (void)commit(user_id{9});
    const auto old_life = commit(anna, 1);
    const auto new_life = commit(anna, 2);
    finish();
    const auto later = commit(anna, 2);
    finish({verdict_kind::guard, verdict_kind::guard});
    CAF_CHECK(is(old_life, commit_verdict::conflict) && is(new_life, commit_verdict::conflict));
    CAF_CHECK(is(later, commit_verdict::superseded));
}

CAF_TEST(what waits of a life that has ended is not committed when the next life shows up) {
    (void)commit(anna, 1);
    for (int i = 0; i < 4; ++i)
        (void)commit(boris);
    const auto left = commit(anna, 1);
    finish({verdict_kind::unavailable});
    const auto next = commit(anna, 2);
    finish();
    CAF_CHECK(is(left, commit_verdict::unavailable));
    finish();
    CAF_CHECK(is(next, commit_verdict::committed));
}

CAF_TEST(a next life that finds no room does not revive the last one) {
    (void)commit(anna, 1);
    const auto left = commit(anna, 1);
    for (int i = 0; i < 8; ++i)
        (void)commit(boris);
    CAF_CHECK(is(commit(anna, 2), commit_verdict::overloaded));
    finish({verdict_kind::unavailable});
    CAF_CHECK(is(left, commit_verdict::unavailable));
}

CAF_TEST(change sets without a life stand alone) {
    (void)commit(anna);
    const auto second = commit(anna);
    finish({verdict_kind::guard});
    finish();
    CAF_CHECK(is(second, commit_verdict::committed));
}

CAF_TEST(beyond the backlog limit it refuses and the life is over) {
    (void)commit(anna, 1);
    for (int i = 0; i < 9; ++i)
        (void)commit(boris);
    const auto refused = commit(anna, 1);
    CAF_CHECK(is(refused, commit_verdict::overloaded));
    CAF_CHECK(is(commit(user_id{3}), commit_verdict::overloaded));
    finish();
    CAF_CHECK(is(commit(anna, 1), commit_verdict::overloaded));
    CAF_CHECK(!commit(anna, 2).over());
}

CAF_TEST(a database that is away ends the life as unavailable) {
    (void)commit(anna, 1);
    const auto filling = commit(anna, 1);
    finish({verdict_kind::unavailable});
    CAF_CHECK(is(filling, commit_verdict::unavailable));
}

CAF_TEST_FIXTURE_SCOPE_END()
