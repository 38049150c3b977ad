#define CAF_SUITE trace_context
#include "actors/domain/trace_context.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;

namespace {

const std::string example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

} // namespace

CAF_TEST(the example of the specification is read and written alike) {
    const auto read = parse_traceparent(example);
    CAF_REQUIRE(read);
    CAF_CHECK_EQUAL(read->trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    CAF_CHECK_EQUAL(span_id(read->span), "00f067aa0ba902b7");
    CAF_CHECK(read->sampled);
    CAF_CHECK_EQUAL(read->traceparent(), example);
}

CAF_TEST(a child is another span of the same trace) {
    const auto child =
        parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->child(10);
    CAF_CHECK_EQUAL(child.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-000000000000000a-00");
}

CAF_TEST(later versions are read as far as they are known) {
    const auto rest = example.substr(2);
    CAF_CHECK(parse_traceparent("01" + rest));
    CAF_CHECK(parse_traceparent("cc" + rest + "-more"));
    CAF_CHECK(!parse_traceparent("cc" + rest + "more"));
    CAF_CHECK(!parse_traceparent("00" + rest + "-more"));
    CAF_CHECK(!parse_traceparent("ff" + rest));
}

CAF_TEST(what is malformed begins a new trace) {
    for (const auto* wrong : {"", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                              "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                              "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
                              "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz"})
        CAF_CHECK(!parse_traceparent(wrong));
    CAF_CHECK(!trace_context{}.is_known());
}
