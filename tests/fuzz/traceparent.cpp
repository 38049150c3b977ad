// traceparent headers.

#include "actors/domain/trace_context.hpp"
#include "tests/fuzz/fuzz.hpp"

using atelier::parse_traceparent;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    const auto trace = parse_traceparent(in.rest());
    if (!trace)
        return 0;
    require(trace->is_known() && trace->span != 0, "a trace has its ids");
    require(parse_traceparent(trace->traceparent()) == trace, "what was read is written alike");
    return 0;
}
