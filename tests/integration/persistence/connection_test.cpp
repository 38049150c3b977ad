#define CAF_SUITE pg_connection

#include "persistence/pg/connection.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <csignal>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

const std::string& conninfo() {
    static const auto made = fresh_database();
    return made;
}

pg::connection open_one(std::chrono::milliseconds answer_timeout = 15s,
                        std::chrono::milliseconds statement_timeout = 10s) {
    auto options = reach(conninfo());
    options.answer_timeout = answer_timeout;
    options.statement_timeout = statement_timeout;
    return must(pg::connection::open(options));
}

constexpr pg::statement one{"one", "SELECT 1"};
constexpr pg::statement fail{"fail", "SELECT 1 / (1 - $1::integer)"};
constexpr pg::statement sleep_long{"sleep_long", "SELECT pg_sleep(60)"};

/// What comes back of an array as columns of one row for each element.
template <class T>
std::vector<T> round_trip(pg::connection& database, const pg::statement& unnest,
                          const std::vector<T>& values) {
    std::vector<T> back;
    for (const auto row : must(database.query(unnest, pg::params{values})))
        back.push_back(row.template at<T>(0));
    return back;
}

/// A server that accepts connections and says nothing.
class silent_server {
public:
    silent_server() : socket_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto path = (directory_.path() / ".s.PGSQL.5432").string();
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(socket_, 4) != 0)
            throw std::runtime_error{"cannot listen"};
    }
    ~silent_server() { ::close(socket_); }
    [[nodiscard]] std::string conninfo() const { return "host=" + directory_.path().string(); }

private:
    temporary_directory directory_;
    int socket_;
};

} // namespace

CAF_TEST(scalars and nulls make the round trip) {
    auto database = open_one();
    constexpr pg::statement echo{"echo", "SELECT $1, $2, $3, $4, $5, $6, $7"};
    const auto result = must(database.query(
        echo, pg::params{true, std::int32_t{-5}, std::int64_t{1} << 60U, "žluť\n'", noon,
                         pg::binary{std::string_view{"\0\xff", 2}}, std::optional<std::string>{}}));
    bool b = false;
    std::int32_t i4 = 0;
    std::int64_t i8 = 0;
    std::string text;
    instant at;
    std::string bytes;
    std::optional<std::string> nothing{"x"};
    result[0].read(b, i4, i8, text, at, bytes, nothing);
    CAF_CHECK(b);
    CAF_CHECK_EQUAL(i4, -5);
    CAF_CHECK_EQUAL(i8, std::int64_t{1} << 60U);
    CAF_CHECK_EQUAL(text, "žluť\n'");
    CAF_CHECK(at == noon);
    CAF_CHECK(bytes == (std::string{'\0', '\xff'}));
    CAF_CHECK(!nothing);
    CAF_CHECK(result[0].is_null(6));
    CAF_CHECK_EQUAL(result[0].at<std::string>(6), "");
}

CAF_TEST(every integer width and the empty value of null are read alike) {
    auto database = open_one();
    constexpr pg::statement widths{
        "widths", "SELECT (-7)::smallint, (-7)::integer, (-7)::bigint, NULL::bigint, NULL::timestamp"};
    const auto result = must(database.query(widths));
    for (int column = 0; column < 3; ++column)
        CAF_CHECK_EQUAL(result[0].at<std::int64_t>(column), -7);
    CAF_CHECK_EQUAL(result[0].at<std::int64_t>(3), 0);
    CAF_CHECK(result[0].at<instant>(4) == instant{});
    CAF_CHECK(!result[0].at<std::optional<instant>>(4));
}

CAF_TEST(arrays make the round trip with nulls and utf 8 and without elements) {
    auto database = open_one();
    constexpr pg::statement int8s{"int8s", "SELECT unnest($1)"};
    constexpr pg::statement int4s{"int4s", "SELECT unnest($1)"};
    constexpr pg::statement texts{"texts", "SELECT unnest($1)"};
    constexpr pg::statement times{"times", "SELECT unnest($1)"};
    constexpr pg::statement bools{"bools", "SELECT unnest($1)"};
    constexpr pg::statement bytes{"bytes", "SELECT unnest($1)"};
    using int8 = std::optional<std::int64_t>;
    const std::vector<int8> numbers{1, std::nullopt, -1, std::int64_t{1} << 62U};
    CAF_CHECK(round_trip(database, int8s, numbers) == numbers);
    CAF_CHECK(round_trip(database, int8s, std::vector<int8>{}).empty());
    CAF_CHECK(round_trip(database, int8s, std::vector<int8>{std::nullopt}) ==
              std::vector<int8>{std::nullopt});
    const std::vector<std::int32_t> small{0, -2147483647 - 1, 2147483647};
    CAF_CHECK(round_trip(database, int4s, small) == small);
    const std::vector<std::optional<std::string>> words{"",          std::nullopt,     "NULL",
                                                        "{a,\"b\"}", "日本語 🛋", "\\"};
    CAF_CHECK(round_trip(database, texts, words) == words);
    const std::vector<std::optional<instant>> instants{noon, std::nullopt, instant{} - 1us, noon + 1us};
    CAF_CHECK(round_trip(database, times, instants) == instants);
    const std::vector<bool> flags{true, false, true};
    CAF_CHECK(round_trip(database, bools, flags) == flags);
    const std::string raw{"\0\x01\xfe", 3};
    const auto back = must(database.query(bytes, pg::params{std::vector<pg::binary>{{raw}, {""}}}));
    CAF_CHECK(back[0].at<std::string>(0) == raw);
    CAF_CHECK_EQUAL(back[1].at<std::string>(0), "");
}

CAF_TEST(the session speaks utc and has its limits) {
    auto options = reach(conninfo() + " options='-c timezone=Asia/Tokyo'");
    options.application_name = "atelier test";
    options.lock_timeout = 1'234ms;
    auto database = must(pg::connection::open(options));
    constexpr pg::statement settings{
        "settings", "SELECT current_setting('timezone'), current_setting('lock_timeout'), "
                    "current_setting('application_name'), current_setting('client_encoding')"};
    const auto found = must(database.query(settings));
    std::string zone;
    std::string limit;
    std::string name;
    std::string encoding;
    found[0].read(zone, limit, name, encoding);
    CAF_CHECK_EQUAL(zone, "UTC");
    CAF_CHECK_EQUAL(limit, "1234ms");
    CAF_CHECK_EQUAL(name, "atelier test");
    CAF_CHECK_EQUAL(encoding, "UTF8");
}

CAF_TEST(an error leaves the connection usable) {
    auto database = open_one();
    const auto failed = database.query(fail, pg::params{std::int32_t{1}});
    CAF_REQUIRE(!failed);
    CAF_CHECK(failed.error().code == errc::internal);
    CAF_CHECK_EQUAL(database.last_error().sqlstate, "22012");
    CAF_CHECK(database.ok());
    CAF_CHECK_EQUAL(must(database.query(fail, pg::params{std::int32_t{0}}))[0].at<std::int64_t>(0), 1);
    constexpr pg::statement nonsense{"nonsense", "SELECT FROM nowhere"};
    CAF_CHECK(!database.query(nonsense));
    CAF_CHECK(!database.query(nonsense));
    CAF_CHECK(database.ok());
}

CAF_TEST(a violated constraint is named and no value is told) {
    auto database = open_one();
    must(database.execute(
        "CREATE TABLE IF NOT EXISTS secrets (word text CONSTRAINT only_once UNIQUE); TRUNCATE secrets"));
    constexpr pg::statement add{"add_secret", "INSERT INTO secrets VALUES ($1)"};
    must(database.query(add, pg::params{"hush"}));
    const auto again = database.query(add, pg::params{"hush"});
    CAF_REQUIRE(!again);
    CAF_CHECK(again.error().code == errc::state_conflict);
    CAF_CHECK(database.last_error().kind == pg::error_kind::unique_violation);
    CAF_CHECK_EQUAL(database.last_error().constraint, "only_once");
    CAF_CHECK(again.error().detail.find("hush") == std::string::npos);
}

CAF_TEST(a pipeline answers every command up to the first error and runs none after it) {
    auto database = open_one();
    must(database.execute("CREATE TABLE IF NOT EXISTS steps (n integer); TRUNCATE steps"));
    constexpr pg::statement add{"add_step", "INSERT INTO steps VALUES ($1)"};
    const pg::params number{std::int32_t{1}};
    const std::vector<pg::command> good{{&one, nullptr}, {&add, &number}, {&add, &number}};
    const auto answer = database.run(good);
    CAF_CHECK(!answer.failed);
    CAF_REQUIRE_EQUAL(answer.results.size(), 3u);
    CAF_CHECK_EQUAL(answer.results[0][0].at<std::int64_t>(0), 1);
    CAF_CHECK_EQUAL(answer.results[1].affected(), 1u);
    const std::vector<pg::command> bad{{&add, &number}, {&fail, &number}, {&add, &number}};
    const auto refused = database.run(bad);
    CAF_REQUIRE(refused.failed);
    CAF_CHECK_EQUAL(refused.failed->sqlstate, "22012");
    CAF_CHECK_EQUAL(refused.results.size(), 1u);
    constexpr pg::statement count{"count_steps", "SELECT count(*) FROM steps"};
    CAF_CHECK_EQUAL(must(database.query(count))[0].at<std::int64_t>(0), 2);
}

CAF_TEST(an error within a transaction leaves it open until it is rolled back) {
    auto database = open_one();
    constexpr pg::statement begin{"begin", "BEGIN"};
    constexpr pg::statement commit{"commit", "COMMIT"};
    const pg::params number{std::int32_t{1}};
    const std::vector<pg::command> commands{{&begin, nullptr}, {&fail, &number}, {&commit, nullptr}};
    CAF_CHECK(database.run(commands).failed);
    CAF_CHECK(database.in_transaction());
    must(database.execute("ROLLBACK"));
    CAF_CHECK(!database.in_transaction());
}

CAF_TEST(a pipeline larger than all buffers in both directions does not get stuck) {
    auto database = open_one();
    constexpr pg::statement echo{"echo_text", "SELECT $1"};
    const pg::params large{std::string(1 << 20U, 'x')};
    const std::vector<pg::command> commands(64, {&echo, &large});
    const auto answer = database.run(commands);
    CAF_REQUIRE(!answer.failed);
    CAF_REQUIRE_EQUAL(answer.results.size(), 64u);
    CAF_CHECK_EQUAL(answer.results.back()[0].at<std::string>(0).size(), std::size_t{1} << 20U);
}

CAF_TEST(nobody there is unavailable) {
    const auto refused = pg::connection::open(reach("host=/nonexistent"));
    CAF_REQUIRE(!refused);
    CAF_CHECK(refused.error().code == errc::unavailable);
    CAF_CHECK(!pg::connection::open(reach("this is no connection string")));
}

CAF_TEST(a server that says nothing is given up) {
    const silent_server server;
    auto options = reach(server.conninfo());
    options.connect_timeout = 50ms;
    const auto refused = pg::connection::open(options);
    CAF_REQUIRE(!refused);
    CAF_CHECK(refused.error().code == errc::unavailable);
}

CAF_TEST(the server cancels a statement that takes too long) {
    auto database = open_one(15s, 50ms);
    const auto cancelled = database.query(sleep_long);
    CAF_REQUIRE(!cancelled);
    CAF_CHECK(cancelled.error().code == errc::deadline_exceeded);
    CAF_CHECK(database.ok());
}

CAF_TEST(a server that does not answer in time counts as lost) {
    auto database = open_one(50ms, 0ms);
    const auto lost = database.query(sleep_long);
    CAF_REQUIRE(!lost);
    CAF_CHECK(lost.error().code == errc::unavailable);
    CAF_CHECK(database.last_error().kind == pg::error_kind::connection_lost);
    CAF_CHECK(!database.ok());
    CAF_CHECK(!database.query(one));
    CAF_CHECK(!database.execute("SELECT 1"));
    const std::vector<pg::command> commands{{&one, nullptr}};
    CAF_CHECK(database.run(commands).failed);
}

CAF_TEST(a connection that was ended by the server is noticed when idle and when used) {
    auto first = open_one();
    auto second = open_one();
    CAF_CHECK(first.alive());
    for (const auto* victim : {&first, &second})
        must(open_one().execute("SELECT pg_terminate_backend(" + std::to_string(victim->backend_pid()) +
                                ", 5000)"));
    CAF_CHECK(!first.alive());
    CAF_CHECK(!first.ok());
    CAF_CHECK(!second.query(one));
    CAF_CHECK(second.last_error().kind == pg::error_kind::connection_lost);
    CAF_CHECK(!second.ok());
}

CAF_TEST(a connection that ends within a pipeline is lost) {
    auto database = open_one();
    constexpr pg::statement suicide{"suicide", "SELECT pg_terminate_backend(pg_backend_pid())"};
    const std::vector<pg::command> commands{{&one, nullptr}, {&suicide, nullptr}, {&one, nullptr}};
    const auto answer = database.run(commands);
    CAF_REQUIRE(answer.failed);
    CAF_CHECK(answer.failed->kind == pg::error_kind::connection_lost);
    CAF_CHECK(!database.ok());
}
