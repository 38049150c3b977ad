#define CAF_SUITE endpoints_waiting
#include "actors/domain/views.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <boost/asio/post.hpp>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::string queued = R"({"id":51,"status":"queued"})";

/// Somebody who orders a generation and would wait for its end.
struct fixture {
    front_end front;

    fixture() {
        front.backend.stored.status = 202;
        front.backend.stored.body = queued;
        front.backend.stored.location = "/v1/generations/51";
        front.context.wait_limit = std::chrono::hours{1}; // nothing in here waits as long
    }
    response order(std::string prefer, std::string key = {}) {
        auto r = by_ann(post("/v1/generations", R"({"input_image_id":31,"style_id":3})"));
        r = with(std::move(r), "prefer", std::move(prefer));
        return front.send(key.empty() ? std::move(r) : with(std::move(r), "idempotency-key", std::move(key)));
    }
    /// What happens after the first look at the generation.
    void later(std::function<void()> happens) {
        front.backend.while_reading = [this, happens = std::move(happens), done = false]() mutable {
            if (!std::exchange(done, true))
                boost::asio::post(front.io, happens);
        };
    }
    void end_as(generation_status status) {
        front.backend.current = sample_generation(status);
        front.backend.tell("status", "", true);
    }
    std::ptrdiff_t looks() { return std::ranges::count(front.calls(), std::string{"generation 7 51"}); }
    bool accepted(const response& r) {
        return r.status == 202 && text(r) == queued && header(r, "Preference-Applied").empty() &&
               front.backend.listeners() == 0;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(endpoints_waiting_tests, fixture)

CAF_TEST(an order that waits is answered with the end) {
    later([&] { end_as(generation_status::succeeded); });
    const auto r = order("wait=3000");
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), generation_json(sample_generation(generation_status::succeeded)));
    CAF_CHECK_EQUAL(header(r, "Preference-Applied"), "wait=3000");
    CAF_CHECK_EQUAL(header(r, "Location"), "/v1/generations/51");
    CAF_CHECK_EQUAL(front.calls().at(1), "listen 7 51"); // before the first look
    CAF_CHECK_EQUAL(looks(), 2);
    CAF_CHECK_EQUAL(front.backend.listeners(), 0u);
}

CAF_TEST(a failure is an end too) {
    later([&] { end_as(generation_status::failed); });
    CAF_CHECK_EQUAL(order("respond-async, wait=3000").status, 200u);
}

CAF_TEST(what has ended already is not waited for) {
    front.backend.current = sample_generation(generation_status::succeeded);
    CAF_CHECK_EQUAL(order("wait=3000").status, 200u);
    CAF_CHECK_EQUAL(looks(), 1);
}

CAF_TEST(what ends while it is looked at is not missed) {
    bool done = false;
    front.backend.while_reading = [&] {
        if (!std::exchange(done, true))
            front.backend.tell("status", "", true);
    };
    CAF_CHECK(accepted(order("wait=3000"))); // woken at once, though not final when it was read again
    CAF_CHECK_EQUAL(looks(), 2);
}

CAF_TEST(other news are no end) {
    later([&] {
        front.backend.tell("status", "");
        front.backend.tell("progress", "");
        boost::asio::post(front.io, [&] { end_as(generation_status::succeeded); });
    });
    CAF_CHECK_EQUAL(order("wait=3000").status, 200u);
    CAF_CHECK_EQUAL(looks(), 2);
}

CAF_TEST(when the time is over the order is accepted) {
    front.context.wait_limit = std::chrono::milliseconds{1};
    CAF_CHECK(accepted(order("wait=3000")));
    CAF_CHECK_EQUAL(looks(), 2); // the news might have been lost
    front.backend.current = sample_generation(generation_status::running);
    later([&] { front.backend.current = sample_generation(generation_status::succeeded); });
    CAF_CHECK_EQUAL(order("wait=3000").status, 200u);
}

CAF_TEST(when the service stops the order is accepted) {
    later([&] { front.backend.tell(nullptr); });
    CAF_CHECK(accepted(order("wait=3000")));
}

CAF_TEST(a generation that cannot be read is accepted all the same) {
    later([&] {
        front.backend.refusal = failure{errc::unavailable};
        front.backend.tell("status", "", true);
    });
    CAF_CHECK(accepted(order("wait=3000")));
}

CAF_TEST(a repeat waits too and is marked as one) {
    front.backend.stored.replayed = true;
    later([&] { end_as(generation_status::succeeded); });
    const auto r = order("wait=3000", "k");
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(header(r, "Idempotency-Replayed"), "true");
}

CAF_TEST(whoever does not ask for it does not wait) {
    for (const auto* prefer : {"respond-async", "wait", "wait=0", "wait=soon"})
        CAF_CHECK(accepted(order(prefer)));
    CAF_CHECK_EQUAL(looks(), 0);
    front.backend.refusal = failure{errc::insufficient_tokens};
    CAF_CHECK(is_problem(order("wait=3000"), errc::insufficient_tokens));
    CAF_CHECK_EQUAL(looks(), 0);
}

CAF_TEST(several headers are one list) {
    front.backend.current = sample_generation(generation_status::succeeded);
    auto r = with(by_ann(post("/v1/generations", R"({"input_image_id":31,"style_id":3})")), "prefer", "a");
    const auto got = front.send(with(std::move(r), "prefer", "wait=7"));
    CAF_CHECK_EQUAL(header(got, "Preference-Applied"), "wait=7");
}

CAF_TEST_FIXTURE_SCOPE_END()
