#define CAF_SUITE endpoints_control_room
#include "http/control_room/assets.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <spdlog/spdlog.h>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

/// One who follows `/ops/events`.
struct follower {
    front_end& front;
    std::string received;
    bool ended = false;
    bool gone = false;
    stream_body body;

    explicit follower(front_end& f) : front{f} {
        auto r = front.send_to_operator(get("/ops/events"));
        CAF_REQUIRE_EQUAL(r.status, 200u);
        CAF_CHECK_EQUAL(r.content_type, "text/event-stream");
        CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
        body = std::get<stream_body>(r.body);
        body.start([this](std::string chunk) {
            if (gone)
                return false;
            ended = ended || chunk.empty();
            received += chunk;
            return true;
        });
        run();
    }
    void run() {
        front.io.restart();
        front.io.run();
    }
    void beat() {
        received.clear();
        body.beat();
        run();
    }
};

http::request change_level(std::string body) {
    auto r = make_request(http::method::put, "/ops/log");
    r.headers.emplace_back("content-type", "application/json");
    r.body_size = body.size();
    r.body = std::move(body);
    return r;
}

} // namespace

CAF_TEST(the page is there for everybody and names nothing of other hosts) {
    front_end front;
    const auto page = front.send_to_operator(with(get("/ops"), "authorization", ""));
    CAF_CHECK_EQUAL(page.status, 200u);
    CAF_CHECK_EQUAL(page.content_type, "text/html; charset=utf-8");
    CAF_CHECK(contains(header(page, "Content-Security-Policy"), "default-src 'none'"));
    CAF_CHECK(!contains(header(page, "Content-Security-Policy"), "unsafe"));
    CAF_CHECK(!contains(text(page), "//"));
    for (const auto& file : http::control_room_page::assets) {
        if (file.name == "index.html")
            continue;
        const auto r =
            front.send_to_operator(with(get("/ops/assets/" + std::string{file.name}), "authorization", ""));
        CAF_CHECK_EQUAL(r.status, 200u);
        CAF_CHECK(!text(r).empty());
    }
    for (const auto* unknown : {"/ops/assets/x.js", "/ops/assets/index.html"})
        CAF_CHECK(is_problem(front.send_to_operator(get(unknown)), errc::not_found));
}

CAF_TEST(the overview is what the room gives) {
    front_end front;
    const auto r = front.send_to_operator(get("/ops/overview"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), front.room.now);
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
}

CAF_TEST(who follows gets an overview at once and with each beat) {
    front_end front;
    follower olga{front};
    CAF_CHECK_EQUAL(olga.received, "retry: 1000\n\nevent: overview\ndata: " + front.room.now + "\n\n");
    CAF_CHECK_EQUAL(olga.body.pause.count(), 1000);
    front.room.now = R"({"at":"later"})";
    olga.beat();
    CAF_CHECK_EQUAL(olga.received, "event: overview\ndata: {\"at\":\"later\"}\n\n");
    CAF_CHECK(!olga.ended);
}

CAF_TEST(beats that come while one is answered are left out) {
    front_end front;
    follower olga{front};
    front.room.calls.clear();
    olga.body.beat();
    olga.body.beat();
    olga.run();
    CAF_CHECK_EQUAL(front.room.calls.size(), 1u);
}

CAF_TEST(the stream ends when the service stops) {
    front_end front;
    follower olga{front};
    front.room.closing = true;
    olga.beat();
    CAF_CHECK_EQUAL(olga.received, "event: end\ndata: {}\n\n");
    CAF_CHECK(olga.ended);
}

CAF_TEST(the stream ends when the operator is revoked and outlives a database that is away) {
    front_end front;
    follower olga{front};
    front.backend.operator_refusal = failure{errc::unavailable};
    olga.beat();
    CAF_CHECK(!olga.ended);
    CAF_CHECK(contains(olga.received, "event: overview"));
    front.backend.operator_refusal = failure{errc::unauthenticated};
    olga.beat();
    CAF_CHECK(olga.ended);
    CAF_CHECK(!contains(olga.received, "event: overview"));
}

CAF_TEST(viewers are limited and leave their place) {
    front_end front;
    follower first{front};
    follower second{front};
    CAF_CHECK(is_problem(front.send_to_operator(get("/ops/events")), errc::overloaded));
    first.body.stop();
    follower third{front};
    CAF_CHECK(contains(third.received, "event: overview"));
}

CAF_TEST(live actors are listed by kind) {
    front_end front;
    const auto r = front.send_to_operator(get("/ops/actors/wallet"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"kind":"wallet","live":1,"data":[{"key":"7","seconds_idle":3}]})");
    CAF_CHECK_EQUAL(front.room.calls.back(), "actors wallet 100");
    (void)front.send_to_operator(get("/ops/actors/wallet?limit=5"));
    CAF_CHECK_EQUAL(front.room.calls.back(), "actors wallet 5");
    CAF_CHECK(is_problem(front.send_to_operator(get("/ops/actors/unicorn")), errc::not_found));
    for (const auto* limit : {"0", "1001", "x", "5x", ""})
        CAF_CHECK(blames(front.send_to_operator(get(std::string{"/ops/actors/wallet?limit="} + limit)),
                         {{"limit", "out_of_range"}}));
}

CAF_TEST(the log level is shown and switched and that is noted) {
    front_end front;
    const auto before = spdlog::get_level();
    const auto r = front.send_to_operator(change_level(R"({"level":"warn"})"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), R"({"level":"warn"})");
    CAF_CHECK(spdlog::get_level() == spdlog::level::warn);
    CAF_CHECK_EQUAL(text(front.send_to_operator(get("/ops/log"))), R"({"level":"warn"})");
    CAF_REQUIRE_EQUAL(front.backend.log.size(), 1u);
    CAF_CHECK_EQUAL(front.backend.log[0].action, "PUT /ops/log");
    CAF_CHECK(blames(front.send_to_operator(change_level(R"({"level":"loud"})")), {{"level", "unknown"}}));
    CAF_CHECK(blames(front.send_to_operator(change_level("{}")), {{"level", "required"}}));
    CAF_CHECK(spdlog::get_level() == spdlog::level::warn);
    spdlog::set_level(before);
}
