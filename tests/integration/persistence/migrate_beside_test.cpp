#define CAF_SUITE migrate_beside

#include "persistence/migrate.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace atelier;
using namespace atelier::test;

/// Migrations beside programs at work: nobody waits for them, and the version before goes on working.
namespace {

using namespace std::chrono_literals;

pg::connection open(const std::string& conninfo) {
    return must(pg::connection::open(pg::without_limits(reach(conninfo))));
}

std::string text(pg::connection& database, const pg::statement& question) {
    const auto answer = must(database.query(question));
    return answer[0].at<std::string>(0);
}

/// A program that writes all the time, and waits for a lock no longer than for `patience`.
class busy_program {
public:
    busy_program(const std::string& conninfo, std::string sql, std::chrono::milliseconds patience)
        : database_{open(conninfo)}, sql_{std::move(sql)} {
        must(database_.execute("SET lock_timeout = " + std::to_string(patience.count())));
        thread_ = std::jthread{[this](const std::stop_token& stop) {
            while (!stop.stop_requested())
                ++(database_.execute(sql_) ? written : failed);
        }};
    }
    void wait_for(int more) const {
        const auto enough = written + more;
        while (written < enough && failed == 0)
            std::this_thread::sleep_for(1ms);
    }

    std::atomic<int> written{0};
    std::atomic<int> failed{0};

private:
    pg::connection database_;
    std::string sql_;
    std::jthread thread_;
};

constexpr pg::statement others_waiting{
    "others_waiting", "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() "
                      "AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE busy%'"};

/// What a program that knows the schema may rely on: its columns and their types. And what it does not know
/// may not be asked of it: a column that has to be given.
constexpr pg::statement columns{"columns", R"(
    SELECT table_name || '.' || column_name || ' ' || data_type,
        table_name::text, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_versions')"};

struct schema {
    std::set<std::string> columns;
    std::set<std::string> required;
    std::set<std::string> tables;
};

schema read_schema(pg::connection& database) {
    schema found;
    const auto rows = must(database.query(columns));
    for (const auto row : rows) {
        const auto column = row.at<std::string>(0);
        found.columns.insert(column);
        found.tables.insert(row.at<std::string>(1));
        if (row.at<bool>(2))
            found.required.insert(column);
    }
    return found;
}

/// Whether what was written for the schema before does not work with the one after.
bool breaks(const schema& before, const schema& after) {
    for (const auto& column : before.columns)
        if (!after.columns.contains(column))
            return true;
    for (const auto& column : after.required)
        if (before.tables.contains(column.substr(0, column.find('.'))) && !before.required.contains(column))
            return true;
    return false;
}

/// Runs the steps one by one → the versions that break the program before.
std::set<int> breaking(std::span<const migration> steps) {
    auto database = open(fresh_database());
    std::set<int> found;
    schema before;
    for (std::size_t i = 1; i <= steps.size(); ++i) {
        must(migrate(database, steps.first(i)));
        auto after = read_schema(database);
        const auto& step = steps[i - 1];
        const bool announced = oldest_program(step) > 0 && oldest_program(step) < step.version;
        if (breaks(before, after) && !announced)
            found.insert(step.version);
        before = std::move(after);
    }
    return found;
}

} // namespace

CAF_TEST(a step that has to wait for its table lets the others through) {
    const auto conninfo = fresh_database();
    auto database = open(conninfo);
    const std::array<migration, 2> steps{migration{1, "busy", "CREATE TABLE busy (n integer)"},
                                         migration{2, "wider", "ALTER TABLE busy ADD COLUMN wide integer"}};
    must(migrate(database, std::span{steps}.first(1)));
    auto reader = open(conninfo);
    must(reader.execute("BEGIN; SELECT FROM busy"));

    const busy_program writer{conninfo, "INSERT INTO busy (n) VALUES (1)", 30s};
    writer.wait_for(10);
    outcome<std::vector<std::string>> names{errc::internal};
    std::jthread migrating{
        [&] { names = migrate(database, steps, {.lock_timeout = 200ms, .patience = 10min}); }};
    auto watch = open(conninfo);
    while (text(watch, others_waiting) == "0")
        std::this_thread::sleep_for(1ms);
    // While the reader is there, the step cannot end. Without its time-out, neither could a single row be
    // written.
    writer.wait_for(50);
    CAF_CHECK_EQUAL(writer.failed.load(), 0);
    must(reader.execute("COMMIT"));
    migrating.join();
    CAF_CHECK(must(std::move(names)) == (std::vector<std::string>{"wider"}));
}

CAF_TEST(a step gives up in the end and says what to do) {
    const auto conninfo = fresh_database();
    auto database = open(conninfo);
    const std::array<migration, 2> steps{migration{1, "busy", "CREATE TABLE busy (n integer)"},
                                         migration{2, "wider", "ALTER TABLE busy ADD COLUMN wide integer"}};
    must(migrate(database, std::span{steps}.first(1)));
    auto reader = open(conninfo);
    must(reader.execute("BEGIN; SELECT FROM busy"));
    const auto failed = migrate(database, steps, {.lock_timeout = 10ms, .patience = 50ms});
    CAF_REQUIRE(!failed);
    CAF_CHECK(failed.error().code == errc::unavailable);
    CAF_CHECK(failed.error().detail.find("pg_stat_activity") != std::string::npos);
    CAF_CHECK(!database.in_transaction());
    must(reader.execute("COMMIT"));
    CAF_CHECK_EQUAL(must(migrate(database, steps)).size(), 1u);
}

CAF_TEST(a step that is online builds an index beside writers and is repeated as a whole) {
    const auto conninfo = fresh_database();
    auto database = open(conninfo);
    const std::array<migration, 2> steps{
        migration{1, "busy", "CREATE TABLE busy (n integer); INSERT INTO busy VALUES (1), (1)"},
        migration{2, "unique",
                  "-- online\nDROP INDEX CONCURRENTLY IF EXISTS busy_n;\n"
                  "CREATE UNIQUE INDEX CONCURRENTLY busy_n ON busy (n);\n"}};
    CAF_CHECK(!migrate(database, steps)); // it leaves an index that is not valid
    must(database.execute("DELETE FROM busy"));
    CAF_CHECK(must(migrate(database, steps)) == (std::vector<std::string>{"unique"}));
    static constexpr pg::statement valid{
        "valid", "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'busy_n'::regclass"};
    CAF_CHECK_EQUAL(text(database, valid), "true");
}

CAF_TEST(programs write while the schema becomes the present one) {
    const auto conninfo = fresh_database();
    auto database = open(conninfo);
    const auto steps = embedded_migrations();
    must(migrate(database, steps.first(2)));
    const busy_program accounts{conninfo,
                                "INSERT INTO users (email, encrypted_password, created_at, updated_at) "
                                "VALUES (gen_random_uuid()::text, '', now(), now())",
                                5s};
    const busy_program mails{conninfo,
                             "INSERT INTO outbox (kind, payload, due_at, created_at, updated_at) "
                             "VALUES ('mail', '{}', now(), now(), now())",
                             5s};
    accounts.wait_for(10);
    mails.wait_for(10);
    CAF_CHECK_EQUAL(must(migrate(database, steps)).size(), steps.size() - 2);
    accounts.wait_for(10);
    mails.wait_for(10);
    CAF_CHECK_EQUAL(accounts.failed.load(), 0);
    CAF_CHECK_EQUAL(mails.failed.load(), 0);
}

CAF_TEST(what a step takes from the program before is found) {
    const migration table{1, "table", "CREATE TABLE a (n integer, m integer)"};
    const auto breaks_when = [&table](std::string_view sql) {
        const std::array<migration, 2> steps{table, migration{2, "change", sql}};
        return !breaking(steps).empty();
    };
    CAF_CHECK(!breaks_when("ALTER TABLE a ADD COLUMN o integer"));
    CAF_CHECK(!breaks_when("ALTER TABLE a ADD COLUMN o integer NOT NULL DEFAULT 0"));
    CAF_CHECK(!breaks_when("CREATE TABLE b (n integer NOT NULL)"));
    CAF_CHECK(breaks_when("ALTER TABLE a DROP COLUMN n"));
    CAF_CHECK(breaks_when("ALTER TABLE a RENAME n TO o"));
    CAF_CHECK(breaks_when("ALTER TABLE a ALTER n TYPE text"));
    CAF_CHECK(breaks_when("ALTER TABLE a ALTER n SET NOT NULL"));
    CAF_CHECK(breaks_when("ALTER TABLE a ADD COLUMN o integer NOT NULL"));
    CAF_CHECK(breaks_when("DROP TABLE a"));
    CAF_CHECK(
        !breaks_when("-- oldest program: 1\nALTER TABLE a DROP COLUMN n")); // which it does not need any more
}

CAF_TEST(every step leaves the program before working) {
    // Before the first release, sessions got an end that every program has to give.
    CAF_CHECK(breaking(embedded_migrations()) == std::set<int>{8});
}
