#pragma once

#include "actors/runtime/metrics.hpp"
#include "actors/webhooks/webhook_sender.hpp"
#include "persistence/pg/connection.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace atelier {

/// The threads that deliver webhooks, each with a connection to the database and one for transfers. They look
/// for what is due when they are woken, and every few seconds. Thread-safe.
class webhook_courier {
public:
    struct options {
        pg::connect_options database;
        std::size_t connections = 4;
        std::chrono::milliseconds look_interval{5'000};
        webhook_reach reach;
        std::chrono::milliseconds timeout{15'000}; ///< of a transfer
        std::chrono::seconds disable_after{};
    };

    /// `time`, `random` and `meters` outlive it.
    webhook_courier(options o, const clock& time, random_source& random, metrics& meters);
    ~webhook_courier(); ///< stops
    webhook_courier(const webhook_courier&) = delete;
    webhook_courier& operator=(const webhook_courier&) = delete;

    void start();
    /// Something is due now. Does not block.
    void wake();
    /// Breaks off what is under way, which is given back to the outbox, and joins the threads.
    void stop();

private:
    void serve();
    [[nodiscard]] bool work(std::optional<pg::connection>& database, webhook_http& transport);
    void rest();

    const options options_;
    metrics& meters_;
    webhook_sender sender_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::condition_variable woken_;
    std::uint64_t calls_ = 0; ///< how often somebody has to get up; taken one by one
    std::vector<std::thread> threads_;
};

} // namespace atelier
