#pragma once

#include "actors/domain/trace_context.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace atelier {

/// A piece of work that has ended, for the log.
struct span {
    using value = std::variant<std::int64_t, std::string>;

    std::string_view name; ///< e.g. "generation.engine"
    trace_context trace;   ///< with its own id
    std::uint64_t parent = 0;
    std::string request_id;
    std::chrono::microseconds duration{};
    std::vector<std::pair<std::string_view, value>> attributes;

    span() = default;
};

/// Tells how long the pieces of a traced request's work took, wherever they are done. Thread-safe.
class tracer {
public:
    using clock = std::chrono::steady_clock;
    using attributes = std::vector<std::pair<std::string_view, span::value>>;

    /// `sink` takes each ended span, on the thread that ended it, and must not block or throw; empty = nobody
    /// wants them. `random` gives ids, which need to be unique, not secret; thread-safe.
    tracer(std::function<void(const span&)> sink, std::function<std::uint64_t()> random)
        : sink_{std::move(sink)}, random_{std::move(random)} {}

    /// A trace that nobody has begun yet.
    [[nodiscard]] trace_context begin_trace() const {
        return sink_ ? trace_context{random_(), random_(), 0} : trace_context{};
    }
    /// The context of a span that begins now, to be given to whom it calls. Without a trace there is none.
    [[nodiscard]] trace_context begin(const cause& why) const {
        return sink_ && why.trace.is_known() ? why.trace.child(random_()) : trace_context{};
    }
    /// Ends what `begin` has given.
    void end(std::string_view name, const cause& why, const trace_context& begun, clock::time_point since,
             attributes more) const {
        if (!sink_ || !begun.is_known())
            return;
        span ended;
        ended.name = name;
        ended.trace = begun;
        ended.parent = why.trace.span;
        ended.request_id = why.request_id;
        ended.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - since);
        ended.attributes = std::move(more);
        sink_(ended);
    }

private:
    const std::function<void(const span&)> sink_;
    const std::function<std::uint64_t()> random_;
};

} // namespace atelier
