#pragma once

#include "actors/runtime/tracer.hpp"

#include <utility>

namespace atelier {

/// The spans of one generation: one for all of it, and one for each step, which follow each other. Used by
/// one thread at a time.
class generation_trace {
public:
    explicit generation_trace(const tracer& spans) : spans_{spans} {}

    /// Begins the first step, too. A generation that was found in the database belongs to no request any
    /// more, and begins a trace of its own. Calls after the first do nothing.
    void begin(cause why) {
        if (whole_.is_known())
            return;
        why_ = why.trace.is_known() ? std::move(why) : cause{spans_.begin_trace(), {}};
        whole_ = spans_.begin(why_);
        since_ = tracer::clock::now();
        begin_step();
    }
    void begin_step() {
        step_ = spans_.begin(inside());
        step_since_ = tracer::clock::now();
    }
    void end_step(std::string_view name, tracer::attributes more) {
        spans_.end(name, inside(), std::exchange(step_, {}), step_since_, std::move(more));
    }
    void end(tracer::attributes more) {
        spans_.end("generation", why_, std::exchange(whole_, {}), since_, std::move(more));
    }

    /// What causes what is done within the present step.
    [[nodiscard]] cause step() const { return {step_, why_.request_id}; }

private:
    [[nodiscard]] cause inside() const { return {whole_, why_.request_id}; }

    const tracer& spans_;
    cause why_;
    trace_context whole_;
    trace_context step_;
    tracer::clock::time_point since_;
    tracer::clock::time_point step_since_;
};

} // namespace atelier
