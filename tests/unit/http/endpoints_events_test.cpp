#define CAF_SUITE endpoints_events
#include "tests/unit/http/event_client.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

CAF_TEST(a stream tells the state and the changes and the final state and ends) {
    client c;
    c.watch();
    c.start();
    c.front.backend.tell("status", running);
    c.front.backend.tell("progress", half);
    CAF_CHECK(!c.ended);
    c.front.backend.tell("status", succeeded, true);
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + frame(1001, "status", running) +
                                    frame(1002, "progress", half) + frame(1003, "status", succeeded) + end);
    CAF_CHECK(c.ended);
}

CAF_TEST(a stream is neither cached nor held back and says when to come back) {
    client c;
    const auto r = c.ask();
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "text/event-stream");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(header(r, "X-Accel-Buffering"), "no");
    CAF_CHECK(std::get<stream_body>(r.body).pause == c.front.context.heartbeat);
    std::get<stream_body>(r.body).stop();
    c.front.backend.before.position = 123'456'789;
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.retry, "retry: 1789\n\n"); // another time for each stream
}

CAF_TEST(the stream of a final generation ends at once) {
    client c;
    c.front.backend.current = sample_generation(generation_status::succeeded);
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", succeeded) + end);
    CAF_CHECK(c.ended);
}

CAF_TEST(the service is listened to before the state is read) {
    client c;
    c.watch();
    CAF_CHECK_EQUAL(c.front.calls().at(0), "listen 7 51");
    CAF_CHECK_EQUAL(c.front.calls().at(1), "generation 7 51");
}

CAF_TEST(what happens while the state is read comes after it) {
    client c;
    c.front.backend.while_reading = [&] {
        c.front.backend.tell("status", running);
        c.front.backend.tell("progress", half);
    };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + frame(1001, "status", running) +
                                    frame(1002, "progress", half));
}

CAF_TEST(a generation that ends while its state is read ends the stream) {
    client c;
    c.front.backend.while_reading = [&] { c.front.backend.tell("status", succeeded, true); };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + frame(1001, "status", succeeded) + end);
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
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", succeeded) + end);
}

CAF_TEST(what happens before the client can be written to is kept) {
    client c;
    c.watch();
    c.front.backend.tell("status", running);
    c.front.backend.tell("status", succeeded, true);
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + frame(1001, "status", running) +
                                    frame(1002, "status", succeeded) + end);
    CAF_CHECK(c.ended);
}

CAF_TEST(the same state is told once) {
    client c;
    c.front.backend.while_reading = [&] { c.front.backend.tell("status", queued); };
    c.watch();
    c.start();
    c.front.backend.tell("status", running);
    c.front.backend.tell("status", running);
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + frame(1002, "status", running));
}

CAF_TEST(a quiet stream shows signs of life) {
    client c;
    c.watch();
    c.start();
    c.beat();
    c.beat();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + alive + alive);
    CAF_CHECK(!c.ended);
}

CAF_TEST(a final state whose news was lost is found by looking) {
    client c;
    c.watch();
    c.start();
    c.front.backend.current = sample_generation(generation_status::failed);
    c.beat();
    const auto failed = generation_json(c.front.backend.current);
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued) + found("status", failed) + end);
    CAF_CHECK(c.ended);
    const auto calls = c.front.calls().size();
    c.beat();
    CAF_CHECK_EQUAL(c.front.calls().size(), calls);
}

CAF_TEST(a stream survives that the state cannot be read for a while) {
    client c;
    c.watch();
    c.start();
    c.front.backend.refusal = failure{errc::unavailable};
    c.front.backend.auth_down = failure{errc::unavailable};
    c.beat();
    CAF_CHECK(c.received.ends_with(alive));
    CAF_CHECK(!c.ended);
}

CAF_TEST(a stream does not outlive its session) {
    client c;
    c.watch();
    c.start();
    c.front.backend.signed_out = true;
    c.beat();
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued));
    CAF_CHECK(c.ended);
}

CAF_TEST(streams end when the service stops) {
    client c;
    c.watch();
    c.start();
    c.front.backend.tell(nullptr);
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued)); // no `end`: there is more to come elsewhere
    CAF_CHECK(c.ended);
    client late;
    late.front.backend.while_reading = [&] { late.front.backend.tell(nullptr); };
    late.watch();
    late.start();
    CAF_CHECK(late.ended);
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
    CAF_CHECK_EQUAL(c.received, frame(1000, "status", queued));
    c.stop();
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
}

CAF_TEST(a stream that never started leaves nothing behind) {
    client c;
    c.watch();
    c.stop();
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
    c.front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(c.ask(), errc::not_found));
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
    c.front.backend.streams_full = failure{errc::rate_limited};
    CAF_CHECK(is_problem(c.ask(), errc::rate_limited));
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
    CAF_CHECK(is_problem(c.front.send(with(by_ann(get("/v1/events")), "accept", "application/json")),
                         errc::not_acceptable));
    CAF_CHECK(is_problem(c.front.send(by_ann(get("/v1/generations/x/events"))), errc::not_found));
    CAF_CHECK(is_problem(c.front.send(get("/v1/events")), errc::unauthenticated));
}

CAF_TEST(a client that was cut off goes on where it was) {
    client c;
    c.front.backend.current = sample_generation(generation_status::running);
    c.resumes({sample_event(998, "status", running), sample_event(999, "progress", half)});
    c.watch("997");
    CAF_CHECK_EQUAL(c.front.calls().at(0), "listen 7 51 after 997");
    c.start();
    c.front.backend.tell("status", succeeded, true);
    CAF_CHECK_EQUAL(c.received, frame(998, "status", running) + frame(999, "progress", half) +
                                    frame(1001, "status", succeeded) + end);
}

CAF_TEST(a client that was cut off behind the end is told only that it was the end) {
    client c;
    c.front.backend.current = sample_generation(generation_status::succeeded);
    c.resumes({}, true);
    c.watch("997");
    c.start();
    CAF_CHECK_EQUAL(c.received, end);
    CAF_CHECK(c.ended);
}

CAF_TEST(a client that was cut off and has not heard the end is told it) {
    client c;
    c.front.backend.current = sample_generation(generation_status::succeeded);
    c.resumes({sample_event(998, "status", succeeded, true)});
    c.watch("997");
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(998, "status", succeeded) + end);
    client lost;
    lost.front.backend.current = sample_generation(generation_status::succeeded);
    lost.resumes({sample_event(998, "status", running)});
    lost.watch("997");
    lost.start();
    CAF_CHECK_EQUAL(lost.received, frame(998, "status", running) + found("status", succeeded) + end);
}

CAF_TEST(an id that is none of ours is no id) {
    client c;
    for (const auto* id : {"x", "12x", "-1", "99999999999999999999999", "1 2"}) {
        std::get<stream_body>(c.ask({}, id).body).stop();
        CAF_CHECK_EQUAL(*(c.front.calls().end() - 2), "listen 7 51");
    }
}
