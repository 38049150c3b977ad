#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/cluster/child_process.hpp"
#include "persistence/files.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace atelier::postgres {

/// A server process at work on a data directory, as it describes itself in `postmaster.pid`.
struct postmaster {
    pid_t pid;
    std::filesystem::path sockets; ///< directory of its socket
    bool ready;                    ///< accepts connections
};

/// PostgreSQL's data directory, held open, so that servers can be given it wherever it lies.
class data_directory {
public:
    /// Opens an existing one. Fails when the server could not run as its owner.
    [[nodiscard]] static outcome<data_directory> open(const std::filesystem::path& path);

    /// Makes an empty one that belongs to the user whom servers run as: ourselves, or, as PostgreSQL refuses
    /// to run as root, `postgres` or else `nobody`.
    [[nodiscard]] static outcome<data_directory> create(const std::filesystem::path& path);

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const account& owner() const { return owner_; }
    /// Whom servers must be told to become: the owner, unless we are the owner.
    [[nodiscard]] std::optional<account> run_as() const;
    /// Distinguishes this directory from every other one of the machine.
    [[nodiscard]] std::string identity() const;

    /// The major version that wrote it.
    [[nodiscard]] outcome<int> version() const;

    /// The server at work here. A `postmaster.pid` left behind by a crash is recognised, also when its
    /// process id belongs to another process by now.
    [[nodiscard]] std::optional<postmaster> running() const;
    /// Whether the process is alive and at work here.
    [[nodiscard]] bool serves(pid_t pid) const;
    /// The process id in `postmaster.pid`, of whatever process that is; 0 = there is none.
    [[nodiscard]] pid_t recorded_pid() const;

    /// Replaces a file's content, keeping its owner, and makes it durable.
    [[nodiscard]] status overwrite(const std::string& name, std::string_view content) const;

private:
    data_directory(unique_fd fd, account owner, dev_t device, ino_t inode)
        : fd_{std::move(fd)}, owner_{std::move(owner)}, device_{device}, inode_{inode} {}

    unique_fd fd_;
    account owner_;
    dev_t device_;
    ino_t inode_;
};

} // namespace atelier::postgres
