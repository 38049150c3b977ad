#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace atelier {

struct pool_options {
    pg::connect_options database;
    std::size_t connections = 2;
    std::size_t queue_limit = 1'024; ///< waiting jobs; one more is refused
    /// How long a job waits, in the queue and for a database that is away, before it is called with the
    /// failure instead of a new connection.
    std::chrono::milliseconds patience{5'000};
    int niceness = 0; ///< of the threads, beyond that of the process (setpriority(2)): others go first
};

/// Threads with a connection each, and one bounded queue of jobs for them. Thread-safe.
class connection_pool {
public:
    /// Called exactly once, on a thread of the pool: with a live connection that is the job's alone until it
    /// returns, or with `unavailable` (database away, pool stopped). Must not throw. A transaction that it
    /// leaves open is rolled back.
    using job = std::function<void(outcome<pg::connection*>)>;

    /// Starts the threads, which connect when they are needed; the database need not be there yet.
    explicit connection_pool(pool_options options);
    ~connection_pool(); ///< stops
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;

    /// False when the queue is full or the pool stopped: the job is dropped without being called.
    [[nodiscard]] bool submit(job work);

    /// Lets running jobs finish, calls the waiting ones with `unavailable`, joins the threads.
    void stop();

    struct counters {
        std::size_t depth = 0;       ///< jobs waiting now
        std::size_t busy = 0;        ///< jobs running now
        std::uint64_t jobs = 0;      ///< jobs taken up so far
        std::uint64_t refused = 0;   ///< jobs that found the queue full
        microseconds waited{};       ///< sum of the waiting times of all jobs taken up
        microseconds longest_wait{}; ///< since the last call of `read_counters`
        bool healthy = false;        ///< the last attempt to get a connection succeeded
    };
    [[nodiscard]] counters read_counters();

private:
    struct waiting {
        job work;
        std::chrono::steady_clock::time_point since;
    };

    void serve();
    std::optional<waiting> take();
    outcome<pg::connection*> usable(std::optional<pg::connection>& database,
                                    std::chrono::steady_clock::time_point until);
    void release(std::optional<pg::connection>& database);
    void note_health(bool healthy);
    bool sleep(std::chrono::milliseconds time);

    pool_options options_;
    std::mutex mutex_;
    std::condition_variable work_or_stop_;
    std::condition_variable stop_;
    std::deque<waiting> queue_;
    counters counters_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace atelier
