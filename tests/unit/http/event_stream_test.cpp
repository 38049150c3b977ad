#define CAF_SUITE endpoints_event_stream
#include "http/endpoints/event_stream.hpp"
#include "http/sse.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/fake_service.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

constexpr auto generation = event_stream::scope::generation;
constexpr auto user = event_stream::scope::user;
const std::string retry = "retry: 1\n\n";

event_beginning beginning(std::vector<event_ptr> events = {sample_event(1, "status", "queued")}) {
    event_beginning b;
    b.events = std::move(events);
    b.retry = std::chrono::milliseconds{1};
    return b;
}

} // namespace

CAF_TEST(frames of many threads arrive one after the other) {
    event_stream stream{generation};
    std::string received;
    bool ended = false;
    stream.open(beginning());
    stream.attach([&](std::string chunk) { // called by one thread at a time, or the sanitizers complain
        ended = chunk.empty();
        received += chunk;
        return true;
    });
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    stream.tell(sample_event(2, "progress", "{}"));
            });
    }
    stream.tell(sample_event(3, "status", "succeeded", true));
    std::string expected = retry + sse_event("status", "queued", "1");
    for (int i = 0; i < 800; ++i)
        expected += sse_event("progress", "{}", "2");
    CAF_CHECK(received == expected + sse_event("status", "succeeded", "3") + sse_event("end", "{}"));
    CAF_CHECK(ended);
    CAF_CHECK(stream.is_over());
}

CAF_TEST(a sink may come back to its stream) {
    event_stream stream{generation};
    std::string received;
    stream.open(beginning());
    stream.attach([&](std::string chunk) {
        if (received.empty())
            stream.tell(sample_event(2, "status", "running"));
        received += chunk;
        return true;
    });
    CAF_CHECK_EQUAL(received,
                    retry + sse_event("status", "queued", "1") + sse_event("status", "running", "2"));
    event_stream closed_within{generation};
    closed_within.attach([&](std::string) {
        closed_within.close();
        return true;
    });
    closed_within.open(beginning());
    CAF_CHECK(closed_within.is_over());
}

CAF_TEST(what waits is bounded) {
    event_stream unread{user};
    for (int i = 0; i < 2000 && !unread.is_over(); ++i)
        unread.tell(sample_event(1, "progress", "{}"));
    CAF_CHECK(unread.is_over());
    event_stream unattached{user};
    unattached.open(beginning());
    for (int i = 0; i < 2000 && !unattached.is_over(); ++i)
        unattached.tell(sample_event(1, "progress", std::string(1000, 'x')));
    CAF_CHECK(unattached.is_over());
}

CAF_TEST(a stream of a user knows what is not final) {
    event_stream stream{user};
    auto b = beginning({sample_event(1, "status", "queued", false, generation_id{5})});
    b.open = {generation_id{4}};
    stream.open(b);
    stream.tell(sample_event(2, "status", "running", false, generation_id{4}));
    stream.tell(sample_event(3, "status", "running", false, generation_id{6}));
    stream.tell(sample_event(4, "progress", "{}", false, generation_id{7}));
    stream.tell(sample_event(5, "status", "failed", true, generation_id{5}));
    CAF_CHECK((stream.unfinished() == std::vector{generation_id{4}, generation_id{6}}));
}

CAF_TEST(what was found by looking is told if it is new) {
    event_stream stream{user};
    std::string received;
    auto b = beginning({});
    b.open = {generation_id{4}};
    stream.open(b);
    stream.attach([&](const std::string& chunk) {
        received += chunk;
        return true;
    });
    for (int i = 0; i < 2; ++i)
        stream.tell(sample_event(0, "status", "failed", true, generation_id{4}));
    stream.tell(sample_event(0, "status", "failed", true, generation_id{5}));
    CAF_CHECK_EQUAL(received, retry + sse_event("generation", "failed"));
}

CAF_TEST(nothing follows the end) {
    event_stream stream{generation};
    std::string received;
    stream.open(beginning());
    stream.end();
    stream.tell(sample_event(2, "status", "running"));
    stream.beat();
    stream.attach([&](const std::string& chunk) {
        received += chunk;
        return true;
    });
    CAF_CHECK_EQUAL(received, retry + sse_event("status", "queued", "1"));
    CAF_CHECK(stream.is_over());
}
