#include "actors/webhooks/webhook_courier.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

/// The database may take its time with what was sent.
constexpr std::chrono::seconds lease_margin{15};

} // namespace

webhook_courier::webhook_courier(options o, const clock& time, random_source& random, metrics& meters)
    : options_{std::move(o)}, meters_{meters},
      sender_{{std::chrono::ceil<std::chrono::seconds>(options_.timeout) + lease_margin,
               options_.disable_after, [this] { wake(); }},
              time,
              random} {}

webhook_courier::~webhook_courier() {
    stop();
}

void webhook_courier::start() {
    threads_.reserve(options_.connections);
    for (std::size_t i = 0; i < options_.connections; ++i)
        threads_.emplace_back([this] { serve(); });
}

void webhook_courier::wake() {
    {
        const std::lock_guard lock{mutex_};
        calls_ = std::min<std::uint64_t>(calls_ + 1, options_.connections);
    }
    woken_.notify_one();
}

void webhook_courier::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    woken_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable())
            thread.join();
}

void webhook_courier::serve() {
    webhook_http transport{options_.reach, options_.timeout, stopping_};
    std::optional<pg::connection> database;
    while (!stopping_)
        if (!work(database, transport))
            rest();
}

/// Sends one webhook; false when there was none.
bool webhook_courier::work(std::optional<pg::connection>& database, webhook_http& transport) {
    if (!database || !database->alive()) {
        auto opened = pg::connection::open(options_.database);
        if (!opened) {
            database.reset();
            return false;
        }
        database.emplace(*std::move(opened));
    }
    const auto sent = sender_.send_next(*database, transport);
    if (!sent) {
        spdlog::warn("a webhook could not be taken from the outbox: {}", sent.error().detail);
        return false;
    }
    if (!*sent)
        return false;
    meters_.webhook_delivery(to_string(**sent));
    return true;
}

void webhook_courier::rest() {
    std::unique_lock lock{mutex_};
    woken_.wait_for(lock, options_.look_interval, [this] { return stopping_ || calls_ > 0; });
    calls_ -= std::min<std::uint64_t>(calls_, 1);
}

} // namespace atelier
