#pragma once

#include "actors/domain/ids.hpp"
#include "persistence/pg/connection.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace atelier {

struct id_blocks_options {
    pg::connect_options database;
    std::size_t block = 16'384; ///< keys fetched at a time; more are fetched when fewer than half are left
};

/// Keys fetched ahead from the tables' own sequences by a thread with its own connection, so that `next`
/// never waits. Keys that are left over at the end stay unused, as with any sequence.
class id_blocks final : public id_source {
public:
    explicit id_blocks(id_blocks_options options);
    ~id_blocks() override; ///< stops
    id_blocks(const id_blocks&) = delete;
    id_blocks& operator=(const id_blocks&) = delete;

    [[nodiscard]] std::int64_t next(id_sequence sequence) override;

    /// Waits until there are keys of every sequence; false when the time is over first.
    [[nodiscard]] bool wait_filled(std::chrono::milliseconds timeout);

    void stop();

private:
    struct stock {
        std::mutex mutex;
        std::deque<std::int64_t> keys;
        bool low = true; ///< a refill has been asked for
    };

    void run();
    bool refill(std::optional<pg::connection>& database);
    bool refill(pg::connection& database, id_sequence sequence);

    const id_blocks_options options_;
    std::array<stock, id_sequence_count> stocks_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool wanted_ = false; ///< some stock is low
    bool filled_ = false; ///< all stocks were filled once
    bool stopping_ = false;
    std::thread thread_; ///< last: it uses all the others
};

} // namespace atelier
