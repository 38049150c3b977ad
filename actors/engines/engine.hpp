#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "actors/domain/trace_context.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace atelier {

/// One attempt to redesign a room.
struct engine_job {
    generation_id id;
    std::filesystem::path input;
    std::string content_type;
    std::string prompt; ///< the style's template, filled in
    std::int64_t seed = 0;
    std::string parameters; ///< JSON object
    /// The engine's own id of this work, told through `accepted` before the process was started again: the
    /// engine goes on with it if it still can, and otherwise begins anew. "" = begin.
    std::string attach_to;
    instant deadline; ///< after it nobody waits for the result
    cause why;        ///< told to servers that are asked

    engine_job() = default;
};

/// A finished picture in a temporary file that now belongs to the receiver.
struct engine_result {
    std::filesystem::path file;
    std::string content_type;
    std::int32_t width = 0;
    std::int32_t height = 0;

    engine_result() = default;
};

/// Where a failure lies. What may be done about it: `transient` says whether the same engine may be asked
/// again, this whether another one would do better. A circuit breaker counts `engine`, and `setup`, alone.
enum class engine_fault : std::uint8_t {
    job,    ///< in this photo or prompt; other jobs may well succeed
    busy,   ///< the engine has no room now
    engine, ///< no answer, an error of its own, or an answer that makes no sense
    setup,  ///< in credentials, address or model: an operator has to look
    ended,  ///< nowhere: cancelled, overdue or stopping, as was our wish
};

/// The stable name, e.g. "busy": for logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(engine_fault fault) {
    switch (fault) {
    case engine_fault::job:
        return "job";
    case engine_fault::busy:
        return "busy";
    case engine_fault::engine:
        return "engine";
    case engine_fault::setup:
        return "setup";
    case engine_fault::ended:
        break;
    }
    return "ended";
}

/// Why an attempt gave no picture.
struct engine_failure {
    bool transient = false; ///< another attempt may succeed
    std::string detail;     ///< for people; no secrets
    engine_fault fault = engine_fault::job;
    /// How long the engine asks to be left alone, by all jobs; nothing when it did not say.
    std::optional<std::chrono::milliseconds> retry_after;

    engine_failure() = default;
    engine_failure(bool t, std::string d, engine_fault f = engine_fault::job)
        : transient{t}, detail{std::move(d)}, fault{f} {}
};

using engine_outcome = std::variant<engine_result, engine_failure>;

/// What an engine tells about a job, from any of its threads. None may block or throw; all but `finished` may
/// be empty.
struct engine_callbacks {
    /// The engine's own id of the work (`engine_job::attach_to`), as soon as it is known and before
    /// `finished`. Engines whose work cannot be found again never call it; the same id may come twice.
    std::function<void(std::string)> accepted;
    std::function<void(double)> progress;         ///< 0 to 1, any number of times before `finished`
    std::function<void(engine_outcome)> finished; ///< exactly once for each `submit`, cancelled ones included

    engine_callbacks() = default;
};

/// Something that redesigns rooms: the embedded preview, or a driver to another company's server. To add one,
/// implement this in one file, and name it in make_engines.cpp. Thread-safe.
class engine {
public:
    virtual ~engine() = default;

    /// Name in the configuration, in generation_runs and in metrics.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Takes a job and returns at once; everything else, refusals included, comes through the callbacks.
    virtual void submit(engine_job job, engine_callbacks callbacks) = 0;
    /// Gives up a job as soon as possible; it still ends through `finished`. Unknown ids are ignored.
    virtual void cancel(generation_id job) = 0;
    /// Somebody says that there is news of the work with this id of the engine's (a webhook, perhaps a forged
    /// or repeated one): it is looked at now instead of a little later. Unknown ids are ignored.
    virtual void look_again(std::string_view engine_job) { static_cast<void>(engine_job); }
    /// Whether it is there and takes our credentials, as far as can be told without work. Blocks.
    [[nodiscard]] virtual status check() { return done{}; }
    /// Ends all jobs and threads; what was under way ends as a transient failure. Work that can be attached
    /// to again is left running at the engine.
    virtual void stop() = 0;
};

} // namespace atelier
