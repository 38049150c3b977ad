#define CAF_SUITE connection_pool

#include "persistence/connection_pool.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

#include <sys/resource.h>
#include <unistd.h>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr pg::statement pid{"pid", "SELECT pg_backend_pid()"};

const std::string& conninfo() {
    static const auto made = fresh_database();
    return made;
}

pool_options options(std::size_t connections = 1) {
    pool_options made;
    made.database = reach(conninfo());
    made.connections = connections;
    made.patience = 30s;
    return made;
}

/// Runs a job and returns what it returned.
template <class Job>
auto run(connection_pool& pool, Job work) {
    std::promise<decltype(work(std::declval<outcome<pg::connection*>>()))> promise;
    CAF_REQUIRE(pool.submit(
        [&](outcome<pg::connection*> database) { promise.set_value(work(std::move(database))); }));
    return promise.get_future().get();
}

std::int64_t backend(connection_pool& pool) {
    return run(pool, [](outcome<pg::connection*> database) {
        if (!database)
            return std::int64_t{0};
        auto found = (*database)->query(pid);
        return found ? (*found)[0].at<std::int64_t>(0) : -1;
    });
}

/// Keeps a thread of the pool busy until it goes out of scope.
class plug {
public:
    explicit plug(connection_pool& pool) {
        std::promise<void> in;
        // The thread holds what it waits for: it may get no further than `in` before the plug is pulled and
        // gone.
        CAF_REQUIRE(pool.submit([&in, out = out_.get_future().share()](const outcome<pg::connection*>&) {
            in.set_value();
            out.get();
        }));
        in.get_future().get();
    }
    ~plug() { pull(); }
    void pull() {
        if (!std::exchange(pulled_, true))
            out_.set_value();
    }

private:
    bool pulled_ = false;
    std::promise<void> out_;
};

} // namespace

CAF_TEST(jobs share the connections) {
    connection_pool pool{options(2)};
    const auto first = backend(pool);
    CAF_CHECK(first > 0);
    const plug other{pool};
    const auto second = backend(pool);
    CAF_CHECK(second > 0);
    CAF_CHECK_EQUAL(backend(pool), second);
    const auto now = pool.read_counters();
    CAF_CHECK_EQUAL(now.jobs, 4u);
    CAF_CHECK_EQUAL(now.depth, 0u);
    CAF_CHECK(now.healthy);
    CAF_CHECK(now.waited >= now.longest_wait);
    CAF_CHECK_EQUAL(pool.read_counters().longest_wait.count(), 0);
}

CAF_TEST(threads of a pool may stand back behind others) {
    const auto niceness = [](connection_pool& pool) {
        return run(pool, [](const outcome<pg::connection*>&) {
            return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
        });
    };
    auto modest = options();
    modest.niceness = 15;
    connection_pool behind{modest};
    connection_pool usual{options()};
    CAF_CHECK_EQUAL(niceness(behind), 15);
    CAF_CHECK_EQUAL(niceness(usual), ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())));
}

CAF_TEST(a full queue refuses) {
    auto few = options();
    few.queue_limit = 2;
    connection_pool pool{few};
    plug only{pool};
    std::atomic<int> ran{0};
    const auto count = [&](const outcome<pg::connection*>&) { ++ran; };
    CAF_CHECK(pool.submit(count));
    CAF_CHECK(pool.submit(count));
    CAF_CHECK(!pool.submit(count));
    const auto now = pool.read_counters();
    CAF_CHECK_EQUAL(now.depth, 2u);
    CAF_CHECK_EQUAL(now.busy, 1u);
    CAF_CHECK_EQUAL(now.refused, 1u);
    only.pull();
    while (ran < 2)
        std::this_thread::sleep_for(1ms);
    CAF_CHECK(backend(pool) > 0);
}

CAF_TEST(a connection that was lost is replaced before the next job) {
    connection_pool pool{options()};
    const auto first = backend(pool);
    books killer{conninfo()};
    killer.execute("SELECT pg_terminate_backend(" + std::to_string(first) + ", 5000)");
    const auto second = backend(pool);
    CAF_CHECK(second > 0);
    CAF_CHECK(second != first);
    CAF_CHECK_EQUAL(
        run(pool,
            [](outcome<pg::connection*> database) {
                return (*database)->execute("SELECT pg_terminate_backend(pg_backend_pid())").has_value();
            }),
        false);
    CAF_CHECK(backend(pool) > 0);
}

CAF_TEST(a transaction that a job leaves open does not reach the next) {
    connection_pool pool{options()};
    run(pool, [](outcome<pg::connection*> database) {
        return (*database)->execute("BEGIN; CREATE TABLE left_open (n integer)").has_value();
    });
    CAF_CHECK(!run(pool, [](outcome<pg::connection*> database) { return (*database)->in_transaction(); }));
    CAF_CHECK(!run(pool, [](outcome<pg::connection*> database) {
        return (*database)->execute("SELECT FROM left_open").has_value();
    }));
}

CAF_TEST(a database that stays away is told to the job) {
    auto lost = options();
    lost.database.conninfo = "host=/nonexistent";
    lost.patience = 50ms;
    connection_pool pool{lost};
    const auto code = run(pool, [](outcome<pg::connection*> database) {
        return database ? errc::internal : database.error().code;
    });
    CAF_CHECK(code == errc::unavailable);
    CAF_CHECK(!pool.read_counters().healthy);
}

CAF_TEST(stop lets the running job finish and answers the waiting ones) {
    connection_pool pool{options()};
    auto busy = std::make_unique<plug>(pool);
    std::atomic<int> unavailable{0};
    for (int i = 0; i < 3; ++i)
        CAF_REQUIRE(
            pool.submit([&](const outcome<pg::connection*>& database) { unavailable += database ? 0 : 1; }));
    std::thread stopping{[&] { pool.stop(); }};
    while (unavailable < 3)
        std::this_thread::sleep_for(1ms);
    busy.reset();
    stopping.join();
    CAF_CHECK(!pool.submit([](const outcome<pg::connection*>&) {}));
    pool.stop();
}

CAF_TEST(stop does not wait for a database that is away) {
    auto lost = options();
    lost.database.conninfo = "host=/nonexistent";
    connection_pool pool{lost};
    std::promise<bool> promise;
    CAF_REQUIRE(pool.submit(
        [&](const outcome<pg::connection*>& database) { promise.set_value(database.has_value()); }));
    pool.stop();
    CAF_CHECK(!promise.get_future().get());
}
