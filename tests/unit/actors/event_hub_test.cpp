#define CAF_SUITE event_hub

#include "actors/runtime/event_hub.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test.hpp"

#include <optional>
#include <thread>

using namespace atelier;

namespace {

constexpr user_id ann{7};
constexpr user_id bob{8};
constexpr generation_id one{51};
constexpr generation_id two{52};
constexpr generation_id any{};

struct fixture {
    test::manual_clock time;
    event_hub hub{time, {1024, 16}};
    std::string heard;

    event_hub::listener writing(std::string who) {
        return [this, who = std::move(who)](const event_ptr& e) {
            heard += who + ":" + (e ? e->name : "end") + " ";
        };
    }
    void tell(user_id user, generation_id about, std::string event, std::string data = "{}",
              bool last = false) {
        hub.tell(user, about, {std::move(event), std::move(data), last});
    }
    event_backlog follow(user_id user, generation_id about, std::optional<std::uint64_t> after) {
        return hub.follow(user, about, after, [](const event_ptr&) {}).second;
    }
    /// A stream that breaks off at once; gives the id after which it would go on.
    std::uint64_t visit(user_id user) { return follow(user, any, std::nullopt).position; }
    /// What the user's streams missed since then, as "name:data …".
    std::string missed(std::uint64_t after, generation_id about = any, user_id user = ann) {
        const auto before = follow(user, about, after);
        if (!before.missed)
            return "unknown";
        std::string text;
        for (const auto& e : *before.missed)
            text += e->name + ":" + e->data + " ";
        return text + (before.over ? "over" : "");
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(event_hub_tests, fixture)

CAF_TEST(listeners hear of their user or generation and of no other) {
    const auto first = hub.listen(ann, one, writing("one"));
    const auto all = hub.listen(ann, any, writing("ann"));
    const auto other = hub.listen(bob, any, writing("bob"));
    const auto curious = hub.listen(bob, one, writing("spy"));
    tell(ann, one, "status");
    tell(ann, two, "progress");
    tell(bob, generation_id{60}, "status");
    hub.tell(ann, "balance", "{}");
    CAF_CHECK_EQUAL(heard, "one:status ann:status ann:progress bob:status ann:balance ");
}

CAF_TEST(everybody who listens hears and whoever left does not ) {
    auto first = std::optional{hub.listen(ann, one, writing("a"))};
    const auto second = hub.listen(ann, one, writing("a"));
    tell(ann, one, "x");
    CAF_CHECK_EQUAL(heard, "a:x a:x ");
    first.reset();
    heard.clear();
    tell(ann, one, "y");
    CAF_CHECK_EQUAL(heard, "a:y ");
}

CAF_TEST(a subscription can be moved and goes on) {
    event_hub::subscription kept;
    {
        auto made = hub.listen(ann, one, writing("a"));
        kept = std::move(made);
    }
    tell(ann, one, "x");
    const event_hub::subscription again{std::move(kept)};
    tell(ann, one, "y");
    CAF_CHECK_EQUAL(heard, "a:x a:y ");
}

CAF_TEST(taking another subscription ends the old one) {
    auto mine = hub.listen(ann, one, writing("a"));
    mine = hub.listen(bob, two, writing("b"));
    tell(ann, one, "x");
    tell(bob, two, "y");
    CAF_CHECK_EQUAL(heard, "b:y ");
}

CAF_TEST(a user whom nobody follows has no audience) {
    CAF_CHECK(!hub.has_audience(ann));
    {
        const auto passing = hub.listen(ann, one, writing("a"));
        CAF_CHECK(hub.has_audience(ann));
        CAF_CHECK(!hub.has_audience(bob));
    }
    CAF_CHECK(!hub.has_audience(ann));
    visit(ann);
    CAF_CHECK(hub.has_audience(ann)); // it may come back
}

CAF_TEST(ids rise also while the clock stands still or goes back or the process restarts) {
    std::vector<std::uint64_t> ids;
    const auto noting = [&ids](const event_ptr& e) { ids.push_back(e->id); };
    const auto a = hub.listen(ann, any, noting);
    const auto b = hub.listen(bob, any, noting);
    tell(ann, one, "x");
    tell(bob, one, "x");
    tell(ann, one, "x");
    time.advance(std::chrono::seconds{1});
    tell(ann, one, "x");
    time.advance(std::chrono::seconds{-5});
    tell(ann, one, "x");
    time.advance(std::chrono::seconds{7});
    event_hub restarted{time};
    const auto c = restarted.listen(ann, any, noting);
    restarted.tell(ann, "balance", "{}");
    CAF_REQUIRE_EQUAL(ids.size(), 6u);
    CAF_CHECK(std::ranges::is_sorted(ids, std::ranges::less_equal{}) && ids[0] < ids[1]);
    CAF_CHECK(std::ranges::adjacent_find(ids) == ids.end());
}

CAF_TEST(a follower goes on exactly where it was) {
    const auto start = visit(ann);
    tell(ann, one, "status", "1");
    const auto middle = visit(ann);
    tell(ann, one, "status", "2");
    hub.tell(ann, "payment", "3");
    CAF_CHECK_EQUAL(missed(start), "status:1 status:2 payment:3 ");
    CAF_CHECK_EQUAL(missed(middle), "status:2 payment:3 ");
    CAF_CHECK_EQUAL(missed(visit(ann)), "");
    CAF_CHECK_EQUAL(missed(start, one), "status:1 status:2 ");
    CAF_CHECK_EQUAL(missed(start, two), "");
}

CAF_TEST(every position is of its own and lies behind all that was told before) {
    const auto first = visit(ann);
    const auto second = visit(bob);
    CAF_CHECK(first < second);
    const auto listening = hub.listen(ann, any, [&](const event_ptr& e) { CAF_CHECK(e->id > second); });
    tell(ann, one, "status");
}

CAF_TEST(what the hub cannot know is unknown) {
    const auto mine = visit(ann);
    CAF_CHECK_EQUAL(missed(mine - 1), "unknown"); // from before anybody followed, or before a restart
    CAF_CHECK_EQUAL(missed(mine + 1'000'000), "unknown");
    CAF_CHECK(!follow(ann, any, std::nullopt).missed);
    CAF_CHECK_EQUAL(missed(mine, any, bob), "unknown");
}

CAF_TEST(of what goes up and down only the latest is kept) {
    const auto start = visit(ann);
    for (const auto* done : {"0.1", "0.2", "0.3"}) {
        tell(ann, one, "progress", done);
        tell(ann, two, "progress", done);
        hub.tell(ann, "balance", done);
        hub.tell(ann, "subscription", done);
    }
    CAF_CHECK_EQUAL(missed(start), "progress:0.3 progress:0.3 balance:0.3 subscription:0.3 ");
    tell(ann, one, "status", "end", true);
    CAF_CHECK_EQUAL(missed(start), "progress:0.3 balance:0.3 subscription:0.3 status:end ");
}

CAF_TEST(a follower of a generation is told that it has heard the last of it) {
    const auto start = visit(ann);
    tell(ann, one, "status", "1");
    tell(ann, one, "status", "end", true);
    CAF_CHECK_EQUAL(missed(start, one), "status:1 status:end ");
    CAF_CHECK_EQUAL(missed(visit(ann), one), "over");
    CAF_CHECK_EQUAL(missed(visit(ann), two), "");
    CAF_CHECK_EQUAL(missed(visit(ann)), "");
}

CAF_TEST(only so many bytes of a user are kept and older ids are unknown then) {
    const auto start = visit(ann);
    const auto listening = hub.listen(ann, any, writing("a"));
    tell(ann, one, "status", std::string(300, 'x'));
    const auto middle = visit(ann);
    tell(ann, one, "status", std::string(300, 'y'));
    tell(ann, one, "status", std::string(300, 'z'));
    CAF_CHECK_EQUAL(missed(start), "unknown");
    CAF_CHECK_EQUAL(missed(middle),
                    "status:" + std::string(300, 'y') + " status:" + std::string(300, 'z') + " ");
    tell(ann, one, "status", std::string(2000, 'w')); // more than all that may be kept
    CAF_CHECK_EQUAL(missed(middle), "unknown");
    CAF_CHECK_EQUAL(missed(visit(ann)), "");
}

CAF_TEST(of users to whom nobody listens only so many are kept and the last heard of longest) {
    const auto start = visit(ann);
    const auto listening = hub.listen(bob, any, writing("b"));
    const auto of_bob = visit(bob);
    tell(ann, one, "status", "1");
    CAF_CHECK_EQUAL(missed(start), "status:1 ");
    for (std::int64_t user = 100; user < 1000; ++user)
        visit(user_id{user});
    CAF_CHECK(!hub.has_audience(ann));
    CAF_CHECK_EQUAL(missed(start), "unknown");
    CAF_CHECK_EQUAL(missed(of_bob, any, bob), ""); // somebody listens
    std::size_t kept = 0;
    for (std::int64_t user = 100; user < 1000; ++user)
        kept += hub.has_audience(user_id{user}) ? 1 : 0;
    CAF_CHECK(kept <= 16);
}

CAF_TEST(everybody hears of the end once and whoever comes later at once) {
    const auto a = hub.listen(ann, one, writing("a"));
    const auto b = hub.listen(bob, any, writing("b"));
    hub.end();
    hub.end();
    CAF_CHECK(heard == "a:end b:end " || heard == "b:end a:end ");
    heard.clear();
    const auto late = hub.listen(ann, two, writing("c"));
    CAF_CHECK_EQUAL(heard, "c:end ");
}

CAF_TEST(events of one user come in the order of their ids whoever tells them) {
    std::uint64_t last = 0;
    int count = 0;
    bool in_order = true;
    const auto listening = hub.listen(ann, any, [&](const event_ptr& e) {
        in_order = in_order && e->id > last;
        last = e->id;
        ++count;
    });
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 200; ++i)
                    tell(t % 2 == 0 ? ann : bob, one, "progress");
            });
    }
    CAF_CHECK(in_order);
    CAF_CHECK_EQUAL(count, 400);
}

CAF_TEST_FIXTURE_SCOPE_END()
