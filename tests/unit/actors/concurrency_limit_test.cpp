#define CAF_SUITE concurrency_limit
#include "actors/runtime/concurrency_limit.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

/// So many that come in.
std::size_t crowd(concurrency_limit& limit, std::size_t count, bool vital = false) {
    std::size_t in = 0;
    for (std::size_t i = 0; i < count; ++i)
        in += limit.enter(vital) ? 1 : 0;
    return in;
}

} // namespace

CAF_TEST(as many come in as there is room for and leaving makes room) {
    concurrency_limit limit{100, 500ms};
    CAF_CHECK_EQUAL(crowd(limit, 150), 100u);
    CAF_CHECK_EQUAL(crowd(limit, 1), 0u);
    limit.leave(3);
    CAF_CHECK_EQUAL(crowd(limit, 150), 3u);
    CAF_CHECK_EQUAL(limit.inside(), 100u);
}

CAF_TEST(what is vital comes in when others are refused and has a limit too) {
    concurrency_limit limit{100, 500ms};
    crowd(limit, 150);
    CAF_CHECK_EQUAL(crowd(limit, 50, true), 13u);
    CAF_CHECK(!limit.enter(false));
}

CAF_TEST(while even the fastest change is slow fewer come in) {
    concurrency_limit limit{10'000, 500ms};
    crowd(limit, 10'000);
    limit.changed_after(600ms);
    limit.changed_after(3s);
    limit.adjust();
    CAF_CHECK_EQUAL(limit.limit(), 8'000u);
    for (int i = 0; i < 100; ++i) {
        limit.leave(limit.inside() > limit.limit() ? limit.inside() - limit.limit() : 0);
        limit.changed_after(600ms);
        limit.adjust();
    }
    CAF_CHECK_EQUAL(limit.limit(), 500u);
}

CAF_TEST(one fast change raises the limit again up to where it was) {
    concurrency_limit limit{1'000, 500ms};
    crowd(limit, 1'000);
    limit.changed_after(600ms);
    limit.adjust();
    CAF_CHECK_EQUAL(limit.limit(), 800u);
    limit.changed_after(3s);
    limit.changed_after(20ms);
    limit.adjust();
    CAF_CHECK_EQUAL(limit.limit(), 821u);
    for (int i = 0; i < 20; ++i) {
        limit.changed_after(20ms);
        limit.adjust();
    }
    CAF_CHECK_EQUAL(limit.limit(), 1'000u);
}

CAF_TEST(a few that are slow do not wait for each other) {
    concurrency_limit limit{1'000, 500ms};
    crowd(limit, 3);
    limit.changed_after(2s);
    limit.adjust();
    CAF_CHECK_EQUAL(limit.limit(), 1'000u);
    limit.adjust(); // nothing was asked
    CAF_CHECK_EQUAL(limit.limit(), 1'000u);
}
