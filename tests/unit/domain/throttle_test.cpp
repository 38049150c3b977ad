#define CAF_SUITE throttle

#include "actors/domain/throttle.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

const instant start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

/// "ok", or the seconds to wait.
std::string taken(attempt_rate& rate, std::string_view client, instant now) {
    const auto made = rate.take(client, now);
    return made.allowed ? "ok" : std::to_string(made.rate->reset.count());
}

} // namespace

CAF_TEST(a client may make all attempts at once and regains them one at a time) {
    attempt_rate rate{"address", 3, 30s, 100};
    for (int i = 0; i < 3; ++i)
        CAF_CHECK_EQUAL(taken(rate, "a", start), "ok");
    CAF_CHECK_EQUAL(taken(rate, "a", start), "10");
    CAF_CHECK_EQUAL(taken(rate, "b", start), "ok");
    CAF_CHECK_EQUAL(taken(rate, "a", start + 9s), "1");
    CAF_CHECK_EQUAL(taken(rate, "a", start + 10s), "ok");
    CAF_CHECK_EQUAL(taken(rate, "a", start + 10s), "10");
    CAF_CHECK_EQUAL(taken(rate, "a", start + 1h), "ok");
    std::string left;
    auto made = rate.take("a", start + 1h);
    for (; made.allowed; made = rate.take("a", start + 1h))
        left += std::to_string(made.rate->remaining) + " ";
    CAF_CHECK_EQUAL(left, "1 0 ");
    const auto reached = *made.rate;
    CAF_CHECK_EQUAL(reached.policy, "address");
    CAF_CHECK_EQUAL(reached.limit, 3);
    CAF_CHECK_EQUAL(reached.remaining, 0);
    CAF_CHECK(reached.window == 30s);
}

CAF_TEST(without a limit nobody waits) {
    attempt_rate rate{"address", 0, 30s, 100};
    for (int i = 0; i < 1000; ++i)
        CAF_CHECK_EQUAL(taken(rate, "a", start), "ok");
}

CAF_TEST(failures make the next attempt wait twice as long up to a limit) {
    lockout locks{{.free_attempts = 3, .first_delay = 1s, .longest_delay = 5s, .forgotten_after = 1h}, 100};
    auto now = start;
    std::string waits;
    for (int i = 0; i < 7; ++i) {
        const auto made = locks.begin("anna", now);
        CAF_REQUIRE(!made.wait);
        waits += std::to_string(made.next_wait.count()) + " ";
        if (made.next_wait > 0s) {
            CAF_CHECK(locks.begin("anna", now).wait == made.next_wait);
            CAF_CHECK(locks.begin("anna", now + made.next_wait - 1us).wait == 1s);
        }
        now += made.next_wait;
    }
    CAF_CHECK_EQUAL(waits, "0 0 1 2 4 5 5 ");
    CAF_CHECK(!locks.begin("berta", now).wait);
    CAF_MESSAGE("after a while all is forgotten");
    CAF_CHECK(locks.begin("anna", now + 1h).next_wait == 0s);
}

CAF_TEST(attempts at the same time count until they have succeeded) {
    lockout locks{{.free_attempts = 2, .first_delay = 1s}, 100};
    CAF_CHECK(!locks.begin("anna", start).wait);
    CAF_CHECK(!locks.begin("anna", start).wait);
    CAF_CHECK(locks.begin("anna", start).wait);
    locks.succeeded("anna");
    CAF_CHECK(!locks.begin("anna", start).wait);
    CAF_CHECK(locks.begin("anna", start).failures == 2);
}

CAF_TEST(only so many names are remembered) {
    recent_map<int> map{2};
    map.at("a") = 1;
    map.at("b") = 2;
    CAF_CHECK_EQUAL(map.at("a"), 1);
    map.at("c") = 3;
    CAF_CHECK_EQUAL(map.size(), 2u);
    CAF_CHECK_EQUAL(map.at("a"), 1);
    CAF_CHECK_EQUAL(map.at("b"), 0);
    map.erase("b");
    map.erase("nobody");
    CAF_CHECK_EQUAL(map.size(), 1u);
}
