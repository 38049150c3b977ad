#pragma once

#include "actors/domain/time.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atelier {

/// How far a piece of work is that takes its time and of which there is one at a time. Thread-safe.
class progress {
public:
    struct reading {
        std::string subject; ///< what is worked on, e.g. a day
        instant since;
        std::size_t step = 0; ///< counted from 1; 0 = it has just begun
        std::size_t steps = 0;
        std::string name; ///< of the step
    };

    /// False when one is under way.
    [[nodiscard]] bool begin(std::string subject, instant since) {
        const std::lock_guard lock{mutex_};
        if (now_)
            return false;
        now_ = reading{std::move(subject), since, 0, 0, {}};
        return true;
    }
    void step(std::size_t step, std::size_t steps, std::string_view name) {
        const std::lock_guard lock{mutex_};
        if (now_)
            now_ = reading{std::move(now_->subject), now_->since, step, steps, std::string{name}};
    }
    void end() {
        const std::lock_guard lock{mutex_};
        now_.reset();
    }
    /// None when nothing is under way.
    [[nodiscard]] std::optional<reading> now() const {
        const std::lock_guard lock{mutex_};
        return now_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<reading> now_;
};

} // namespace atelier
