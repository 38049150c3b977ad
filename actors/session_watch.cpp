#include "actors/session_watch.hpp"

#include "actors/credentials.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace atelier {
namespace {

constexpr auto slice = std::chrono::milliseconds{250}; ///< in which it notices that it shall stop
constexpr auto pause_before_next = std::chrono::seconds{1};

void sleep(const std::stop_token& ended, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, ended, time, [] { return false; });
}

} // namespace

session_watch::session_watch(pg::connect_options database, session_cache& sessions)
    : database_{std::move(database)}, sessions_{sessions} {}

session_watch::~session_watch() {
    stop();
}

void session_watch::start() {
    thread_ = std::jthread{[this](const std::stop_token& ended) { run(ended); }};
}

void session_watch::stop() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

void session_watch::run(const std::stop_token& ended) {
    while (!ended.stop_requested()) {
        listen(ended);
        if (listening_.exchange(false))
            spdlog::warn("what ends sessions elsewhere is not heard: the connection was lost");
        sleep(ended, pause_before_next);
    }
}

/// Until the connection is lost.
void session_watch::listen(const std::stop_token& ended) {
    auto database = pg::connection::open(database_);
    if (!database || !database->execute("LISTEN atelier_sessions"))
        return;
    sessions_.clear(); // what ended before was not heard
    listening_ = true;
    while (!ended.stop_requested()) {
        const auto told = database->wait_notifications(slice);
        if (!told)
            return;
        for (const auto& hex : *told)
            if (const auto digest = digest_from_hex(hex))
                sessions_.remove(*digest);
    }
    listening_ = false;
}

} // namespace atelier
