#define CAF_SUITE endpoints_user_events
#include "tests/unit/http/event_client.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

CAF_TEST(the stream of a user begins with the present and tells what happens) {
    client c{"/v1/events"};
    c.front.backend.present.balance = 9;
    c.front.backend.present.unfinished = {sample_generation()};
    c.watch();
    CAF_CHECK_EQUAL(c.front.calls().at(0), "listen 7 0");
    CAF_CHECK_EQUAL(c.front.calls().at(1), "snapshot 7");
    c.start();
    c.front.backend.tell("status", running);
    c.front.backend.tell("progress", half);
    c.front.backend.tell(sample_event(1003, "balance", R"({"balance":8})", false, {}));
    c.front.backend.tell(sample_event(1004, "payment", "{}", false, {}));
    c.front.backend.tell(sample_event(1005, "status", succeeded, true));
    c.front.backend.tell(sample_event(1006, "subscription", "{}", false, {}));
    CAF_CHECK_EQUAL(c.received, frame(1000, "snapshot", snapshot_json(9, {sample_generation()}, false)) +
                                    frame(1001, "generation", running) + frame(1002, "progress", half) +
                                    frame(1003, "balance", R"({"balance":8})") +
                                    frame(1004, "payment", "{}") + frame(1005, "generation", succeeded) +
                                    frame(1006, "subscription", "{}"));
    CAF_CHECK(!c.ended);
}

CAF_TEST(a user who was cut off goes on without a snapshot) {
    client c{"/v1/events"};
    c.resumes({sample_event(998, "status", running), sample_event(999, "balance", "{}", false, {})});
    c.watch("997");
    CAF_CHECK_EQUAL(c.front.calls().size(), 1u);
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(998, "generation", running) + frame(999, "balance", "{}"));
}

CAF_TEST(what happens while the present is read comes after it) {
    client c{"/v1/events"};
    c.front.backend.while_reading = [&] { c.front.backend.tell("status", running); };
    c.watch();
    c.start();
    CAF_CHECK_EQUAL(c.received, frame(1000, "snapshot", snapshot_json(0, {}, false)) +
                                    frame(1001, "generation", running));
}

CAF_TEST(final states whose news was lost are found by looking at what was not final) {
    client c{"/v1/events"};
    c.front.backend.present.unfinished = {sample_generation()};
    c.watch();
    c.start();
    c.received.clear();
    c.beat();
    CAF_CHECK_EQUAL(c.received, alive); // still not final
    c.front.backend.present.unfinished.clear();
    c.beat();
    CAF_CHECK_EQUAL(c.received, alive + alive); // not to be found, not yet final when it is read
    c.front.backend.current = sample_generation(generation_status::succeeded);
    c.beat();
    CAF_CHECK_EQUAL(c.received, alive + alive + found("generation", succeeded) + alive);
    const auto calls = c.front.calls().size();
    c.beat();
    CAF_CHECK_EQUAL(c.front.calls().size(), calls); // nothing is left to look at
    CAF_CHECK(c.received.ends_with(alive + alive));
}

CAF_TEST(what was told of is looked at until its end was told) {
    client c{"/v1/events"};
    c.watch();
    c.start();
    c.front.backend.tell("status", running);
    const auto calls = c.front.calls().size();
    c.beat();
    CAF_CHECK(c.front.calls().size() > calls);
    c.front.backend.tell("status", succeeded, true);
    const auto then = c.front.calls().size();
    c.beat();
    CAF_CHECK_EQUAL(c.front.calls().size(), then);
}

CAF_TEST(a stream of a user whose present cannot be read is refused) {
    client c{"/v1/events"};
    c.front.backend.refusal = failure{errc::unavailable};
    CAF_CHECK(is_problem(c.ask(), errc::unavailable));
    CAF_CHECK_EQUAL(c.front.backend.listeners(), 0u);
}
