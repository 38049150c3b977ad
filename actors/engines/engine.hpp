#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
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
    instant deadline;       ///< after it nobody waits for the result

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

/// Why an attempt gave no picture.
struct engine_failure {
    bool transient = false; ///< another attempt may succeed
    std::string detail;     ///< for people; no secrets

    engine_failure() = default;
    engine_failure(bool t, std::string d) : transient{t}, detail{std::move(d)} {}
};

using engine_outcome = std::variant<engine_result, engine_failure>;

/// What an engine tells about a job, from any of its threads. Neither may block or throw.
struct engine_callbacks {
    std::function<void(double)> progress;         ///< 0 to 1, any number of times before `finished`
    std::function<void(engine_outcome)> finished; ///< exactly once for each `submit`, cancelled ones included

    engine_callbacks() = default;
};

/// Something that redesigns rooms: the embedded preview, or a driver to another company's server. To add one,
/// implement this in one file. Thread-safe.
class engine {
public:
    virtual ~engine() = default;

    /// Name in the configuration, in generation_runs and in metrics.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Takes a job and returns at once; everything else, refusals included, comes through the callbacks.
    virtual void submit(engine_job job, engine_callbacks callbacks) = 0;
    /// Gives up a job as soon as possible; it still ends through `finished`. Unknown ids are ignored.
    virtual void cancel(generation_id job) = 0;
    /// Ends all jobs and threads; what was under way ends as a transient failure.
    virtual void stop() = 0;
};

} // namespace atelier
