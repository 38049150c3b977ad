#define CAF_SUITE http_sse
#include "http/sse.hpp"
#include "tests/support/test.hpp"

using namespace atelier::http;

CAF_TEST(an event is its fields and an empty line) {
    CAF_CHECK_EQUAL(sse_event("state", "{\"a\":1}", "7"), "id: 7\nevent: state\ndata: {\"a\":1}\n\n");
    CAF_CHECK_EQUAL(sse_event("", "x"), "data: x\n\n");
    CAF_CHECK_EQUAL(sse_event("end", ""), "event: end\ndata: \n\n");
}

CAF_TEST(every line of the data is a line of its own) {
    CAF_CHECK_EQUAL(sse_event("", "a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CAF_CHECK_EQUAL(sse_event("", "a\n"), "data: a\ndata: \n\n");
    CAF_CHECK_EQUAL(sse_event("", "\n\nevent: forged"), "data: \ndata: \ndata: event: forged\n\n");
}

CAF_TEST(names and ids cannot start another field) {
    CAF_CHECK_EQUAL(sse_event("a\ndata: forged", "x", "1\r\n\r\nid: 2"),
                    "id: 1id: 2\nevent: adata: forged\ndata: x\n\n");
    CAF_CHECK_EQUAL(sse_event("e", "x",
                              std::string_view{"1\0"
                                               "2",
                                               3}),
                    "id: 12\nevent: e\ndata: x\n\n");
}

CAF_TEST(comments and the delay before a client comes back) {
    CAF_CHECK_EQUAL(sse_comment("still there"), ": still there\n\n");
    CAF_CHECK_EQUAL(sse_comment("a\nb"), ": a\n: b\n\n");
    CAF_CHECK_EQUAL(sse_comment(""), ": \n\n");
    CAF_CHECK_EQUAL(sse_retry(std::chrono::seconds{3}), "retry: 3000\n\n");
}
