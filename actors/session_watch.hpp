#pragma once

#include "actors/session_cache.hpp"
#include "persistence/pg/connection.hpp"

#include <atomic>
#include <thread>

namespace atelier {

/// Hears from PostgreSQL which sessions have ended, in whatever process and for whatever reason, and takes
/// them out of this process's cache. While it cannot hear anything, sessions stay as they are; when it hears
/// again, the cache starts afresh. A thread and a connection of its own, which must not go through a pooler
/// that shares connections between transactions.
class session_watch {
public:
    /// `sessions` outlives this object.
    session_watch(pg::connect_options database, session_cache& sessions);
    ~session_watch(); ///< stops
    session_watch(const session_watch&) = delete;
    session_watch& operator=(const session_watch&) = delete;

    void start();
    /// Returns within half a second, or the time of a connection attempt. Idempotent.
    void stop();
    /// Whether it hears what ends. From any thread.
    [[nodiscard]] bool listening() const { return listening_; }

private:
    void run(const std::stop_token& ended);
    void listen(const std::stop_token& ended);

    pg::connect_options database_;
    session_cache& sessions_;
    std::atomic<bool> listening_ = false;
    std::jthread thread_;
};

} // namespace atelier
