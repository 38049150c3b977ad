#define CAF_SUITE circuit_breaker

#include "actors/domain/circuit_breaker.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr circuit_breaker_rules rules{3, 10s, 60s};

circuit_breaker tripped() {
    circuit_breaker breaker{rules};
    for (int i = 0; i < 3; ++i) {
        breaker.began();
        breaker.failed(now);
    }
    return breaker;
}

} // namespace

CAF_TEST(failures in a row close it and a success begins the count anew) {
    circuit_breaker breaker{rules};
    breaker.failed(now);
    breaker.failed(now);
    CAF_CHECK(breaker.admits(now));
    breaker.succeeded();
    breaker.failed(now);
    breaker.failed(now);
    CAF_CHECK(breaker.admits(now));
    breaker.failed(now);
    CAF_CHECK(!breaker.admits(now));
    CAF_CHECK(breaker.tripped());
    CAF_CHECK(breaker.until() == now + 10s);
}

CAF_TEST(after the pause one job tries it) {
    auto breaker = tripped();
    CAF_CHECK(!breaker.admits(now + 10s - 1us));
    CAF_CHECK(breaker.admits(now + 10s));
    breaker.began();
    CAF_CHECK(!breaker.admits(now + 10s));
    breaker.succeeded();
    CAF_CHECK(breaker.admits(now + 10s));
    CAF_CHECK(!breaker.tripped());
}

CAF_TEST(a job that says nothing lets the next one try) {
    auto breaker = tripped();
    breaker.began();
    breaker.left();
    CAF_CHECK(breaker.tripped());
    CAF_CHECK(breaker.admits(now + 10s));
}

CAF_TEST(each failure after a pause doubles the next one up to the limit) {
    auto breaker = tripped();
    auto at = breaker.until();
    for (const auto pause : {20s, 40s, 60s, 60s}) {
        breaker.began();
        breaker.failed(at);
        CAF_CHECK(breaker.until() == at + pause);
        at = breaker.until();
    }
    breaker.began();
    breaker.succeeded();
    for (int i = 0; i < 3; ++i)
        breaker.failed(at);
    CAF_CHECK(breaker.until() == at + 10s);
}

CAF_TEST(what was under way when it closed does not count again) {
    auto breaker = tripped();
    breaker.failed(now + 5s);
    CAF_CHECK(breaker.until() == now + 10s);
}

CAF_TEST(an engine that asks to be left alone is) {
    circuit_breaker breaker{rules};
    breaker.hold(now + 5s);
    breaker.hold(now + 3s);
    CAF_CHECK(!breaker.admits(now + 4s));
    CAF_CHECK(!breaker.tripped());
    CAF_CHECK(breaker.admits(now + 5s));
    breaker.began();
    CAF_CHECK(breaker.admits(now + 5s));
}
