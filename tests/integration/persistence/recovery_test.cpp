#define CAF_SUITE pg_committer_recovery

#include "persistence/pg_committer.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/integration/persistence/proxy.hpp"
#include "tests/support/test.hpp"

#include <csignal>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

pg_committer_options options(const std::string& conninfo) {
    pg_committer_options made;
    made.database = reach(conninfo);
    made.writer = "writer 1";
    made.patience = 60s;
    return made;
}

struct fixture : books {
    proxy network{conninfo()};
    user_id ann = add_user();
    user_id bob = add_user();
    purchase_id anns = add_lot(ann, 100);
    purchase_id bobs = add_lot(bob, 100);

    std::string lot = std::to_string(anns.value);

    pid_t backend_of_writer() {
        return ask<std::int32_t>(
            "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE application_name LIKE 'writer 1 #%' "
            "AND datname = current_database()");
    }
    pid_t wait_for_writer() {
        while (backend_of_writer() == 0)
            std::this_thread::sleep_for(2ms);
        return backend_of_writer();
    }
    void wait_until(const std::string& condition) {
        while (!ask<bool>("SELECT " + condition))
            std::this_thread::sleep_for(2ms);
    }
    /// Each spend is there once.
    void check_spent(tokens from_ann, std::int64_t rows) {
        CAF_CHECK_EQUAL(remaining(anns), 100 - from_ann);
        CAF_CHECK_EQUAL(ask("SELECT count(*) FROM token_transactions WHERE operation = 'spend'"), rows);
    }
};

std::future<commit_result> send(committer& writer, std::vector<change_set> sets) {
    auto promise = std::make_shared<std::promise<commit_result>>();
    writer.commit(std::move(sets), [promise](commit_result r) { promise->set_value(std::move(r)); });
    return promise->get_future();
}

bool answered(const std::future<commit_result>& result) {
    return result.wait_for(0s) == std::future_status::ready;
}

/// Recovery after a crash begins with syncing every file; a test cluster has many.
void crash_quickly() {
    books superuser{shared_cluster().conninfo("postgres", "postgres")};
    superuser.execute("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'");
    superuser.execute("SELECT pg_reload_conf()");
    superuser.execute("CHECKPOINT");
}

constexpr const char* waits_for_lock =
    "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())";

} // namespace

CAF_TEST_FIXTURE_SCOPE(recovery_tests, fixture)

CAF_TEST(a server process that is ended in mid batch costs nothing) {
    pg_committer writer{options(conninfo())};
    books other{conninfo()};
    other.execute("BEGIN; SELECT * FROM token_purchases WHERE id = " + lot + " FOR UPDATE");
    auto result = send(writer, {spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1)});
    wait_until(waits_for_lock);
    execute("SELECT pg_terminate_backend(" + std::to_string(backend_of_writer()) + ")");
    other.execute("COMMIT");
    const auto settled = result.get();
    CAF_CHECK_EQUAL(kinds(settled), "committed committed");
    CAF_CHECK(settled.recovered_unknown);
    CAF_CHECK_EQUAL(settled.transactions, 2u);
    check_spent(1, 2);
    CAF_CHECK(writer.healthy());
}

CAF_TEST(a commit whose answer is lost is found and not repeated) {
    pg_committer writer{options(network.conninfo())};
    wait_for_writer();
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    network.lose_answers(true);
    auto result = send(writer, {spend(ann, anns, 99, 1)});
    wait_until("(SELECT tokens_remaining FROM token_purchases WHERE id = " + lot + ") = 98");
    CAF_CHECK(!answered(result));
    network.cut(); // before the answer can come after all
    network.lose_answers(false);
    const auto settled = result.get();
    CAF_CHECK_EQUAL(kinds(settled), "committed");
    CAF_CHECK(settled.recovered_unknown);
    CAF_CHECK_EQUAL(settled.transactions, 1u);
    check_spent(2, 2);
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 98, 1)})), "committed");
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM writer_positions"), 1);
}

CAF_TEST(nobody is answered while a frozen server process may still commit) {
    pg_committer writer{options(network.conninfo())};
    // Once through, so that the statements are prepared and the whole transaction is one message.
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    const auto frozen = wait_for_writer();
    const auto before = network.forwarded();
    ::kill(frozen, SIGSTOP);
    auto result = send(writer, {spend(ann, anns, 99, 1)});
    while (network.forwarded() == before)
        std::this_thread::sleep_for(2ms);
    network.cut();
    // The new connection has come and does not get the lock.
    wait_until("EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND pid <> "
               "pg_backend_pid() "
               "AND datname = current_database())");
    CAF_CHECK(!answered(result));
    CAF_CHECK(!writer.healthy());
    CAF_CHECK_EQUAL(remaining(anns), 99); // what a plain read says is not yet the truth
    ::kill(frozen, SIGCONT);
    const auto settled = result.get();
    CAF_CHECK_EQUAL(kinds(settled), "committed");
    CAF_CHECK(settled.recovered_unknown);
    CAF_CHECK_EQUAL(settled.transactions, 1u);
    check_spent(2, 2);
}

CAF_TEST(a former server process that was never told of the cut is ended) {
    auto impatient = options(network.conninfo());
    impatient.former_grace = 50ms;
    pg_committer writer{impatient};
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    const auto former = wait_for_writer();
    network.cut_clients();
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 99, 1)})), "committed");
    CAF_CHECK(backend_of_writer() != former);
    check_spent(2, 2);
}

CAF_TEST(a server that crashes and recovers costs nothing) {
    crash_quickly();
    pg_committer writer{options(conninfo())};
    books other{conninfo()};
    other.execute("BEGIN; SELECT * FROM token_purchases WHERE id = " + lot + " FOR UPDATE");
    auto result = send(writer, {spend(bob, bobs, 100, 1), spend(ann, anns, 100, 1)});
    wait_until(waits_for_lock);
    ::kill(backend_of_writer(), SIGKILL);
    const auto settled = result.get();
    CAF_CHECK_EQUAL(kinds(settled), "committed committed");
    CAF_CHECK(settled.recovered_unknown);
    reconnect();
    check_spent(1, 2);
}

CAF_TEST(a batch that comes while the database is away waits for it) {
    crash_quickly();
    pg_committer writer{options(conninfo())};
    wait_for_writer();
    const auto server = shared_cluster().postmaster();
    ::kill(server, SIGQUIT);
    while (shared_cluster().postmaster() == server)
        std::this_thread::sleep_for(2ms);
    auto result = send(writer, {spend(ann, anns, 100, 1)});
    must(shared_cluster().ensure_running());
    CAF_CHECK_EQUAL(kinds(result.get()), "committed");
    reconnect();
    check_spent(1, 1);
}

CAF_TEST(a batch that was never sent is refused when the database stays away) {
    auto impatient = options("host=/nonexistent");
    impatient.patience = 50ms;
    pg_committer writer{impatient};
    const auto result = commit(writer, {spend(ann, anns, 100, 1), spend(bob, bobs, 100, 1)});
    CAF_CHECK_EQUAL(kinds(result), "unavailable unavailable");
    CAF_CHECK_EQUAL(result.verdicts[0].detail, "the database is away");
    CAF_CHECK(!result.recovered_unknown);
    CAF_CHECK(!writer.healthy());
    CAF_CHECK(!writer.problem().empty());
}

CAF_TEST(a batch in doubt is not answered before the database is back) {
    auto impatient = options(network.conninfo());
    impatient.patience = 10ms;
    pg_committer writer{impatient};
    while (!writer.healthy())
        std::this_thread::sleep_for(2ms);
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    network.lose_answers(true);
    auto result = send(writer, {spend(ann, anns, 99, 1)});
    wait_until("(SELECT tokens_remaining FROM token_purchases WHERE id = " + lot + ") = 98");
    network.refuse(true);
    network.cut();
    network.lose_answers(false);
    while (writer.healthy() || writer.problem().empty())
        std::this_thread::sleep_for(2ms);
    std::this_thread::sleep_for(100ms);
    CAF_CHECK(!answered(result));
    network.refuse(false);
    CAF_CHECK_EQUAL(kinds(result.get()), "committed");
    check_spent(2, 2);
}

CAF_TEST(a stop in doubt says that it does not know) {
    auto impatient = options(network.conninfo());
    impatient.stop_patience = 50ms;
    pg_committer writer{impatient};
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    network.lose_answers(true);
    auto result = send(writer, {spend(ann, anns, 99, 1)});
    wait_until("(SELECT tokens_remaining FROM token_purchases WHERE id = " + lot + ") = 98");
    network.refuse(true);
    network.cut();
    writer.stop();
    CAF_CHECK_EQUAL(kinds(result.get()), "unknown");
}

CAF_TEST(a second writer of the same name waits until the first has gone) {
    auto first = std::make_unique<pg_committer>(options(conninfo()));
    CAF_CHECK_EQUAL(kinds(commit(*first, {spend(ann, anns, 100, 1)})), "committed");
    auto impatient = options(conninfo());
    impatient.patience = 50ms;
    pg_committer second{impatient};
    CAF_CHECK_EQUAL(kinds(commit(second, {spend(ann, anns, 99, 1)})), "unavailable");
    CAF_CHECK(second.problem().find("writer 1") != std::string::npos);
    CAF_CHECK(!second.healthy());
    first.reset();
    while (!second.healthy())
        std::this_thread::sleep_for(2ms);
    CAF_CHECK_EQUAL(kinds(commit(second, {spend(ann, anns, 99, 1)})), "committed");
    CAF_CHECK_EQUAL(ask<std::string>(
                        "SELECT string_agg(epoch || ':' || batch, ' ' ORDER BY epoch) FROM writer_positions"),
                    "1:1 2:2");
    check_spent(2, 2);
}

CAF_TEST(an idle writer notices that its connection is gone) {
    pg_committer writer{options(conninfo())};
    const auto first = wait_for_writer();
    execute("SELECT pg_terminate_backend(" + std::to_string(first) + ")");
    while (backend_of_writer() == first || backend_of_writer() == 0)
        std::this_thread::sleep_for(2ms);
    CAF_CHECK_EQUAL(kinds(commit(writer, {spend(ann, anns, 100, 1)})), "committed");
    check_spent(1, 1);
}

CAF_TEST(every batch is there once however often its server processes are killed) {
    pg_committer writer{options(conninfo())};
    std::atomic<bool> finished{false};
    std::thread killer{[&] {
        books other{conninfo()};
        while (!finished) {
            std::this_thread::sleep_for(30ms); // more than it takes to connect
            must(other.database().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'writer 1 #%' AND datname = current_database()"));
        }
    }};
    std::size_t recovered = 0;
    for (tokens left = 100; left > 0; --left) {
        const auto result = commit(writer, {spend(ann, anns, left, 1)});
        CAF_REQUIRE_EQUAL(kinds(result), "committed");
        recovered += result.recovered_unknown ? 1 : 0;
    }
    finished = true;
    killer.join();
    CAF_MESSAGE(recovered);
    check_spent(100, 100);
}

CAF_TEST_FIXTURE_SCOPE_END()
