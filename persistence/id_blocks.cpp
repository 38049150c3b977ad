#include "persistence/id_blocks.hpp"

#include "persistence/backoff.hpp"
#include "persistence/queries/ids.hpp"

#include <algorithm>
#include <optional>

namespace atelier {

id_blocks::id_blocks(id_blocks_options options) : options_{std::move(options)}, thread_{[this] { run(); }} {}

id_blocks::~id_blocks() {
    stop();
}

std::int64_t id_blocks::next(id_sequence sequence) {
    auto& stock = stocks_.at(static_cast<std::size_t>(sequence));
    std::int64_t key = 0;
    bool low = false;
    {
        const std::lock_guard lock{stock.mutex};
        if (!stock.keys.empty()) {
            key = stock.keys.front();
            stock.keys.pop_front();
        }
        low = stock.keys.size() < options_.block / 2 && !std::exchange(stock.low, true);
    }
    if (low) {
        const std::lock_guard lock{mutex_};
        wanted_ = true;
        changed_.notify_all();
    }
    return key;
}

bool id_blocks::wait_filled(std::chrono::milliseconds timeout) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, timeout, [this] { return filled_ || stopping_; }) && filled_;
}

void id_blocks::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable())
        thread_.join();
}

/// Refills when told; after a failure tries again until it works.
void id_blocks::run() {
    std::optional<pg::connection> database;
    for (backoff pauses;;) {
        const bool complete = refill(database);
        std::unique_lock lock{mutex_};
        filled_ = filled_ || complete;
        changed_.notify_all();
        if (complete) {
            pauses.reset();
            changed_.wait(lock, [this] { return wanted_ || stopping_; });
            wanted_ = false;
        } else {
            changed_.wait_for(lock, pauses.next(), [this] { return stopping_; });
        }
        if (stopping_)
            return;
    }
}

/// Fetches a block for every sequence that runs low; false when the database did not deliver.
bool id_blocks::refill(std::optional<pg::connection>& database) {
    if (!database || !database->alive()) {
        auto opened = pg::connection::open(options_.database);
        if (!opened)
            return false;
        database.emplace(*std::move(opened));
    }
    for (std::size_t i = 0; i < id_sequence_count; ++i)
        if (!refill(*database, static_cast<id_sequence>(i)))
            return false;
    return true;
}

bool id_blocks::refill(pg::connection& database, id_sequence sequence) {
    auto& stock = stocks_.at(static_cast<std::size_t>(sequence));
    {
        const std::lock_guard lock{stock.mutex};
        if (!stock.low)
            return true;
    }
    auto keys = queries::take_ids(database, sequence, static_cast<std::int32_t>(options_.block));
    if (!keys)
        return false;
    const std::lock_guard lock{stock.mutex};
    stock.keys.insert(stock.keys.end(), keys->begin(), keys->end());
    stock.low = false;
    return true;
}

} // namespace atelier
