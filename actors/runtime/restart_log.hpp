#pragma once

#include "actors/domain/time.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace atelier {

/// An actor that crashed.
struct restart_note {
    instant at;
    std::string kind;
    std::string reason;

    restart_note() = default;
    restart_note(instant when, std::string what, std::string why)
        : at{when}, kind{std::move(what)}, reason{std::move(why)} {}
};

/// The latest crashes, for whoever asks why. Thread-safe.
class restart_log {
public:
    static constexpr std::size_t kept = 50;

    void add(instant at, std::string kind, std::string reason) {
        const std::lock_guard lock{mutex_};
        notes_.emplace_front(at, std::move(kind), std::move(reason));
        if (notes_.size() > kept)
            notes_.pop_back();
    }

    /// The latest first.
    [[nodiscard]] std::vector<restart_note> latest() const {
        const std::lock_guard lock{mutex_};
        return {notes_.begin(), notes_.end()};
    }

private:
    mutable std::mutex mutex_;
    std::deque<restart_note> notes_;
};

} // namespace atelier
