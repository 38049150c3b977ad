#define CAF_SUITE http_prefer
#include "http/prefer.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

/// The seconds; 0: none.
long long wait_of(std::string_view header) {
    const auto wait = preferred_wait(header);
    return wait ? wait->count() : 0;
}

} // namespace

CAF_TEST(a wait is a number of seconds) {
    CAF_CHECK_EQUAL(wait_of("wait=10"), 10);
    CAF_CHECK_EQUAL(wait_of("Wait=1"), 1);
    CAF_CHECK_EQUAL(wait_of("wait = 007"), 7);
    CAF_CHECK_EQUAL(wait_of("wait=\"12\""), 12);
    CAF_CHECK_EQUAL(wait_of("  wait\t=\t10  "), 10);
}

CAF_TEST(other preferences and parameters are ignored) {
    CAF_CHECK_EQUAL(wait_of("respond-async, wait=10"), 10);
    CAF_CHECK_EQUAL(wait_of("return=minimal; foo=\"some; wait=3, text\",, handling=lenient ,wait=10"), 10);
    CAF_CHECK_EQUAL(wait_of("wait=10; foo; bar = \"a\\\"b\" ;"), 10);
    CAF_CHECK_EQUAL(wait_of("foo; wait=10"), 0);
    CAF_CHECK_EQUAL(wait_of("respond-async"), 0);
    CAF_CHECK_EQUAL(wait_of("priority=\"wait=5\""), 0);
    CAF_CHECK_EQUAL(wait_of("waiting=5"), 0);
    CAF_CHECK_EQUAL(wait_of(""), 0);
    CAF_CHECK_EQUAL(wait_of(" , ,"), 0);
}

CAF_TEST(the first of several counts) {
    CAF_CHECK_EQUAL(wait_of("wait=1, wait=2"), 1);
    CAF_CHECK_EQUAL(wait_of("wait=x, wait=2"), 0);
}

CAF_TEST(a wait that is no number or zero or malformed is none) {
    for (const auto* header :
         {"wait", "wait=0", "wait=-1", "wait=1.5", "wait=\"\"", "wait=ten", "wait=10 seconds",
          "wait=10;;=", "wait==1", "=1", "wait=\"1", "wait=1 foo", "wait=\x01"})
        CAF_CHECK_EQUAL(wait_of(header), 0);
}

CAF_TEST(what is beyond all patience is a year) {
    const auto year = std::chrono::seconds{std::chrono::hours{24 * 365}}.count();
    CAF_CHECK_EQUAL(wait_of("wait=31536001"), year);
    CAF_CHECK_EQUAL(wait_of("wait=99999999999999999999999"), year);
}
