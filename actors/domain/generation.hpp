#pragma once

#include "actors/domain/time.hpp"

#include <cstdint>
#include <string_view>

namespace atelier {

/// Where a generation that is not final stands, as its actor sees it.
enum class generation_phase : std::uint8_t {
    waiting,   ///< for a slot of an engine
    starting,  ///< it has a slot; that an attempt begins is being committed
    running,   ///< the engine works
    pausing,   ///< an attempt failed; after a pause it waits for a slot again
    storing,   ///< the engine has delivered; the output is being checked and stored
    finishing, ///< `succeeded` is being committed
    failing,   ///< `failed` and the refund are being committed
    final,
};
[[nodiscard]] std::string_view to_string(generation_phase phase);

/// What can happen to it.
enum class generation_event : std::uint8_t {
    slot_granted,
    started,          ///< that an attempt begins is committed
    engine_delivered, ///< an output is there
    engine_failed,    ///< trying again will not help
    engine_stumbled,  ///< trying again may help
    pause_over,
    stored,
    store_failed,
    committed, ///< the final state is committed
    cancel,
    deadline,
};

/// What the actor has to do about it.
enum class generation_action : std::uint8_t {
    none,
    queue, ///< wait for a slot
    commit_running,
    submit,           ///< hand the job to the engine
    pause,            ///< wait, then `pause_over`
    store,            ///< check and store the output
    commit_succeeded, ///< with the output image
    fail,             ///< take it from the engine if it is there, commit `failed` with the refund
    end,              ///< final: give back the slot, tell the subscribers
};

/// The life of one generation from accepted to final: pure, a table of phase × event.
///
/// It always ends: every phase has a way out by `deadline`, and once a final commit is under way, only its
/// outcome counts: a `cancel` that comes later gets whatever that is.
class generation {
public:
    explicit generation(std::int32_t attempts_max, std::int32_t attempt = 0)
        : attempts_max_{attempts_max}, attempt_{attempt} {}

    /// Moves on, and says what to do.
    generation_action on(generation_event event);

    /// Somebody else ended it.
    void close() { phase_ = generation_phase::final; }

    [[nodiscard]] generation_phase phase() const { return phase_; }
    /// The attempt under way, or the last one; 0 before the first.
    [[nodiscard]] std::int32_t attempt() const { return attempt_; }
    /// The stable code that goes into generations.error when it fails.
    [[nodiscard]] std::string_view error() const { return error_; }

private:
    generation_action go(generation_phase next, generation_action action);
    generation_action fail(std::string_view error);

    generation_phase phase_ = generation_phase::waiting;
    std::int32_t attempts_max_;
    std::int32_t attempt_;
    std::string_view error_; ///< a literal
};

/// The pause before attempt `attempt` (2, 3, …): exponential from one second up to a minute, of which
/// `random`, uniform in [0, 1), takes off up to a half.
[[nodiscard]] microseconds pause_before(std::int32_t attempt, double random);

} // namespace atelier
