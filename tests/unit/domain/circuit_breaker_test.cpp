#define CAF_SUITE circuit_breaker

#include "actors/domain/circuit_breaker.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr circuit_breaker_rules rules{3, 10s, 60s};

/// A job begins, and fails.
void fail(circuit_breaker& breaker, instant at = now) {
    breaker.failed(at, breaker.began());
}

circuit_breaker tripped() {
    circuit_breaker breaker{rules};
    for (int i = 0; i < 3; ++i)
        fail(breaker);
    return breaker;
}

} // namespace

CAF_TEST(failures in a row close it and a success begins the count anew) {
    circuit_breaker breaker{rules};
    fail(breaker);
    fail(breaker);
    CAF_CHECK(breaker.admits(now));
    breaker.succeeded();
    fail(breaker);
    fail(breaker);
    CAF_CHECK(breaker.admits(now));
    fail(breaker);
    CAF_CHECK(!breaker.admits(now));
    CAF_CHECK(breaker.tripped());
    CAF_CHECK(breaker.until() == now + 10s);
}

CAF_TEST(after the pause one job tries it) {
    auto breaker = tripped();
    CAF_CHECK(!breaker.admits(now + 10s - 1us));
    CAF_CHECK(breaker.admits(now + 10s));
    (void)breaker.began();
    CAF_CHECK(!breaker.admits(now + 10s));
    breaker.succeeded();
    CAF_CHECK(breaker.admits(now + 10s));
    CAF_CHECK(!breaker.tripped());
}

CAF_TEST(a job that says nothing lets the next one try) {
    auto breaker = tripped();
    breaker.left(breaker.began());
    CAF_CHECK(breaker.tripped());
    CAF_CHECK(breaker.admits(now + 10s));
}

CAF_TEST(each failure after a pause doubles the next one up to the limit) {
    auto breaker = tripped();
    auto at = breaker.until();
    for (const auto pause : {20s, 40s, 60s, 60s}) {
        fail(breaker, at);
        CAF_CHECK(breaker.until() == at + pause);
        at = breaker.until();
    }
    breaker.succeeded();
    for (int i = 0; i < 3; ++i)
        fail(breaker, at);
    CAF_CHECK(breaker.until() == at + 10s);
}

CAF_TEST(what was under way when it closed does not count again) {
    circuit_breaker breaker{rules};
    const auto early = breaker.began();
    for (int i = 0; i < 3; ++i)
        fail(breaker);
    breaker.failed(now + 5s, early);
    CAF_CHECK(breaker.until() == now + 10s);
}

CAF_TEST(what was under way when it closed does not end the try of another) {
    circuit_breaker breaker{rules};
    const auto early = breaker.began();
    for (int i = 0; i < 3; ++i)
        fail(breaker);
    const auto trying = breaker.began();
    breaker.left(early);
    CAF_CHECK(!breaker.admits(now + 10s));
    breaker.failed(now + 10s, early);
    CAF_CHECK(breaker.until() == now + 10s);
    CAF_CHECK(!breaker.admits(now + 10s));
    breaker.left(trying);
    CAF_CHECK(breaker.admits(now + 10s));
}

CAF_TEST(an engine that asks to be left alone is) {
    circuit_breaker breaker{rules};
    breaker.hold(now + 5s);
    breaker.hold(now + 3s);
    CAF_CHECK(!breaker.admits(now + 4s));
    CAF_CHECK(!breaker.tripped());
    CAF_CHECK(breaker.admits(now + 5s));
    (void)breaker.began();
    CAF_CHECK(breaker.admits(now + 5s));
}
