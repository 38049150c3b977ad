#pragma once

#include "actors/domain/outcome.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace atelier {

/// The service's own PostgreSQL: a private cluster that listens on a unix socket only.
///
/// The server is a child in a session of its own. It survives a crash of this process; whoever starts the
/// cluster next takes over the running server. Several processes may use it at once (the service and `atelier
/// audit`): the last one to leave stops it. A server started by root runs as the user `postgres` or else
/// `nobody`, with its socket in a private directory below /run.
///
/// Not thread-safe.
class cluster {
public:
    struct options {
        std::filesystem::path directory;   ///< holds the data; made if missing
        std::filesystem::path sockets;     ///< private directory for the socket, if its path is short enough
        std::filesystem::path log;         ///< file for what the server says
        std::vector<std::string> settings; ///< "name=value", in addition to postgresql.conf
        std::filesystem::path installations = "/usr/lib/postgresql";
        std::chrono::milliseconds start_limit = std::chrono::minutes{5}; ///< recovery after a crash included
        std::chrono::milliseconds stop_limit = std::chrono::seconds{30}; ///< then it is killed
    };

    /// Creates the cluster if it is not there yet, starts its server if none is running, and waits until it
    /// takes connections. A failure's detail is one line for the operator.
    [[nodiscard]] static outcome<cluster> start(options o);

    cluster(cluster&& other) noexcept;
    cluster& operator=(cluster&& other) noexcept;
    /// Stops it, unless that has been done.
    ~cluster();

    /// How libpq reaches the database `atelier` as the role of that name, its owner. The role is no superuser
    /// but may set session_replication_role.
    [[nodiscard]] std::string conninfo() const;
    /// The same for another role and database; the superuser is `postgres`.
    [[nodiscard]] std::string conninfo(std::string_view role, std::string_view database) const;
    /// The server's first process; 0 = none is alive.
    [[nodiscard]] pid_t postmaster() const;

    /// Starts the server again if it is gone; returns at once if not.
    [[nodiscard]] status ensure_running();
    /// Stops the server, unless another process still uses it. A second call does nothing.
    [[nodiscard]] status stop();

private:
    class server;
    explicit cluster(std::unique_ptr<server> s);

    std::unique_ptr<server> server_;
};

} // namespace atelier
