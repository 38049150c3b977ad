#define CAF_SUITE id_blocks

#include "persistence/id_blocks.hpp"
#include "persistence/queries/ids.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <set>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

id_blocks_options options(const std::string& conninfo, std::size_t block) {
    id_blocks_options made;
    made.database = reach(conninfo);
    made.block = block;
    return made;
}

} // namespace

CAF_TEST(keys are taken from the sequence of each table) {
    books database;
    const auto expected = database.ask("SELECT nextval('payments_id_seq')");
    const auto keys = must(queries::take_ids(database.database(), id_sequence::payments, 3));
    CAF_CHECK(keys == (std::vector<std::int64_t>{expected + 1, expected + 2, expected + 3}));
    for (std::size_t i = 0; i < id_sequence_count; ++i)
        CAF_CHECK_EQUAL(must(queries::take_ids(database.database(), static_cast<id_sequence>(i), 1)).size(),
                        1u);
}

CAF_TEST(many threads get different keys and never wait) {
    books database;
    id_blocks ids{options(database.conninfo(), 256)};
    CAF_REQUIRE(ids.wait_filled(30s));
    std::vector<std::vector<std::int64_t>> taken(4);
    std::vector<std::thread> threads;
    for (auto& mine : taken)
        threads.emplace_back([&] {
            while (mine.size() < 1'000) {
                const auto key = ids.next(id_sequence::token_transactions);
                if (key != 0)
                    mine.push_back(key);
                else
                    std::this_thread::yield();
            }
        });
    for (auto& thread : threads)
        thread.join();
    std::set<std::int64_t> all;
    for (const auto& mine : taken)
        all.insert(mine.begin(), mine.end());
    CAF_CHECK_EQUAL(all.size(), 4'000u);
    CAF_CHECK(*all.begin() > 0);
    CAF_CHECK(ids.next(id_sequence::images) != 0);
}

CAF_TEST(the supply runs dry when the database is away) {
    id_blocks ids{options("host=/nonexistent", 16)};
    CAF_CHECK(!ids.wait_filled(20ms));
    CAF_CHECK_EQUAL(ids.next(id_sequence::payments), 0);
    ids.stop();
    CAF_CHECK(!ids.wait_filled(1h));
    CAF_CHECK_EQUAL(ids.next(id_sequence::payments), 0);
}

CAF_TEST(a lost connection is replaced) {
    books database;
    id_blocks ids{options(database.conninfo(), 16)};
    CAF_REQUIRE(ids.wait_filled(30s));
    database.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
                     "current_database() AND pid <> pg_backend_pid()");
    for (int got = 0; got < 100; got += ids.next(id_sequence::payments) != 0 ? 1 : 0)
        std::this_thread::yield();
}
