#define CAF_SUITE backoff

#include "persistence/backoff.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using std::chrono::milliseconds;

CAF_TEST(pauses double with jitter up to the most) {
    backoff pauses{milliseconds{10}, milliseconds{50}};
    for (const int step : {10, 20, 40, 50, 50}) {
        const auto pause = pauses.next().count();
        CAF_CHECK(pause >= step / 2 && pause <= step);
    }
    pauses.reset();
    CAF_CHECK(pauses.next() <= milliseconds{10});
}
