#define CAF_SUITE webhook_sender

#include "actors/domain/standard_webhook.hpp"
#include "actors/webhooks/webhook_courier.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/webhooks.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/recording_server.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

constexpr webhook_reach everywhere{.insecure = true, .private_addresses = true};
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct fixture : books {
    manual_clock time{noon};
    seeded_random random;
    std::atomic<int> status = 204;
    recording_server server{
        [this](const request&) { return http_answer(std::to_string(status) + " So", ""); }};
    std::atomic<bool> stopping = false;
    webhook_http transport{everywhere, 20s, stopping};
    webhook_sender sender{{.disable_after = 120h}, time, random};
    user_id ann = add_user();
    webhook_endpoint_record endpoint = add(server.url() + "/hook");

    webhook_endpoint_record add(const std::string& url) {
        queries::new_webhook_endpoint made;
        made.user = ann;
        made.url = url;
        made.secret = secret;
        made.at = noon;
        return must(queries::insert_webhook_endpoint(database(), made, 16));
    }
    void queue(const std::string& id, webhook_endpoint_id to) {
        must(queries::insert_webhook_delivery(database(), ann, to, {id, "ping", R"({"type":"ping"})"},
                                              time.now()));
    }
    void queue(const std::string& id) { queue(id, endpoint.id); }
    /// What became of the next one; "" = nothing was due.
    std::string send() {
        const auto sent = must(sender.send_next(database(), transport));
        return sent ? std::string{to_string(*sent)} : "";
    }
    webhook_endpoint_record seen() {
        return must(queries::get_webhook_endpoint(database(), ann, endpoint.id));
    }
};

webhook_headers headers_of(const request& r) {
    return {r.header("webhook-id"), r.header("webhook-timestamp"), r.header("webhook-signature")};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(webhook_sender_tests, fixture)

CAF_TEST(a webhook is sent once with a right signature) {
    CAF_CHECK_EQUAL(send(), "");
    queue("e-1");
    CAF_CHECK_EQUAL(send(), "delivered");
    CAF_CHECK_EQUAL(send(), "");
    const auto got = server.requests(1).front();
    CAF_CHECK_EQUAL(got.target, "/hook");
    CAF_CHECK_EQUAL(got.header("webhook-id"), "e-1");
    CAF_CHECK(verify_webhook(headers_of(got), got.body, secret, time.now()));
}

CAF_TEST(a webhook that failed comes again with the same id and a new time) {
    queue("e-1");
    status = 500;
    CAF_CHECK_EQUAL(send(), "postponed");
    CAF_CHECK_EQUAL(send(), "");
    time.advance(6s);
    status = 302;
    CAF_CHECK_EQUAL(send(), "postponed");
    CAF_CHECK(seen().failing_since == noon);
    time.advance(6min);
    status = 200;
    CAF_CHECK_EQUAL(send(), "delivered");
    CAF_CHECK(!seen().failing_since);
    const auto got = server.requests(3);
    for (const auto& each : got)
        CAF_CHECK_EQUAL(each.header("webhook-id"), "e-1");
    CAF_CHECK(got[0].header("webhook-timestamp") != got[2].header("webhook-timestamp"));
    CAF_CHECK(verify_webhook(headers_of(got[2]), got[2].body, secret, time.now()));
}

CAF_TEST(an endpoint that is gone is disabled at once) {
    queue("e-1");
    queue("e-2");
    status = 410;
    CAF_CHECK_EQUAL(send(), "gone");
    CAF_CHECK_EQUAL(send(), "");
    CAF_CHECK_EQUAL(seen().disabled_reason, "gone");
    CAF_CHECK_EQUAL(must(queries::read_outbox_backlog(database(), "webhook")).waiting, 0);
}

CAF_TEST(an endpoint that only fails is disabled after a time) {
    status = 503;
    for (auto day = 0; day < 5; ++day) {
        queue("day-" + std::to_string(day));
        CAF_CHECK_EQUAL(send(), "postponed");
        CAF_CHECK(!seen().disabled_at);
        time.advance(24h);
        while (!send().empty()) {
            time.advance(1min);
            if (seen().disabled_at)
                break;
        }
    }
    CAF_CHECK_EQUAL(seen().disabled_reason, "failing");
    CAF_CHECK_EQUAL(must(queries::read_outbox_backlog(database(), "webhook")).waiting, 0);
}

CAF_TEST(a webhook is given up after its last attempt) {
    queue("e-1");
    status = 500;
    std::string outcomes;
    for (int i = 0; i < 12; ++i) {
        const auto outcome = send();
        outcomes += outcome.empty() ? "-" : outcome.substr(0, 1);
        if (i == 4) { // another one gets through, so the endpoint is not disabled
            status = 200;
            time.advance(1min);
            queue("e-2");
            CAF_CHECK_EQUAL(send(), "delivered");
            status = 500;
        }
        time.advance(27h);
    }
    CAF_CHECK_EQUAL(outcomes, "pppppppppg--");
    CAF_CHECK(!seen().disabled_at);
    CAF_CHECK_EQUAL(must(queries::read_outbox_backlog(database(), "webhook")).waiting, 0);
}

CAF_TEST(what is broken off goes back) {
    queue("e-1");
    stopping = true;
    CAF_CHECK_EQUAL(send(), "");
    stopping = false;
    CAF_CHECK_EQUAL(send(), "delivered");
    CAF_CHECK_EQUAL(ask("SELECT attempts::bigint FROM outbox"), 1);
}

CAF_TEST(the courier delivers when it is woken though one endpoint hangs) {
    std::promise<void> over;
    auto wait = over.get_future().share();
    recording_server hanging{[wait](const request&) {
        wait.wait();
        return std::string{};
    }};
    metrics meters;
    const system_clock now;
    webhook_courier::options options;
    options.database = reach(conninfo());
    options.connections = 2;
    options.look_interval = 1h;
    options.reach = everywhere;
    options.timeout = 1min;
    options.disable_after = 120h;
    webhook_courier courier{options, now, random, meters};
    courier.start();
    queue("e-1", add(hanging.url()).id);
    for (int i = 2; i < 5; ++i)
        queue("e-" + std::to_string(i));
    courier.wake();
    CAF_CHECK_EQUAL(server.requests(3).size(), 3u);
    CAF_CHECK_EQUAL(hanging.requests(1).size(), 1u);
    // What has arrived is noted a moment later.
    const auto until = std::chrono::steady_clock::now() + patience;
    while (ask("SELECT count(*) FROM outbox WHERE delivered_at IS NOT NULL") < 3 &&
           std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(10ms);
    courier.stop();
    over.set_value();
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND attempts = 0"), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
