#define CAF_SUITE worker_pool

#include "actors/runtime/worker_pool.hpp"
#include "tests/support/test.hpp"

#include <future>
#include <vector>

using namespace atelier;

namespace {

/// A pool with one thread that is occupied until it is let go.
struct fixture {
    fixture() {
        CAF_REQUIRE(pool.submit([this] {
            begun.set_value();
            go.get_future().wait();
        }));
        begun.get_future().wait();
    }

    std::promise<void> begun;
    std::promise<void> go;
    std::vector<int> ran;
    worker_pool pool{1, 3};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_pool_tests, fixture)

CAF_TEST(jobs run in the order in which they came) {
    for (int i = 0; i < 3; ++i)
        CAF_CHECK(pool.submit([this, i] { ran.push_back(i); }));
    go.set_value();
    pool.stop();
    CAF_CHECK(ran == (std::vector<int>{0, 1, 2}));
}

CAF_TEST(a full queue refuses) {
    for (int i = 0; i < 5; ++i)
        CAF_CHECK_EQUAL(pool.submit([this, i] { ran.push_back(i); }), i < 3);
    go.set_value();
    pool.stop();
    CAF_CHECK_EQUAL(ran.size(), 3u);
}

CAF_TEST(it says what waits and what was refused) {
    for (int i = 0; i < 5; ++i)
        static_cast<void>(pool.submit([] {}));
    auto now = pool.read();
    CAF_CHECK_EQUAL(now.waiting, 3u);
    CAF_CHECK_EQUAL(now.busy, 1u);
    CAF_CHECK_EQUAL(now.jobs, 1u);
    CAF_CHECK_EQUAL(now.refused, 2u);
    go.set_value();
    pool.stop();
    now = pool.read();
    CAF_CHECK_EQUAL(now.waiting, 0u);
    CAF_CHECK_EQUAL(now.busy, 0u);
    CAF_CHECK_EQUAL(now.jobs, 4u);
    CAF_CHECK(now.waited.count() > 0);
}

CAF_TEST(what was accepted runs before it stops and nothing afterwards) {
    CAF_CHECK(pool.submit([this] { ran.push_back(1); }));
    go.set_value();
    pool.stop();
    CAF_CHECK_EQUAL(ran.size(), 1u);
    CAF_CHECK(!pool.submit([this] { ran.push_back(2); }));
    pool.stop();
    CAF_CHECK_EQUAL(ran.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(several threads work at once) {
    worker_pool pool{2, 2};
    std::promise<void> here;
    std::promise<void> there;
    // Each waits for the other: with one thread this would never end.
    CAF_CHECK(pool.submit([&] {
        here.set_value();
        there.get_future().wait();
    }));
    CAF_CHECK(pool.submit([&] {
        there.set_value();
        here.get_future().wait();
    }));
    pool.stop();
}

CAF_TEST(a pool without threads runs a job when it is told to) {
    worker_pool pool{0, 2};
    std::vector<int> done;
    CAF_CHECK(pool.submit([&] { done.push_back(1); }));
    CAF_CHECK(pool.submit([&] { done.push_back(2); }));
    CAF_CHECK(pool.run_one());
    CAF_CHECK(done == std::vector{1});
    CAF_CHECK(pool.run_one());
    CAF_CHECK(!pool.run_one());
    CAF_CHECK(done == (std::vector{1, 2}));
}
