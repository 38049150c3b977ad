#define CAF_SUITE batch

#include "persistence/batch.hpp"
#include "tests/support/test.hpp"

#include <numeric>

using namespace atelier;

namespace {

const instant noon = std::chrono::sys_days{std::chrono::year{2024} / 5 / 1} + std::chrono::hours{12};
const instant later = noon + std::chrono::minutes{1};

change_set of(std::int64_t user, instant at = noon) {
    return {user_id{user}, at};
}

change_set changes_lot(std::int64_t user, std::int64_t lot, tokens expected, tokens remaining,
                       instant at = noon) {
    auto set = of(user, at);
    set.purchase_changes.push_back({purchase_id{lot}, expected, remaining, std::nullopt});
    return set;
}

change_set changes_generation(std::int64_t id, generation_status expected, generation_status status) {
    auto set = of(1);
    set.generation_changes.push_back({generation_id{id}, expected, status, std::nullopt, ""});
    return set;
}

change_set changes_payment(payment_status expected, payment_status status, std::string transaction) {
    auto set = of(1);
    set.payment_changes.push_back(
        {payment_id{4}, expected, status, std::move(transaction), "", "", std::nullopt});
    return set;
}

change_set with_key(std::int64_t user, std::string key) {
    auto set = of(user);
    set.idempotency.push_back({std::move(key), "f", 200, "{}", "", later});
    return set;
}

joined join_all(const std::vector<change_set>& sets) {
    std::vector<std::size_t> all(sets.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return join(sets, all);
}

} // namespace

CAF_TEST(nothing joins to nothing) {
    const auto [data, contradiction] = join_all({});
    CAF_CHECK(!contradiction);
    CAF_CHECK_EQUAL(data.rows(), 0u);
}

CAF_TEST(changes of one lot become its first expected and last new value) {
    const std::vector<change_set> sets{changes_lot(1, 7, 10, 8), changes_lot(2, 8, 5, 4),
                                       changes_lot(1, 7, 8, 3, later)};
    const auto [data, contradiction] = join_all(sets);
    CAF_REQUIRE(!contradiction);
    CAF_REQUIRE_EQUAL(data.lots.id.size(), 2u);
    CAF_CHECK(data.lots.id[0] == purchase_id{7});
    CAF_CHECK_EQUAL(data.lots.expected[0], 10);
    CAF_CHECK_EQUAL(data.lots.remaining[0], 3);
    CAF_CHECK(data.lots.at[0] == later);
    CAF_CHECK_EQUAL(data.lots.origin[0], 0u);
    CAF_CHECK_EQUAL(data.lots.origin[1], 1u);
    CAF_CHECK_EQUAL(data.rows(), 2u);
}

CAF_TEST(a new expiry is kept when a later change has none) {
    std::vector<change_set> sets{changes_lot(1, 7, 0, 2), changes_lot(1, 7, 2, 1)};
    sets[0].purchase_changes[0].expires_at = later;
    const auto [data, contradiction] = join_all(sets);
    CAF_CHECK(!contradiction);
    CAF_CHECK(data.lots.expires_at[0] == later);
}

CAF_TEST(a change that does not follow from the one before contradicts it) {
    const std::vector<change_set> sets{changes_lot(1, 7, 10, 8), changes_lot(1, 7, 10, 9)};
    const auto [data, contradiction] = join_all(sets);
    CAF_REQUIRE(contradiction);
    CAF_CHECK_EQUAL(contradiction->origin, 1u);
    CAF_CHECK(contradiction->why.kind == verdict_kind::guard);
}

CAF_TEST(two changes of a lot within one change set must follow from each other too) {
    auto set = changes_lot(1, 7, 10, 8);
    set.purchase_changes.push_back({purchase_id{7}, 8, 6, std::nullopt});
    CAF_CHECK(!join_all({set}).contradiction);
    set.purchase_changes.back().expected = 9;
    CAF_CHECK(join_all({set}).contradiction);
}

CAF_TEST(a change of a lot made in the same batch must expect what it was made with) {
    auto made = of(1);
    made.new_purchases.push_back({purchase_id{7}, token_package_id{1}, 10, noon, later, std::nullopt});
    CAF_CHECK(!join_all({made, changes_lot(1, 7, 10, 9)}).contradiction);
    CAF_CHECK(join_all({made, changes_lot(1, 7, 11, 9)}).contradiction);
}

CAF_TEST(transitions of a generation are joined) {
    using s = generation_status;
    std::vector<change_set> sets{changes_generation(3, s::queued, s::running),
                                 changes_generation(3, s::running, s::succeeded)};
    sets[1].generation_changes[0].output_image = image_id{5};
    const auto [data, contradiction] = join_all(sets);
    CAF_REQUIRE(!contradiction);
    const auto& c = data.generation_changes;
    CAF_REQUIRE_EQUAL(c.id.size(), 1u);
    CAF_CHECK_EQUAL(c.expected[0], "queued");
    CAF_CHECK_EQUAL(c.status[0], "succeeded");
    CAF_CHECK(c.output_image[0] == image_id{5});
    CAF_CHECK(
        join_all({changes_generation(3, s::queued, s::running), changes_generation(3, s::queued, s::failed)})
            .contradiction);
}

CAF_TEST(a generation made in the same batch is queued) {
    auto made = of(1);
    made.new_generations.push_back({generation_id{3}, image_id{1}, style_id{1}, 1, 1, "{}", later});
    using s = generation_status;
    CAF_CHECK(!join_all({made, changes_generation(3, s::queued, s::running)}).contradiction);
    CAF_CHECK(join_all({made, changes_generation(3, s::running, s::failed)}).contradiction);
}

CAF_TEST(transitions of a payment are joined and keep what they learnt) {
    using s = payment_status;
    const std::vector<change_set> sets{changes_payment(s::pending, s::authorized, "t1"),
                                       changes_payment(s::authorized, s::paid, "")};
    const auto [data, contradiction] = join_all(sets);
    CAF_REQUIRE(!contradiction);
    CAF_CHECK_EQUAL(data.payment_changes.expected[0], "pending");
    CAF_CHECK_EQUAL(data.payment_changes.status[0], "paid");
    CAF_CHECK_EQUAL(data.payment_changes.transaction_id[0], "t1");
    CAF_CHECK(join_all({sets[0], sets[0]}).contradiction);
}

CAF_TEST(an idempotency key is used once for each user) {
    CAF_CHECK(!join_all({with_key(1, "a"), with_key(1, "b"), with_key(2, "a")}).contradiction);
    const std::vector<change_set> twice{with_key(1, "a"), with_key(2, "a"), with_key(1, "a")};
    const auto contradiction = join_all(twice).contradiction;
    CAF_REQUIRE(contradiction);
    CAF_CHECK_EQUAL(contradiction->origin, 2u);
    CAF_CHECK(contradiction->why.kind == verdict_kind::duplicate_key);
}

CAF_TEST(repeats of a notification are counted and the first is kept) {
    auto first = of(1);
    first.notifications.push_back({"pay", "pay:1", "body", "text", "credited", "{}", payment_id{1}});
    auto again = of(1, later);
    again.notifications.push_back({"pay", "pay:1", "body 2", "text", "duplicate", "{}", payment_id{1}});
    const std::vector<change_set> sets{first, again};
    const auto [data, contradiction] = join_all(sets);
    CAF_CHECK(!contradiction);
    CAF_REQUIRE_EQUAL(data.notifications.business_key.size(), 1u);
    CAF_CHECK_EQUAL(data.notifications.verdict[0], "credited");
    CAF_CHECK_EQUAL(data.notifications.deliveries[0], 2);
}

CAF_TEST(what is known of a run is joined and empty values leave it as it is) {
    auto started = of(1);
    started.run_changes.push_back({generation_id{3}, "preview", "job", 2, noon, std::nullopt});
    auto finished = of(1, later);
    finished.run_changes.push_back({generation_id{3}, "", "", 0, std::nullopt, later});
    const std::vector<change_set> sets{started, finished};
    const auto data = join_all(sets).data;
    CAF_REQUIRE_EQUAL(data.runs.id.size(), 1u);
    CAF_CHECK_EQUAL(data.runs.engine[0], "preview");
    CAF_CHECK_EQUAL(data.runs.engine_job[0], "job");
    CAF_CHECK_EQUAL(data.runs.attempt[0], 2);
    CAF_CHECK(data.runs.started_at[0] == noon);
    CAF_CHECK(data.runs.finished_at[0] == later);
}

CAF_TEST(only the chosen change sets are joined and keep their numbers) {
    const std::vector<change_set> sets{changes_lot(1, 7, 10, 8), changes_lot(1, 7, 99, 98),
                                       changes_lot(2, 9, 1, 0)};
    const std::vector<std::size_t> which{0, 2};
    const auto [data, contradiction] = join(sets, which);
    CAF_CHECK(!contradiction);
    CAF_REQUIRE_EQUAL(data.lots.origin.size(), 2u);
    CAF_CHECK_EQUAL(data.lots.origin[1], 2u);
}

CAF_TEST(webhook events keep their users and moments) {
    std::vector<change_set> sets{of(1), of(2, later)};
    sets[0].webhook_events.push_back({"e-1", "payment.paid", "{}"});
    sets[1].webhook_events.push_back({"e-2", "generation.failed", "{}"});
    const auto [data, contradiction] = join_all(sets);
    CAF_CHECK(!contradiction);
    const auto& events = data.webhook_events;
    CAF_CHECK(events.user == (std::vector{user_id{1}, user_id{2}}));
    CAF_CHECK(events.id == (std::vector<std::string_view>{"e-1", "e-2"}));
    CAF_CHECK(events.type == (std::vector<std::string_view>{"payment.paid", "generation.failed"}));
    CAF_CHECK(events.at == (std::vector{noon, later}));
}
