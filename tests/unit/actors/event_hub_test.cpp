#define CAF_SUITE event_hub

#include "actors/runtime/event_hub.hpp"
#include "tests/support/test.hpp"

#include <optional>

using namespace atelier;

namespace {

struct fixture {
    event_hub hub;
    std::string heard;

    event_hub::listener writing(std::string who) {
        return [this, who = std::move(who)](const generation_news& news) {
            heard += who + ":" + news.event + " ";
        };
    }
    void tell(std::int64_t about, std::string event) {
        hub.tell(generation_id{about}, {std::move(event), "{}"});
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(event_hub_tests, fixture)

CAF_TEST(listeners hear of their generation and of no other) {
    // 1 and 17 may share a shard; either way they are told apart.
    const auto one = hub.listen(generation_id{1}, writing("a"));
    const auto other = hub.listen(generation_id{17}, writing("b"));
    tell(1, "status");
    tell(17, "progress");
    tell(2, "status");
    CAF_CHECK_EQUAL(heard, "a:status b:progress ");
}

CAF_TEST(everybody who listens hears and whoever left does not ) {
    auto first = std::optional{hub.listen(generation_id{1}, writing("a"))};
    const auto second = hub.listen(generation_id{1}, writing("a"));
    tell(1, "x");
    CAF_CHECK_EQUAL(heard, "a:x a:x ");
    first.reset();
    heard.clear();
    tell(1, "y");
    CAF_CHECK_EQUAL(heard, "a:y ");
}

CAF_TEST(a subscription can be moved and goes on) {
    event_hub::subscription kept;
    {
        auto made = hub.listen(generation_id{1}, writing("a"));
        kept = std::move(made);
    }
    tell(1, "x");
    const event_hub::subscription again{std::move(kept)};
    tell(1, "y");
    CAF_CHECK_EQUAL(heard, "a:x a:y ");
}

CAF_TEST(taking another subscription ends the old one) {
    auto one = hub.listen(generation_id{1}, writing("a"));
    one = hub.listen(generation_id{2}, writing("b"));
    tell(1, "x");
    tell(2, "y");
    CAF_CHECK_EQUAL(heard, "b:y ");
}

CAF_TEST_FIXTURE_SCOPE_END()
