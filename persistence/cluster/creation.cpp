#include "persistence/cluster/creation.hpp"

#include "persistence/cluster/child_process.hpp"
#include "persistence/cluster/data_directory.hpp"
#include "persistence/cluster/installation.hpp"
#include "persistence/cluster/server_log.hpp"
#include "persistence/files.hpp"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace atelier::postgres {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view configuration = R"(# Written when the cluster was created; yours to change.
# Where the server listens is decided when the service starts it: on a unix socket only.

max_connections = 100
max_wal_size = 4GB
wal_compression = lz4
wal_buffers = 32MB
checkpoint_timeout = 15min

# What has been answered has been written: never weaken these two.
fsync = on
synchronous_commit = on

# Statements are short; compiling them costs more than running them.
jit = off
random_page_cost = 1.1
# Files in the data directory instead of /dev/shm, which containers keep small and logouts clear.
dynamic_shared_memory_type = mmap

timezone = 'UTC'
log_timezone = 'UTC'
cluster_name = 'atelier'

# No statements and no details of errors: they quote rows, which hold people's data.
log_line_prefix = '%m [%p] '
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
)";

/// For shared_buffers: the pages that are used again and again should stay.
std::uint64_t buffer_megabytes() {
    constexpr std::uint64_t megabyte = 1024 * 1024;
    const auto pages = static_cast<std::uint64_t>(std::max(sysconf(_SC_PHYS_PAGES), 0L));
    const auto memory = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / megabyte;
    return std::clamp<std::uint64_t>(memory / 8, 128, 2048);
}

status initialize(const data_directory& fresh, const fs::path& installations, const fs::path& log_path,
                  std::chrono::milliseconds limit) {
    const auto postgresql = find_installation(installations, std::nullopt);
    if (!postgresql)
        return postgresql.error();
    const auto log = server_log::open(log_path);
    if (!log)
        return log.error();
    program initdb;
    initdb.file = postgresql->programs / "initdb";
    initdb.arguments = {std::string{"--pgdata="} + inherited_directory,
                        std::string{"--username="} + superuser,
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--auth-local=trust",
                        "--auth-host=reject",
                        "--data-checksums"};
    initdb.environment = base_environment();
    initdb.directory = fresh.fd();
    initdb.output = log->fd();
    initdb.run_as = fresh.run_as();
    const auto code = run(initdb, limit);
    if (!code)
        return code.error();
    if (*code != 0)
        return failure{errc::unavailable, "cannot create a database: " + log->complaint()};
    return fresh.overwrite("postgresql.conf",
                           std::string{configuration} +
                               "\n# An eighth of this machine's memory, 2 GB at most.\nshared_buffers = " +
                               std::to_string(buffer_megabytes()) + "MB\n");
}

status move_into_place(const fs::path& from, const fs::path& to) {
    const unique_fd folder{::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder || ::rename(from.c_str(), to.c_str()) != 0 || ::fsync(folder.get()) != 0)
        return last_error("cannot create " + to.string());
    return done{};
}

} // namespace

std::vector<std::string> base_environment() {
    return {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"};
}

status create_data(const fs::path& place, const fs::path& installations, const fs::path& log,
                   std::chrono::milliseconds limit) {
    const auto unfinished = fs::path{place}.concat(".new");
    std::error_code error;
    fs::remove_all(unfinished, error);
    if (error)
        return failure{errc::unavailable, "cannot remove " + unfinished.string() + ": " + error.message()};
    const auto fresh = data_directory::create(unfinished);
    if (!fresh)
        return fresh.error();
    auto created = initialize(*fresh, installations, log, limit);
    if (created)
        created = move_into_place(unfinished, place);
    if (!created)
        fs::remove_all(unfinished, error);
    return created;
}

} // namespace atelier::postgres
