#define CAF_SUITE endpoints_events
#include "actors/domain/views.hpp"
#include "http/endpoints/event_stream.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::string queued = generation_json(sample_generation());
const std::string running = generation_json(sample_generation(generation_status::running));
const std::string succeeded = generation_json(sample_generation(generation_status::succeeded));

/// A client that watches generation 51.
class client {
public:
    front_end front;
    std::string received;
    bool ended = false;
    bool gone = false; ///< takes nothing any more

    ~client() {
        stop();
        front.io.restart();
        front.io.run(); // the timer that was cancelled
    }

    response ask(std::string accept = {}) {
        auto r = by_ann(get("/v1/generations/51/events"));
        return front.send(accept.empty() ? std::move(r) : with(std::move(r), "accept", std::move(accept)));
    }
    void watch() {
        auto r = ask();
        CAF_REQUIRE_EQUAL(r.status, 200u);
        body_ = std::get<stream_body>(r.body);
    }
    void start() {
        body_.start([this](std::string chunk) {
            if (gone || ended)
                return false;
            ended = chunk.empty();
            received += chunk;
            return true;
        });
    }
    void stop() {
        if (body_.stop)
            body_.stop();
        body_ = {};
    }

    void run_until_received(std::string_view part) {
        front.io.restart();
        while (!contains(received, part) && front.io.run_one() > 0) {
        }
        CAF_CHECK(contains(received, part));
    }

private:
    stream_body body_;
};

std::string frame(int number, const std::string& event, const std::string& data) {
    return "id: " + std::to_string(number) + "\nevent: " + event + "\ndata: " + data + "\n\n";
}

generation_event news(std::string event, std::string data, bool last = false) {
    generation_event n;
    n.event = std::move(event);
    n.data = std::move(data);
    n.last = last;
    return n;
}

} // namespace

CAF_TEST(a stream tells the state and the changes and the final state and ends) {
    client c;
    c.watch();
    c.start();
    c.front.backend.tell("status", running);
    c.front.backend.tell("progress", R"({"progress":0.50})");
    CAF_CHECK(!c.ended);
    c.front.backend.tell("status", succeeded, true);
    CAF_CHECK_EQUAL(c.received, frame(1, "status", queued) + frame(2, "status", running) +
                                    frame(3, "progress", R"({"progress":0.50})") +
                                    frame(4, "status", succeeded) + frame(5, "end", "{}"));
    CAF_CHECK(c.ended);
}

CAF_TEST(a stream is neither cached nor held back) {
    client c;
    const auto r = c.ask();
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "text/event-stream");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(header(r, "X-Accel-Buffering"), "no");
    std::get<stream_body>(r.body).stop();
}

CAF_TEST(the stream of a final generation ends at once) {
    client c;
    c.front.backend.current = sample_generation(generation_status::succeeded);
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1, "status", succeeded) + frame(2, "end", "{}"));
    CAF_CHECK(c.ended);
}

CAF_TEST(the service is listened to before the state is read) {
    client c;
    c.watch();
    CAF_CHECK_EQUAL(c.front.calls().at(0), "watch 51");
    CAF_CHECK_EQUAL(c.front.calls().at(1), "generation 7 51");
}

CAF_TEST(what happens while the state is read comes after it) {
    client c;
    c.front.backend.while_reading = [&] {
        c.front.backend.tell("status", running);
        c.front.backend.tell("progress", R"({"progress":0.10})");
    };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1, "status", queued) + frame(2, "status", running) +
                                    frame(3, "progress", R"({"progress":0.10})"));
}

CAF_TEST(a generation that ends while its state is read ends the stream) {
    client c;
    c.front.backend.while_reading = [&] { c.front.backend.tell("status", succeeded, true); };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received,
                    frame(1, "status", queued) + frame(2, "status", succeeded) + frame(3, "end", "{}"));
    CAF_CHECK(c.ended);
}

CAF_TEST(nothing that led to a final state is told after it) {
    client c;
    c.front.backend.while_reading = [&] {
        c.front.backend.tell("status", running);
        c.front.backend.tell("status", succeeded, true);
        c.front.backend.current = sample_generation(generation_status::succeeded);
    };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1, "status", succeeded) + frame(2, "end", "{}"));
}

CAF_TEST(what happens before the client can be written to is kept) {
    client c;
    c.watch();
    c.front.backend.tell("status", running);
    c.front.backend.tell("status", succeeded, true);
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1, "status", queued) + frame(2, "status", running) +
                                    frame(3, "status", succeeded) + frame(4, "end", "{}"));
    CAF_CHECK(c.ended);
}

CAF_TEST(the same state is told once) {
    client c;
    c.front.backend.while_reading = [&] { c.front.backend.tell("status", queued); };
    c.watch();
    c.start();
    c.front.backend.tell("status", running);
    c.front.backend.tell("status", running);
    CAF_CHECK_EQUAL(c.received, frame(1, "status", queued) + frame(2, "status", running));
}

CAF_TEST(a quiet stream shows signs of life) {
    client c;
    c.front.context.heartbeat = std::chrono::milliseconds{1};
    c.watch();
    c.start();
    c.run_until_received(": still there\n\n: still there\n\n");
    CAF_CHECK(c.received.starts_with(frame(1, "status", queued)));
    CAF_CHECK(!c.ended);
}

CAF_TEST(a final state whose news was lost is found by looking) {
    client c;
    c.front.context.heartbeat = std::chrono::milliseconds{1};
    c.watch();
    c.start();
    c.front.backend.current = sample_generation(generation_status::failed);
    const auto failed = generation_json(c.front.backend.current);
    c.front.io.restart();
    c.front.io.run(); // until nothing is left to do
    CAF_CHECK(c.received.ends_with(frame(2, "status", failed) + frame(3, "end", "{}")));
    CAF_CHECK(c.ended);
}

CAF_TEST(a stream survives that the state cannot be read for a while) {
    client c;
    c.front.context.heartbeat = std::chrono::milliseconds{1};
    c.watch();
    c.start();
    c.front.backend.refusal = failure{errc::unavailable};
    c.run_until_received(": still there");
    CAF_CHECK(!c.ended);
}

CAF_TEST(a client that has gone is forgotten) {
    client c;
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 1u);
    c.gone = true;
    c.front.backend.tell("status", running);
    c.gone = false;
    c.front.backend.tell("status", succeeded, true);
    CAF_CHECK_EQUAL(c.received, frame(1, "status", queued));
    c.stop();
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
    c.front.io.restart();
    c.front.io.run(); // returns: no timer is left
}

CAF_TEST(a stream that never started leaves nothing behind) {
    client c;
    c.watch();
    c.stop();
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
    c.front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(c.ask(), errc::not_found));
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
}

CAF_TEST(clients that take no event stream are told so) {
    client c;
    for (const auto* accept :
         {"text/event-stream", "*/*", "text/*;q=0.5", "application/json, Text/Event-Stream"}) {
        const auto r = c.ask(accept);
        CAF_CHECK_EQUAL(r.status, 200u);
        std::get<stream_body>(r.body).stop();
    }
    CAF_CHECK(is_problem(c.ask("application/json"), errc::not_acceptable));
    CAF_CHECK(is_problem(c.front.send(by_ann(get("/v1/generations/x/events"))), errc::not_found));
}

CAF_TEST(frames of many threads arrive one after the other) {
    event_stream stream;
    std::string received;
    bool ended = false;
    stream.open(queued, false);
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
                    stream.tell(news("progress", "{}"));
            });
    }
    stream.tell(news("status", succeeded, true));
    std::string expected = frame(1, "status", queued);
    for (int i = 0; i < 800; ++i)
        expected += frame(2 + i, "progress", "{}");
    CAF_CHECK(received == expected + frame(802, "status", succeeded) + frame(803, "end", "{}"));
    CAF_CHECK(ended);
    CAF_CHECK(stream.is_over());
}

CAF_TEST(a sink may come back to its stream) {
    event_stream stream;
    std::string received;
    stream.open(queued, false);
    stream.attach([&](std::string chunk) {
        if (received.empty())
            stream.tell(news("status", running));
        received += chunk;
        return true;
    });
    CAF_CHECK_EQUAL(received, frame(1, "status", queued) + frame(2, "status", running));
    event_stream closed_within;
    closed_within.attach([&](std::string) {
        closed_within.close();
        return true;
    });
    closed_within.open(queued, false);
    CAF_CHECK(closed_within.is_over());
}

CAF_TEST(what waits is bounded) {
    event_stream unread;
    for (int i = 0; i < 2000 && !unread.is_over(); ++i)
        unread.tell(news("progress", "{}"));
    CAF_CHECK(unread.is_over());
    event_stream unattached;
    unattached.open(queued, false);
    for (int i = 0; i < 2000 && !unattached.is_over(); ++i)
        unattached.tell(news("progress", std::string(1000, 'x')));
    CAF_CHECK(unattached.is_over());
}
