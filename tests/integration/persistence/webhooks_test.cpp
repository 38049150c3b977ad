#define CAF_SUITE webhooks

#include "persistence/queries/outbox.hpp"
#include "persistence/queries/webhooks.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

webhook_event event(std::string type, std::string id) {
    return {std::move(id), std::move(type), R"({"type":"x",  "data":{}})"};
}

struct fixture : books {
    user_id ann = add_user();
    user_id bob = add_user();
    pg_committer writer{writing_to(conninfo())};

    webhook_endpoint_record add(user_id user, std::vector<std::string> events = {}, std::int32_t limit = 16) {
        return must(try_to_add(user, std::move(events), limit));
    }
    outcome<webhook_endpoint_record> try_to_add(user_id user, std::vector<std::string> events = {},
                                                std::int32_t limit = 16) {
        queries::new_webhook_endpoint endpoint;
        endpoint.user = user;
        endpoint.url = "https://example.com/" + std::to_string(user.value);
        endpoint.events = std::move(events);
        endpoint.secret = "whsec_bmV3";
        endpoint.at = noon;
        return queries::insert_webhook_endpoint(database(), endpoint, limit);
    }
    webhook_endpoint_record enable(const webhook_endpoint_record& endpoint, bool enabled, instant at = noon) {
        queries::webhook_endpoint_change change;
        change.enabled = enabled;
        return must(queries::change_webhook_endpoint(database(), endpoint.user, endpoint.id, change, at));
    }
    static change_set tells(user_id user, webhook_event what) {
        change_set set{user, noon};
        set.webhook_events.push_back(std::move(what));
        return set;
    }
    commit_result happened(user_id user, const std::string& type, const std::string& id) {
        return commit(writer, {tells(user, event(type, id))});
    }
    std::optional<queries::due_webhook> take(instant now = noon, std::vector<webhook_endpoint_id> busy = {}) {
        return must(queries::take_webhook(database(), now, 30s, busy));
    }
    /// "id status attempts" of each delivery, newest first.
    std::string deliveries(const webhook_endpoint_record& of) {
        std::string all;
        for (const auto& d : must(queries::list_webhook_deliveries(database(), of.user, of.id, {}, 100)).data)
            all += (all.empty() ? "" : ", ") + d.event_id + ' ' +
                   (d.delivered_at ? "delivered"
                    : d.failed_at  ? "failed"
                                   : "waiting") +
                   ' ' + std::to_string(d.attempts);
        return all;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(webhooks_tests, fixture)

CAF_TEST(an event goes to each endpoint of its user that wants it) {
    const auto all = add(ann);
    const auto paid = add(ann, {"payment.paid", "payment.refunded"});
    const auto off = enable(add(ann), false);
    const auto bobs = add(bob);
    const auto result = commit(writer, {tells(ann, event("payment.paid", "e-1")),
                                        tells(ann, event("generation.failed", "e-2")),
                                        tells(bob, event("payment.paid", "e-3"))});
    CAF_CHECK_EQUAL(kinds(result), "committed committed committed");
    CAF_CHECK_EQUAL(result.webhooks, 4u);
    CAF_CHECK_EQUAL(deliveries(all), "e-2 waiting 0, e-1 waiting 0");
    CAF_CHECK_EQUAL(deliveries(paid), "e-1 waiting 0");
    CAF_CHECK_EQUAL(deliveries(off), "");
    CAF_CHECK_EQUAL(deliveries(bobs), "e-3 waiting 0");
    const auto due = take();
    CAF_REQUIRE(due);
    CAF_CHECK_EQUAL(due->payload, R"({"type":"x",  "data":{}})"); // byte for byte
}

CAF_TEST(an event without endpoints is nothing) {
    const auto result = happened(ann, "payment.paid", "e-1");
    CAF_CHECK_EQUAL(kinds(result), "committed");
    CAF_CHECK_EQUAL(result.webhooks, 0u);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox"), 0);
}

CAF_TEST(what is not committed is not told) {
    const auto endpoint = add(ann);
    const auto lot = add_lot(ann, 10);
    auto stale = spend(ann, lot, 9, 1); // it holds 10
    stale.webhook_events.push_back(event("payment.paid", "never"));
    const auto result = commit(writer, {stale, tells(ann, event("payment.paid", "e-1"))});
    CAF_CHECK_EQUAL(kinds(result), "guard committed");
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-1 waiting 0");
}

CAF_TEST(writers that skip triggers keep the reference to the endpoint) {
    const auto endpoint = add(ann);
    CAF_CHECK_EQUAL(kinds(happened(ann, "payment.paid", "e-1")), "committed");
    CAF_CHECK_EQUAL(writer.unproven(), "");
    must(queries::delete_webhook_endpoint(database(), ann, endpoint.id));
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox"), 0);
    CAF_CHECK_EQUAL(happened(ann, "payment.paid", "e-2").webhooks, 0u);
}

CAF_TEST(a webhook is leased to one taker and comes again) {
    const auto endpoint = add(ann);
    happened(ann, "payment.paid", "e-1");
    const auto first = take();
    CAF_REQUIRE(first);
    CAF_CHECK_EQUAL(first->attempts, 1);
    CAF_CHECK(first->endpoint == endpoint.id);
    CAF_CHECK_EQUAL(first->url, endpoint.url);
    CAF_CHECK(!take(noon + 29s));
    const auto again = take(noon + 30s);
    CAF_REQUIRE(again);
    CAF_CHECK_EQUAL(again->attempts, 2);
    CAF_CHECK_EQUAL(again->event_id, "e-1");
    must(queries::return_webhook(database(), *again, noon + 31s));
    CAF_CHECK_EQUAL(take(noon + 31s)->attempts, 2);
    must(queries::mark_webhook_delivered(database(), *again, noon + 32s));
    CAF_CHECK(!take(noon + 24h));
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-1 delivered 2");
}

CAF_TEST(a busy endpoint does not hold up another) {
    const auto slow = add(ann);
    const auto quick = add(bob);
    happened(ann, "payment.paid", "e-1");
    happened(ann, "payment.paid", "e-2");
    happened(bob, "payment.paid", "e-3");
    CAF_CHECK(take()->endpoint == slow.id);
    const auto next = take(noon, {slow.id});
    CAF_REQUIRE(next);
    CAF_CHECK(next->endpoint == quick.id);
    CAF_CHECK(!take(noon, {slow.id}));
}

CAF_TEST(a failure gives the endpoint a respite) {
    const auto endpoint = add(ann);
    happened(ann, "payment.paid", "e-1");
    happened(ann, "payment.paid", "e-2");
    const auto failed = take();
    const auto since =
        must(queries::mark_webhook_failed(database(), *failed, "no", noon + 5min, noon + 5s, noon));
    CAF_CHECK(since == noon);
    CAF_CHECK(!take(noon + 4s));
    const auto second = take(noon + 5s);
    CAF_REQUIRE(second);
    CAF_CHECK(must(queries::mark_webhook_failed(database(), *second, "no", std::nullopt, noon + 10s,
                                                noon + 6s)) == noon);
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-2 failed 1, e-1 waiting 1");
    CAF_CHECK(must(queries::get_webhook_endpoint(database(), ann, endpoint.id)).failing_since == noon);
    const auto third = take(noon + 5min);
    must(queries::mark_webhook_delivered(database(), *third, noon + 5min));
    CAF_CHECK(!must(queries::get_webhook_endpoint(database(), ann, endpoint.id)).failing_since);
}

CAF_TEST(what waits for an endpoint that is disabled is given up) {
    const auto endpoint = add(ann);
    happened(ann, "payment.paid", "e-1");
    happened(ann, "payment.paid", "e-2");
    const auto under_way = take();
    CAF_CHECK(must(queries::disable_webhook_endpoint(database(), endpoint.id, "gone", noon)));
    CAF_CHECK(!must(queries::disable_webhook_endpoint(database(), endpoint.id, "failing", noon + 1s)));
    auto seen = must(queries::get_webhook_endpoint(database(), ann, endpoint.id));
    CAF_CHECK_EQUAL(seen.disabled_reason, "gone");
    CAF_CHECK(seen.disabled_at == noon);
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-2 failed 0, e-1 failed 1");
    CAF_MESSAGE("and what was under way does not bring it back");
    must(queries::mark_webhook_failed(database(), *under_way, "no", noon + 5s, noon, noon));
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-2 failed 0, e-1 failed 1");
    CAF_CHECK(!take(noon + 1h));
    CAF_CHECK_EQUAL(happened(ann, "payment.paid", "e-3").webhooks, 0u);

    seen = enable(endpoint, true);
    CAF_CHECK(!seen.disabled_at && seen.disabled_reason.empty() && !seen.failing_since);
    CAF_CHECK_EQUAL(happened(ann, "payment.paid", "e-4").webhooks, 1u);
    seen = enable(endpoint, false, noon + 1h);
    CAF_CHECK_EQUAL(seen.disabled_reason, "by_owner");
    CAF_CHECK_EQUAL(deliveries(endpoint), "e-4 failed 0, e-2 failed 0, e-1 failed 1");
}

CAF_TEST(a replaced secret signs along for a while) {
    const auto endpoint = add(ann);
    happened(ann, "payment.paid", "e-1");
    const auto changed = must(
        queries::replace_webhook_secret(database(), ann, endpoint.id, "whsec_bmV4dA==", noon + 24h, noon));
    CAF_CHECK_EQUAL(changed.secret, "whsec_bmV4dA==");
    CAF_CHECK_EQUAL(take()->secrets, (std::vector<std::string>{"whsec_bmV4dA==", "whsec_bmV3"}));
    CAF_CHECK_EQUAL(take(noon + 24h)->secrets, std::vector<std::string>{"whsec_bmV4dA=="});
    CAF_CHECK_EQUAL(must(queries::get_webhook_endpoint(database(), ann, endpoint.id)).secret, "");
}

CAF_TEST(endpoints belong to their user and are counted) {
    const auto endpoint = add(ann, {"payment.paid", "generation.failed"});
    CAF_CHECK_EQUAL(endpoint.events, (std::vector<std::string>{"payment.paid", "generation.failed"}));
    add(ann, {}, 2);
    CAF_CHECK(try_to_add(ann, {}, 2).error().code == errc::state_conflict);
    add(bob, {}, 2);
    CAF_CHECK_EQUAL(must(queries::list_webhook_endpoints(database(), ann)).size(), 2u);

    const auto code = [](const auto& result) { return result ? errc{} : result.error().code; };
    auto& db = database();
    CAF_CHECK(code(queries::get_webhook_endpoint(db, bob, endpoint.id)) == errc::not_found);
    CAF_CHECK(code(queries::change_webhook_endpoint(db, bob, endpoint.id, {}, noon)) == errc::not_found);
    CAF_CHECK(code(queries::delete_webhook_endpoint(db, bob, endpoint.id)) == errc::not_found);
    CAF_CHECK(code(queries::replace_webhook_secret(db, bob, endpoint.id, "x", noon, noon)) ==
              errc::not_found);
    CAF_CHECK(code(queries::list_webhook_deliveries(db, bob, endpoint.id, {}, 9)) == errc::not_found);
    CAF_CHECK(code(queries::insert_webhook_delivery(db, bob, endpoint.id, event("ping", "p"), noon)) ==
              errc::not_found);

    queries::webhook_endpoint_change change;
    change.events.emplace();
    change.url = "https://example.org/";
    const auto changed = must(queries::change_webhook_endpoint(db, ann, endpoint.id, change, noon));
    CAF_CHECK(changed.events.empty());
    CAF_CHECK_EQUAL(changed.url, "https://example.org/");
}

CAF_TEST(a ping is for one endpoint that works) {
    const auto endpoint = add(ann, {"payment.paid"});
    const auto other = add(ann);
    const auto ping =
        must(queries::insert_webhook_delivery(database(), ann, endpoint.id, event("ping", "p"), noon));
    CAF_CHECK_EQUAL(ping.event_type, "ping");
    CAF_CHECK_EQUAL(deliveries(endpoint), "p waiting 0");
    CAF_CHECK_EQUAL(deliveries(other), "");
    enable(endpoint, false);
    const auto refused =
        queries::insert_webhook_delivery(database(), ann, endpoint.id, event("ping", "q"), noon);
    CAF_CHECK(!refused && refused.error().code == errc::state_conflict);
}

CAF_TEST(deliveries come in pages and old ones go) {
    const auto endpoint = add(ann);
    for (const auto* id : {"e-1", "e-2", "e-3"})
        happened(ann, "payment.paid", id);
    const auto page = must(queries::list_webhook_deliveries(database(), ann, endpoint.id, {}, 2));
    CAF_REQUIRE_EQUAL(page.data.size(), 2u);
    CAF_CHECK_EQUAL(page.data[0].event_id, "e-3");
    const auto rest = must(
        queries::list_webhook_deliveries(database(), ann, endpoint.id, webhook_delivery_id{page.next}, 2));
    CAF_REQUIRE_EQUAL(rest.data.size(), 1u);
    CAF_CHECK_EQUAL(rest.data[0].event_id, "e-1");
    CAF_CHECK_EQUAL(rest.next, 0);

    CAF_CHECK_EQUAL(must(queries::read_outbox_backlog(database(), "webhook")).waiting, 3);
    execute("INSERT INTO outbox (kind, payload, due_at, created_at, updated_at) "
            "VALUES ('mail', '{}', '2000-01-01', '2000-01-01', '2000-01-01')");
    CAF_CHECK_EQUAL(must(queries::purge_webhooks(database(), noon, 10)), 0u);
    CAF_CHECK_EQUAL(must(queries::purge_webhooks(database(), noon + 1s, 2)), 2u);
    CAF_CHECK_EQUAL(must(queries::purge_webhooks(database(), noon + 1s, 2)), 1u);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox"), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
