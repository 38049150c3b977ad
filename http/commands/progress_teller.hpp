#pragma once

#include "actors/runtime/progress.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <unistd.h>
#include <utility>

namespace atelier::commands {

/// Tells a step to who waits at a terminal.
inline void tell_step(std::size_t step, std::size_t steps, std::string_view name) {
    if (::isatty(STDERR_FILENO) == 1)
        std::fprintf(stderr, "%zu/%zu %.*s\n", step, steps, static_cast<int>(name.size()), name.data());
}

/// Looks now and then how far something is, and tells each step, as long as it lives.
class progress_teller {
public:
    explicit progress_teller(std::function<std::optional<progress::reading>()> look)
        : look_{std::move(look)}, thread_{[this](const std::stop_token& stop) { watch(stop); }} {}

private:
    void watch(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any ended;
        std::unique_lock lock{mutex};
        std::size_t told = 0;
        while (!ended.wait_for(lock, stop, std::chrono::milliseconds{100}, [] { return false; }) &&
               !stop.stop_requested())
            if (const auto now = look_(); now && now->step != std::exchange(told, now->step))
                tell_step(now->step, now->steps, now->name);
    }

    std::function<std::optional<progress::reading>()> look_;
    std::jthread thread_;
};

} // namespace atelier::commands
