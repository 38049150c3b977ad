#include "persistence/cluster.hpp"

#include "persistence/cluster/child_process.hpp"
#include "persistence/cluster/creation.hpp"
#include "persistence/cluster/data_directory.hpp"
#include "persistence/cluster/installation.hpp"
#include "persistence/cluster/server_log.hpp"
#include "persistence/files.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>

namespace atelier {
namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto poll_interval = 10ms;
constexpr auto service = "atelier"; ///< name of the role and of its database

failure unavailable(std::string detail) {
    return {errc::unavailable, std::move(detail)};
}

/// Names that neither libpq nor the server would take apart.
bool is_plain(const std::string& path) {
    return std::ranges::all_of(path, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
    });
}

bool fits_a_socket(const fs::path& directory) {
    constexpr std::string_view file = "/.s.PGSQL.5432";
    return directory.native().size() + file.size() < sizeof(sockaddr_un::sun_path);
}

/// Makes a directory that only `owner` may enter, or finds that it is one already.
status make_private(const fs::path& directory, const postgres::account& owner) {
    const auto cannot_use = "cannot use " + directory.string() + " for PostgreSQL's socket";
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return last_error(cannot_use);
    struct stat about {};
    if (::lstat(directory.c_str(), &about) != 0)
        return last_error(cannot_use);
    if (!S_ISDIR(about.st_mode) || (about.st_uid != owner.user && about.st_uid != ::geteuid()))
        return unavailable(cannot_use + ": it belongs to somebody else");
    if (::chmod(directory.c_str(), S_IRWXU) != 0 ||
        (about.st_uid != owner.user && ::chown(directory.c_str(), owner.user, owner.group) != 0))
        return last_error(cannot_use);
    return done{};
}

} // namespace

class cluster::server {
public:
    explicit server(options o) : options_{std::move(o)} { options_.sockets = fs::absolute(options_.sockets); }

    status start();
    status ensure_running();
    status stop();
    [[nodiscard]] pid_t postmaster() const;
    [[nodiscard]] std::string conninfo(std::string_view role, std::string_view database) const;

private:
    status take_lock(steady::time_point deadline);
    status choose_sockets();
    status launch();
    bool child_is_running();
    status prepare_database() const;
    status end_server();
    bool wait_for_end(pid_t pid, std::chrono::milliseconds limit);

    [[nodiscard]] fs::path data_path() const { return options_.directory / "data"; }
    [[nodiscard]] std::vector<std::string> environment() const;

    options options_;
    unique_fd lock_;
    std::optional<postgres::data_directory> data_;
    std::optional<postgres::server_log> log_;
    fs::path sockets_;
    pid_t child_ = 0;
};

/// Users of the cluster share a lock on its directory. Who holds it alone may create the data or stop the
/// server.
status cluster::server::take_lock(steady::time_point deadline) {
    std::error_code error;
    fs::create_directories(options_.directory, error);
    if (error)
        return unavailable("cannot create " + options_.directory.string() + ": " + error.message());
    lock_ = unique_fd{::open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!lock_)
        return last_error("cannot open " + options_.directory.string());
    while (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && ::flock(lock_.get(), LOCK_SH | LOCK_NB) != 0) {
        if (steady::now() > deadline)
            return unavailable("another process has been starting or stopping PostgreSQL in " +
                               options_.directory.string() + " for too long");
        std::this_thread::sleep_for(poll_interval);
    }
    return done{};
}

status cluster::server::start() {
    if (auto locked = take_lock(steady::now() + options_.start_limit); !locked)
        return locked;
    std::error_code unseen; // what cannot be looked at cannot be opened either, and that is reported
    if (!fs::exists(data_path(), unseen))
        if (auto created = postgres::create_data(data_path(), options_.installations, options_.log,
                                                 options_.start_limit);
            !created)
            return created;
    auto data = postgres::data_directory::open(data_path());
    if (!data)
        return data.error();
    data_ = *std::move(data);
    if (auto running = ensure_running(); !running)
        return running;
    if (auto prepared = prepare_database(); !prepared)
        return prepared;
    ::flock(lock_.get(), LOCK_SH);
    return done{};
}

std::vector<std::string> cluster::server::environment() const {
    auto variables = postgres::base_environment();
    // A crash can leave a postmaster.pid whose process id has since gone to a process that has nothing to do
    // with it. PostgreSQL would refuse to start; by this variable pg_ctl tells it which process is no server.
    if (const auto stale = data_->recorded_pid(); stale > 0 && !data_->serves(stale))
        variables.push_back("PG_GRANDPARENT_PID=" + std::to_string(stale));
    return variables;
}

status cluster::server::choose_sockets() {
    const bool fits = fits_a_socket(options_.sockets) && is_plain(options_.sockets.native());
    if (fits && !data_->run_as())
        sockets_ = options_.sockets;
    else
        sockets_ = (::geteuid() == 0 ? "/run/atelier-" : "/tmp/atelier-") + data_->identity();
    return make_private(sockets_, data_->owner());
}

status cluster::server::launch() {
    const auto version = data_->version();
    if (!version)
        return version.error();
    const auto postgresql = postgres::find_installation(options_.installations, *version);
    if (!postgresql)
        return postgresql.error();
    if (auto chosen = choose_sockets(); !chosen)
        return chosen;
    auto log = postgres::server_log::open(options_.log);
    if (!log)
        return log.error();
    log_ = *std::move(log);

    postgres::program server;
    server.file = postgresql->programs / "postgres";
    server.arguments = {"-D", postgres::inherited_directory, "-c", "listen_addresses="};
    server.arguments.insert(server.arguments.end(), {"-c", "unix_socket_directories=" + sockets_.string()});
    server.arguments.insert(server.arguments.end(),
                            {"-c", "unix_socket_permissions=0700", "-c", "port=5432"});
    for (const auto& setting : options_.settings)
        server.arguments.insert(server.arguments.end(), {"-c", setting});
    server.environment = environment();
    server.directory = data_->fd();
    server.output = log_->fd();
    server.run_as = data_->run_as();
    auto child = postgres::spawn(server);
    if (!child)
        return child.error();
    child_ = *child;
    return done{};
}

bool cluster::server::child_is_running() {
    if (child_ != 0 && ::waitpid(child_, nullptr, WNOHANG) != 0)
        child_ = 0;
    return child_ != 0;
}

status cluster::server::ensure_running() {
    const auto deadline = steady::now() + options_.start_limit;
    for (bool launched = false;; std::this_thread::sleep_for(poll_interval)) {
        const bool own = child_is_running();
        const auto running = data_->running();
        if (running && running->ready) {
            sockets_ = running->sockets;
            return done{};
        }
        if (steady::now() > deadline)
            return unavailable("PostgreSQL in " + options_.directory.string() + " did not get ready in time");
        if (running || own)
            continue;
        // Backends that outlive a killed postmaster hold its shared memory for a moment.
        if (launched && !log_->complaint().starts_with("pre-existing shared memory block"))
            return unavailable("PostgreSQL in " + options_.directory.string() +
                               " does not start: " + log_->complaint());
        if (auto launch_result = launch(); !launch_result)
            return launch_result;
        launched = true;
    }
}

/// Creates the role and the database of the service; the database comes last, so that its presence means that
/// all is there.
status cluster::server::prepare_database() const {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{
        PQconnectdb((conninfo(postgres::superuser, postgres::superuser) + " connect_timeout=10").c_str()),
        PQfinish};
    if (PQstatus(connection.get()) != CONNECTION_OK)
        return unavailable("cannot connect to PostgreSQL in " + options_.directory.string() + ": " +
                           PQerrorMessage(connection.get()));
    const auto execute = [&](const char* sql) {
        return std::unique_ptr<PGresult, decltype(&PQclear)>{PQexec(connection.get(), sql), PQclear};
    };
    const auto present = execute("SELECT FROM pg_database WHERE datname = 'atelier'");
    if (PQntuples(present.get()) == 1)
        return done{};
    for (const auto* sql :
         {"DO $$ BEGIN CREATE ROLE atelier LOGIN; EXCEPTION WHEN duplicate_object THEN END $$",
          "GRANT SET ON PARAMETER session_replication_role TO atelier",
          "CREATE DATABASE atelier OWNER atelier TEMPLATE template0"})
        if (const auto result = execute(sql); PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            return unavailable(std::string{"cannot prepare the database: "} +
                               PQresultErrorMessage(result.get()));
    return done{};
}

bool cluster::server::wait_for_end(pid_t pid, std::chrono::milliseconds limit) {
    const auto deadline = steady::now() + limit;
    while (child_is_running() || data_->serves(pid)) {
        if (steady::now() > deadline)
            return false;
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

status cluster::server::stop() {
    if (!lock_)
        return done{};
    const unique_fd lock = std::exchange(lock_, unique_fd{});
    if (!data_ || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return done{};
    auto ended = end_server();
    if (sockets_ != options_.sockets)
        ::rmdir(sockets_.c_str());
    return ended;
}

status cluster::server::end_server() {
    const auto pid = postmaster() != 0 ? postmaster() : child_is_running() ? child_ : 0;
    const auto process = "PostgreSQL (process " + std::to_string(pid) + ") ";
    if (pid == 0)
        return done{};
    // Fast shutdown, immediate shutdown, and as a last resort without asking.
    for (const int signal : {SIGINT, SIGQUIT, SIGKILL}) {
        ::kill(pid, signal);
        if (wait_for_end(pid, signal == SIGINT ? options_.stop_limit : options_.stop_limit / 3))
            return signal == SIGINT ? status{done{}} : unavailable(process + "had to be killed");
    }
    return unavailable(process + "does not end");
}

pid_t cluster::server::postmaster() const {
    const auto running = data_ ? data_->running() : std::nullopt;
    return running ? running->pid : 0;
}

std::string cluster::server::conninfo(std::string_view role, std::string_view database) const {
    return "host=" + sockets_.string() + " port=5432 user=" + std::string{role} +
           " dbname=" + std::string{database};
}

outcome<cluster> cluster::start(options o) {
    auto s = std::make_unique<server>(std::move(o));
    if (auto started = s->start(); !started) {
        // The reason is worth more than a complaint about stopping what has not started.
        [[maybe_unused]] const auto stopped = s->stop();
        return started.error();
    }
    return cluster{std::move(s)};
}

cluster::cluster(std::unique_ptr<server> s) : server_{std::move(s)} {}
cluster::cluster(cluster&&) noexcept = default;
cluster& cluster::operator=(cluster&&) noexcept = default;

cluster::~cluster() {
    if (server_) [[maybe_unused]]
        const auto stopped = server_->stop();
}

std::string cluster::conninfo() const {
    return server_->conninfo(service, service);
}

std::string cluster::conninfo(std::string_view role, std::string_view database) const {
    return server_->conninfo(role, database);
}

pid_t cluster::postmaster() const {
    return server_->postmaster();
}

status cluster::ensure_running() {
    return server_->ensure_running();
}

status cluster::stop() {
    return server_->stop();
}

} // namespace atelier
