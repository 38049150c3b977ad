#include "tests/support/cluster.hpp"

#include "tests/support/temporary_directory.hpp"

#include <libpq-fe.h>

#include <cstdio>
#include <stdexcept>

namespace atelier::test {
namespace {

/// Waits for the end of this program, however it ends, and clears away what it has left.
class guardian {
public:
    explicit guardian(const std::filesystem::path& directory) {
        // The shell's `read` returns when the other end of the pipe closes. "e": no child of ours holds it
        // open.
        const auto command =
            "exec setsid sh -c '" + std::string{script} + "' guardian '" + directory.string() + "'";
        pipe_ = ::popen(command.c_str(), "we");
        if (pipe_ == nullptr)
            throw std::runtime_error{"cannot start the guardian of the test's database"};
    }
    guardian(const guardian&) = delete;
    guardian& operator=(const guardian&) = delete;
    ~guardian() { ::pclose(pipe_); }

private:
    static constexpr auto script = R"(
        read -r end
        file=$1/postgres/data/postmaster.pid
        if [ -e "$file" ]; then
            { read -r pid; read -r data; read -r time; read -r port; read -r sockets; } < "$file"
            kill -QUIT "$pid"
            i=0
            while kill -0 "$pid" && [ $((i += 1)) -lt 200 ]; do sleep 0.05; done
            [ "$sockets" = "$1" ] || rmdir "$sockets"
        fi
        rm -rf "$1")";

    std::FILE* pipe_;
};

class own_cluster {
public:
    own_cluster() : guardian_{directory_.path()}, cluster_{start(directory_.path())} {}
    cluster& get() { return cluster_; }

private:
    static cluster start(const std::filesystem::path& directory) {
        cluster::options options;
        options.directory = directory / "postgres";
        options.sockets = directory;
        options.log = directory / "postgres.log";
        // Small and quick to start and stop; what is committed is still written.
        options.settings = {"shared_buffers=64MB", "autovacuum=off", "min_wal_size=32MB",
                            "max_wal_size=512MB"};
        auto started = cluster::start(std::move(options));
        if (!started)
            throw std::runtime_error{started.error().detail};
        return *std::move(started);
    }

    temporary_directory directory_;
    guardian guardian_;
    cluster cluster_;
};

/// Executes a statement as the superuser.
void administer(const std::string& sql) {
    const auto conninfo = shared_cluster().conninfo("postgres", "postgres");
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{PQconnectdb(conninfo.c_str()), PQfinish};
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), sql.c_str()),
                                                               PQclear};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw std::runtime_error{sql + ": " + PQerrorMessage(connection.get())};
}

std::string create_database(const std::string& origin) {
    static int count = 0;
    const auto name = "test_" + std::to_string(++count);
    administer("CREATE DATABASE " + name + " OWNER atelier TEMPLATE " + origin);
    return shared_cluster().conninfo("atelier", name);
}

} // namespace

cluster& shared_cluster() {
    static own_cluster instance;
    return instance.get();
}

std::string fresh_database() {
    return create_database("template0");
}

std::string copy_of(const std::string& conninfo) {
    constexpr std::string_view key = "dbname=";
    return create_database(conninfo.substr(conninfo.find(key) + key.size()));
}

} // namespace atelier::test
