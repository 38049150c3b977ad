#pragma once

#include "tests/support/recording_server.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::test {

/// What can go wrong with a call of an engine's API.
enum class mishap : std::uint8_t {
    slow,     ///< nothing comes until `release`; then all is well
    busy,     ///< 429 with Retry-After
    broken,   ///< 500
    away,     ///< 503 of a proxy, in HTML
    lost,     ///< the connection ends without an answer
    cut_off,  ///< the connection ends within the answer
    no_json,  ///< 200 with a page in HTML
    too_long, ///< 200 with three megabytes
};

/// What goes wrong with the next calls, by kind. Thread-safe.
class mishaps {
public:
    ~mishaps() { release(); }

    void next(const std::string& kind, mishap what, int times = 1) {
        const std::lock_guard lock{mutex_};
        coming_[kind].insert(coming_[kind].end(), static_cast<std::size_t>(times), what);
    }
    /// Lets everything slow go on, for ever.
    void release() {
        const std::lock_guard lock{mutex_};
        released_ = true;
        changed_.notify_all();
    }
    /// Waits until a slow call is under way.
    void await_slow() {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [this] { return slow_ > 0; });
    }

    /// The answer to a call of that kind; nothing when nothing goes wrong. Blocks if it is slow.
    [[nodiscard]] std::optional<std::string> answer(const std::string& kind) {
        std::unique_lock lock{mutex_};
        auto& coming = coming_[kind];
        if (coming.empty())
            return std::nullopt;
        const auto what = coming.front();
        coming.erase(coming.begin());
        if (what != mishap::slow)
            return to_answer(what);
        ++slow_;
        changed_.notify_all();
        changed_.wait_for(lock, patience, [this] { return released_; });
        return std::nullopt;
    }

private:
    static std::string to_answer(mishap what) {
        switch (what) {
        case mishap::busy:
            return http_answer("429 Too Many Requests\r\nRetry-After: 1", R"({"detail":"one at a time"})");
        case mishap::broken:
            return http_answer("500 Internal Server Error", R"({"error":{"message":"out of memory"}})");
        case mishap::away:
            return http_answer("503 Service Unavailable", "<html>back soon</html>", "text/html");
        case mishap::cut_off:
            return http_answer("200 OK", std::string(1000, ' ')).substr(0, 300) + std::string{cut};
        case mishap::no_json:
            return http_answer("200 OK", "<html>welcome</html>", "text/html");
        case mishap::too_long:
            return http_answer("200 OK", std::string(3'000'000, ' '));
        case mishap::slow:
        case mishap::lost:
            break;
        }
        return "";
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::vector<mishap>> coming_;
    bool released_ = false;
    int slow_ = 0;
};

} // namespace atelier::test
