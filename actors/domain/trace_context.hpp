#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atelier {

/// Which trace a piece of work belongs to, and which span of it this is (W3C Trace Context).
struct trace_context {
    std::uint64_t trace_high = 0; ///< the trace's id, 128 bits: all 0 = none
    std::uint64_t trace_low = 0;
    std::uint64_t span = 0;
    bool sampled = true; ///< whoever began the trace wants it recorded

    [[nodiscard]] bool is_known() const { return (trace_high | trace_low) != 0; }
    /// 32 hexadecimal digits.
    [[nodiscard]] std::string trace_id() const;
    /// Another span of the same trace.
    [[nodiscard]] trace_context child(std::uint64_t its_span) const;
    /// As the header has it, e.g. "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".
    [[nodiscard]] std::string traceparent() const;

    friend bool operator==(const trace_context&, const trace_context&) = default;
};

/// 16 hexadecimal digits.
[[nodiscard]] std::string span_id(std::uint64_t span);

/// Reads a traceparent header (W3C Trace Context, 3.2). Nothing when it is malformed: then a new trace
/// begins.
[[nodiscard]] std::optional<trace_context> parse_traceparent(std::string_view value);

/// What caused a piece of work, so that all that follows from it can be found in the log.
struct cause {
    trace_context trace;
    std::string request_id; ///< letters, digits, '.', '_' and '-'

    cause() = default;
    cause(trace_context t, std::string r) : trace{t}, request_id{std::move(r)} {}
};

} // namespace atelier
