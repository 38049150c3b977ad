#define CAF_SUITE cluster

#include "persistence/cluster.hpp"
#include "tests/support/child.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace atelier;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// The first column of the first row; or the error.
std::string ask(const std::string& conninfo, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{PQconnectdb(conninfo.c_str()), PQfinish};
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), sql.c_str()),
                                                               PQclear};
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK)
        return "ok";
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : PQerrorMessage(connection.get());
}

cluster::options options_in(const fs::path& directory) {
    cluster::options options;
    options.directory = directory / "postgres";
    options.sockets = directory;
    options.log = directory / "postgres.log";
    options.settings = {"shared_buffers=16MB"};
    return options;
}

/// Puts a cluster there that was created once and copied: creating one takes a second.
void put_cluster(const fs::path& directory) {
    static test::temporary_directory origin;
    if (!fs::exists(origin.path() / "postgres")) {
        const auto first = cluster::start(options_in(origin.path()));
        CAF_REQUIRE(first.has_value());
    }
    const auto copy = "cp -a '" + (origin.path() / "postgres").string() + "' '" + directory.string() + "'";
    CAF_REQUIRE(std::system(copy.c_str()) == 0);
}

/// Starts a cluster that must start, and creates it if it is not there.
cluster create_in(const fs::path& directory) {
    auto started = cluster::start(options_in(directory));
    if (!started)
        CAF_FAIL(started.error().detail);
    return *std::move(started);
}

/// The same without the time that creation takes.
cluster start_in(const fs::path& directory) {
    if (!fs::exists(directory / "postgres"))
        put_cluster(directory);
    return create_in(directory);
}

/// What starting says: "" = it worked.
std::string complaint(cluster::options options) {
    const auto started = cluster::start(std::move(options));
    return started ? "" : started.error().detail;
}

fs::path sockets_of(const cluster& c) {
    return ask(c.conninfo("postgres", "postgres"), "SHOW unix_socket_directories");
}

bool alive(pid_t pid) {
    return ::access(("/proc/" + std::to_string(pid) + "/exe").c_str(), F_OK) == 0;
}

bool contains(const std::string& text, std::string_view part) {
    const bool found = text.find(part) != std::string::npos;
    if (!found)
        CAF_MESSAGE("without \"" << part << "\": " << text);
    return found;
}

uid_t owner_of(const fs::path& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_uid : static_cast<uid_t>(-1);
}

bool is_root() {
    return ::geteuid() == 0;
}

} // namespace

CAF_TEST(a new cluster has the database of the service and listens on a private socket only) {
    const auto service = test::shared_cluster().conninfo();
    CAF_CHECK_EQUAL(ask(service, "SELECT current_user || current_database()"), "atelieratelier");
    CAF_CHECK_EQUAL(ask(service, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
    CAF_CHECK_EQUAL(ask(service, "SET session_replication_role = replica"), "ok");
    CAF_CHECK_EQUAL(ask(service, "CREATE TABLE t (id bigint)"), "ok");
    CAF_CHECK_EQUAL(ask(service, "SHOW server_encoding"), "UTF8");
    CAF_CHECK_EQUAL(ask(service, "SHOW data_checksums"), "on");
    CAF_CHECK_EQUAL(ask(service, "SHOW fsync"), "on");
    CAF_CHECK_EQUAL(ask(service, "SHOW synchronous_commit"), "on");
    CAF_CHECK_EQUAL(ask(service, "SHOW listen_addresses"), "");
    CAF_CHECK_EQUAL(ask(service, "SHOW max_connections"), "100");
    struct stat about {};
    CAF_REQUIRE(::stat((sockets_of(test::shared_cluster()) / ".s.PGSQL.5432").c_str(), &about) == 0);
    CAF_CHECK_EQUAL(about.st_mode & 0777U, 0700U);
}

CAF_TEST(each fresh database is empty and belongs to the service and a copy has what the original has) {
    const auto first = test::fresh_database();
    CAF_CHECK_EQUAL(ask(first, "CREATE TABLE t AS SELECT 7 AS n"), "ok");
    CAF_CHECK(contains(ask(test::fresh_database(), "SELECT * FROM t"), "does not exist"));
    CAF_CHECK_EQUAL(ask(test::copy_of(first), "SELECT n FROM t"), "7");
}

CAF_TEST(the server runs in a session of its own and never as root) {
    const auto server = test::shared_cluster().postmaster();
    CAF_REQUIRE(server > 0);
    CAF_CHECK_EQUAL(::getsid(server), server);
    CAF_CHECK_EQUAL(::getpgid(server), server);
    CAF_CHECK_NOT_EQUAL(owner_of("/proc/" + std::to_string(server)), 0U);
}

CAF_TEST(stopping ends the server and starting again finds the data) {
    test::temporary_directory place;
    pid_t server = 0;
    {
        auto first = start_in(place.path());
        server = first.postmaster();
        CAF_CHECK_EQUAL(ask(first.conninfo(), "CREATE TABLE t AS SELECT 7 AS n"), "ok");
        CAF_CHECK(first.stop().has_value());
        CAF_CHECK(!alive(server));
        CAF_CHECK_EQUAL(first.postmaster(), 0);
        CAF_CHECK(first.stop().has_value());
    }
    auto second = start_in(place.path());
    CAF_CHECK_NOT_EQUAL(second.postmaster(), server);
    CAF_CHECK_EQUAL(ask(second.conninfo(), "SELECT n FROM t"), "7");
}

CAF_TEST(paths may be long and hold any character) {
    test::temporary_directory place;
    const auto awkward = place.path() / "with space, 'quotes' \"and\" $more \\" / std::string(100, 'x');
    fs::create_directories(awkward);
    auto c = create_in(awkward);
    CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
    const auto sockets = sockets_of(c);
    CAF_CHECK_EQUAL(owner_of(sockets), owner_of(awkward / "postgres" / "data"));
    CAF_CHECK(c.stop().has_value());
    CAF_CHECK(!fs::exists(sockets));
}

CAF_TEST(a directory that only root may enter is no obstacle) {
    if (!is_root())
        return;
    test::temporary_directory place;
    fs::permissions(place.path(), fs::perms::owner_all);
    const auto c = create_in(place.path());
    CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
    CAF_CHECK_NOT_EQUAL(owner_of(place.path() / "postgres" / "data"), 0U);
    CAF_CHECK_EQUAL(owner_of(place.path()), 0U);
}

CAF_TEST(an ordinary user has a cluster of their own that root can use but not a third user) {
    if (!is_root())
        return;
    test::temporary_directory place;
    fs::permissions(place.path(), fs::perms::all);
    const auto directory = place.path() / "theirs";
    CAF_CHECK_EQUAL(test::in_child([&] {
                        test::become_ordinary_user();
                        fs::create_directories(directory);
                        const auto c = cluster::start(options_in(directory));
                        return c ? ask(c->conninfo(), "SELECT current_user") : c.error().detail;
                    }),
                    "atelier");
    {
        const auto c = start_in(directory);
        CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
        CAF_CHECK_EQUAL(owner_of("/proc/" + std::to_string(c.postmaster())),
                        owner_of(directory / "postgres/data"));
    }
    const auto refusal = test::in_child([&] {
        if (::setuid(12345) != 0)
            return std::string{};
        return complaint(options_in(directory));
    });
    CAF_CHECK(contains(refusal, "Permission denied"));
}

CAF_TEST(the server outlives a killed service and the next one takes it over) {
    test::temporary_directory place;
    put_cluster(place.path());
    const auto report = test::in_killed_child([&] {
        // Never destroyed: the process is killed.
        static const auto c = cluster::start(options_in(place.path()));
        return c ? std::to_string(c->postmaster()) : c.error().detail;
    });
    const auto server = static_cast<pid_t>(std::stol(report));
    CAF_REQUIRE(alive(server));
    auto c = start_in(place.path());
    CAF_CHECK_EQUAL(c.postmaster(), server);
    CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
    CAF_CHECK(c.stop().has_value());
    CAF_CHECK(!alive(server));
}

CAF_TEST(the last of several users stops the server) {
    test::temporary_directory place;
    auto service = start_in(place.path());
    auto tool = start_in(place.path());
    const auto server = service.postmaster();
    CAF_CHECK_EQUAL(tool.postmaster(), server);
    CAF_CHECK(service.stop().has_value());
    CAF_CHECK(alive(server));
    CAF_CHECK_EQUAL(ask(tool.conninfo(), "SELECT 1"), "1");
    CAF_CHECK(tool.stop().has_value());
    CAF_CHECK(!alive(server));
}

CAF_TEST(a server that died is started again and has lost nothing) {
    test::temporary_directory place;
    auto c = start_in(place.path());
    CAF_CHECK_EQUAL(ask(c.conninfo(), "CREATE TABLE t AS SELECT 7 AS n"), "ok");
    const auto first = c.postmaster();
    CAF_CHECK(c.ensure_running().has_value());
    CAF_CHECK_EQUAL(c.postmaster(), first);
    ::kill(first, SIGKILL);
    while (c.postmaster() == first)
        ::usleep(1000);
    CAF_CHECK(c.ensure_running().has_value());
    CAF_CHECK_NOT_EQUAL(c.postmaster(), first);
    CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT n FROM t"), "7");
}

CAF_TEST(what a crash left behind does not hinder the start even when its process id is taken again) {
    test::temporary_directory place;
    const auto data = place.path() / "postgres" / "data";
    CAF_CHECK(start_in(place.path()).stop().has_value());
    fs::create_directories(place.path() / "postgres" / "data.new" / "base");
    const auto owner = owner_of(data);
    const pid_t other = ::fork();
    if (other == 0) {
        // PostgreSQL takes another user's process for no server; this one belongs to its own.
        if (is_root() && ::setuid(owner) != 0)
            ::_exit(1);
        ::pause();
        ::_exit(0);
    }
    std::ofstream{data / "postmaster.pid"} << other
                                           << "\n/proc/self/fd/3\n1\n5432\n/nowhere\n\n1 1\nready   \n";
    fs::permissions(data / "postmaster.pid", fs::perms::owner_read | fs::perms::owner_write);
    CAF_REQUIRE(::chown((data / "postmaster.pid").c_str(), owner, static_cast<gid_t>(-1)) == 0);
    {
        const auto c = start_in(place.path());
        CAF_CHECK_NOT_EQUAL(c.postmaster(), other);
        CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
    }
    CAF_CHECK(alive(other));
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
}

CAF_TEST(an unfinished creation is begun anew) {
    test::temporary_directory place;
    fs::create_directories(place.path() / "postgres" / "data.new" / "base");
    std::ofstream{place.path() / "postgres" / "data.new" / "PG_VERSION"} << "15\n";
    const auto c = create_in(place.path());
    CAF_CHECK_EQUAL(ask(c.conninfo(), "SELECT 1"), "1");
    CAF_CHECK(!fs::exists(place.path() / "postgres" / "data.new"));
}

CAF_TEST(a server that does not react is ended the hard way and that is reported) {
    test::temporary_directory place;
    auto options = options_in(place.path());
    options.stop_limit = 90ms;
    put_cluster(place.path());
    auto c = cluster::start(options);
    CAF_REQUIRE(c.has_value());
    const auto server = c->postmaster();
    ::kill(server, SIGSTOP);
    const auto stopped = c->stop();
    CAF_REQUIRE(!stopped.has_value());
    CAF_CHECK(contains(stopped.error().detail, "had to be killed"));
    CAF_CHECK(!alive(server));
    const auto again = start_in(place.path());
    CAF_CHECK_EQUAL(ask(again.conninfo(), "SELECT 1"), "1");
}

CAF_TEST(the server keeps none of our sockets open) {
    test::temporary_directory place;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CAF_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    CAF_REQUIRE(::listen(listener, 1) == 0);
    CAF_REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const auto c = start_in(place.path());
    ::close(listener);
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    CAF_CHECK(::connect(client, reinterpret_cast<sockaddr*>(&address), size) != 0);
    ::close(client);
}

CAF_TEST(without PostgreSQL the complaint says so) {
    test::temporary_directory place;
    auto options = options_in(place.path());
    options.installations = place.path() / "none";
    CAF_CHECK(contains(test::in_child([&] {
                           ::setenv("PATH", "/none", 1);
                           return complaint(options);
                       }),
                       "PostgreSQL 15 or newer is not installed"));
    CAF_CHECK(!fs::exists(place.path() / "postgres" / "data"));
    CAF_CHECK(!fs::exists(place.path() / "postgres" / "data.new"));
}

CAF_TEST(data of another version need that version) {
    test::temporary_directory place;
    CAF_CHECK(start_in(place.path()).stop().has_value());
    std::ofstream{place.path() / "postgres" / "data" / "PG_VERSION"} << "99\n";
    CAF_CHECK(contains(complaint(options_in(place.path())), "PostgreSQL 99 is not installed"));
}

CAF_TEST(a server that cannot start gives its reason in one line) {
    test::temporary_directory place;
    auto options = options_in(place.path());
    options.settings = {"shared_buffers=plenty"};
    put_cluster(place.path());
    const auto reason = complaint(options);
    CAF_CHECK(contains(reason, "does not start: invalid value for parameter \"shared_buffers\""));
    CAF_CHECK_EQUAL(reason.find('\n'), std::string::npos);
    fs::remove_all(place.path() / "postgres" / "data" / "global" / "pg_control");
    CAF_CHECK(contains(complaint(options_in(place.path())), "does not start: could not"));
}

CAF_TEST(a place that cannot be written is refused in one line) {
    test::temporary_directory place;
    fs::permissions(place.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                      fs::perms::others_exec);
    CAF_CHECK(contains(test::in_child([&] {
                           if (is_root())
                               test::become_ordinary_user();
                           return complaint(options_in(place.path()));
                       }),
                       "Permission denied"));
    CAF_CHECK(contains(complaint(options_in("/proc/none")), "/proc/none"));
}

CAF_TEST(a full disk is named as the reason) {
    if (!is_root())
        return;
    test::temporary_directory place;
    const auto reason = test::in_child([&] {
        const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                             ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                             ::mount("small", place.path().c_str(), "tmpfs", 0, "size=8m") == 0;
        return mounted ? complaint(options_in(place.path())) : std::string{"not permitted to mount"};
    });
    if (reason != "not permitted to mount")
        CAF_CHECK(contains(reason, "No space left on device"));
}
