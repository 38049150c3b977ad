#define CAF_SUITE http_range
#include "http/range.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

/// "offset+length", "all", or what it was refused with.
std::string range_of(std::string_view header, std::uint64_t size = 1000) {
    const auto range = parse_range(header, size);
    if (!range)
        return test::refusal(range);
    if (!*range)
        return "all";
    return std::to_string((*range)->offset) + '+' + std::to_string((*range)->length);
}

const std::string outside = "range_not_satisfiable";

} // namespace

CAF_TEST(a range within the file is taken as it is) {
    CAF_CHECK_EQUAL(range_of("bytes=0-0"), "0+1");
    CAF_CHECK_EQUAL(range_of("bytes=10-19"), "10+10");
    CAF_CHECK_EQUAL(range_of("Bytes= 999-999 "), "999+1");
    CAF_CHECK_EQUAL(range_of("bytes=500-"), "500+500");
    CAF_CHECK_EQUAL(range_of("bytes=-1"), "999+1");
    CAF_CHECK_EQUAL(range_of("bytes=-1000"), "0+1000");
}

CAF_TEST(a range that goes past the end is cut) {
    CAF_CHECK_EQUAL(range_of("bytes=990-2000"), "990+10");
    CAF_CHECK_EQUAL(range_of("bytes=-5000"), "0+1000");
    CAF_CHECK_EQUAL(range_of("bytes=0-99999999999999999999999999"), "0+1000");
    CAF_CHECK_EQUAL(range_of("bytes=-99999999999999999999999999"), "0+1000");
}

CAF_TEST(a range outside the file cannot be satisfied) {
    CAF_CHECK_EQUAL(range_of("bytes=1000-"), outside);
    CAF_CHECK_EQUAL(range_of("bytes=1000-1001"), outside);
    CAF_CHECK_EQUAL(range_of("bytes=99999999999999999999999999-"), outside);
    CAF_CHECK_EQUAL(range_of("bytes=-0"), outside);
    CAF_CHECK_EQUAL(range_of("bytes=0-", 0), outside);
    CAF_CHECK_EQUAL(range_of("bytes=-5", 0), outside);
}

CAF_TEST(what is not one range of bytes is ignored) {
    for (const auto* header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4", "items=0-1", "bytes=1",
          "bytes=1--2", "bytes=+1-2", "bytes=0x1-2", "bytes =0-1", "bytes=0 - 1"}) {
        CAF_MESSAGE(header);
        CAF_CHECK_EQUAL(range_of(header), "all");
    }
}

CAF_TEST(Content - Range says which part of what) {
    CAF_CHECK_EQUAL(content_range(byte_range{10, 5}, 1000), "bytes 10-14/1000");
    CAF_CHECK_EQUAL(unsatisfied_content_range(1000), "bytes */1000");
}

CAF_TEST(no bytes make it throw or leave the file) {
    test::feed_mutations("bytes=12-345", [](std::string_view header) {
        const auto range = parse_range(header, 100);
        if (range && *range)
            CAF_REQUIRE((*range)->length > 0 && (*range)->offset + (*range)->length <= 100);
    });
}
