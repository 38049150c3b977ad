#pragma once

#include "actors/domain/time.hpp"

#include <chrono>
#include <cstdint>

namespace atelier {

/// When an engine is left alone, and for how long.
struct circuit_breaker_rules {
    std::int32_t failures_max = 5;                       ///< in a row, after which it is
    microseconds pause = std::chrono::seconds{15};       ///< the first time; doubles each time it fails again
    microseconds pause_limit = std::chrono::minutes{10}; ///< up to here
};

/// Keeps jobs away from an engine that fails one after the other, or that has asked to be left alone. After
/// the pause one job tries it; its success lets everybody in again. Pure.
class circuit_breaker {
public:
    explicit circuit_breaker(circuit_breaker_rules rules = {}) : rules_{rules} {}

    /// Whether a job may go to the engine now.
    [[nodiscard]] bool admits(instant now) const { return now >= until_ && !(tripped_ && trying_); }
    /// Whether it has failed too often and has not succeeded since.
    [[nodiscard]] bool tripped() const { return tripped_; }
    /// Until when nobody is let in; in the past when nothing but a job that tries it is waited for.
    [[nodiscard]] instant until() const { return until_; }

    /// How often it had tripped when a job began: those from before the last time tell nothing new.
    using era = std::int32_t;

    /// A job goes to the engine.
    [[nodiscard]] era began();
    /// A job has ended there, and the engine did what it should.
    void succeeded();
    /// It did not.
    void failed(instant now, era began);
    /// A job has ended there in a way that says nothing about the engine.
    void left(era began);
    /// The engine asks to be left alone.
    void hold(instant until);

private:
    circuit_breaker_rules rules_;
    std::int32_t failures_ = 0; ///< in a row
    std::int32_t trips_ = 0;    ///< in a row
    era era_ = 0;
    bool tripped_ = false;
    bool trying_ = false; ///< the one job after a pause is under way
    instant until_{};
};

} // namespace atelier
