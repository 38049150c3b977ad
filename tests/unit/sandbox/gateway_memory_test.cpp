#define CAF_SUITE sandbox_gateway_memory

#include "actors/gateways/sandbox/gateway.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/recording_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <fstream>
#include <future>

using namespace atelier;
using namespace atelier::sandbox;
using namespace std::chrono_literals;
using atelier::test::manual_clock;
using atelier::test::monthly;
using atelier::test::order_of;
using atelier::test::patience;
using atelier::test::plain_card;
using atelier::test::recording_server;
using atelier::test::request;
using atelier::test::temporary_directory;

namespace {

std::string http_answer(std::string_view status, std::string_view body) {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string{body};
}
const std::string accept = http_answer("200 OK", R"({"code":0})");

/// One life of a gateway after the other, with one journal.
struct lives {
    temporary_directory directory;
    manual_clock time;
    atelier::test::seeded_random random;
    gateway_options options;
    std::unique_ptr<gateway> now;

    lives() {
        options.secret = "cp_test_secret_0001";
        options.journal = directory.path() / "journal.jsonl";
    }
    void begin(const std::string& url) {
        now.reset();
        auto opened = gateway::open(options, time, random);
        CAF_REQUIRE(opened.has_value());
        now = std::move(*opened);
        now->start(url);
    }
    transaction pay(const order& what) const {
        std::promise<outcome<transaction>> promise;
        auto result = promise.get_future();
        CAF_REQUIRE(now->pay(what, plain_card, authentication::confirm,
                             [&](outcome<transaction> ended) { promise.set_value(std::move(ended)); })
                        .has_value());
        CAF_REQUIRE(result.wait_for(patience) == std::future_status::ready);
        return result.get().value();
    }
    std::string refund(std::int64_t id, const std::string& request_id) const {
        const auto reply = now->command(request_id, [&](terminal& t, instant at) {
            const auto refunded = t.refund(id, 100, "", at);
            return refunded ? std::to_string(refunded->id) : refunded.error().detail;
        });
        return *reply;
    }
    outcome<std::string> charge(const token_order& wanted, const std::string& request_id) const {
        std::promise<outcome<std::string>> promise;
        auto result = promise.get_future();
        now->charge(
            wanted, request_id,
            [](const outcome<transaction>& ended) {
                return ended ? std::to_string(ended->id) : ended.error().detail;
            },
            [&](outcome<std::string> reply) { promise.set_value(std::move(reply)); });
        CAF_REQUIRE(result.wait_for(patience) == std::future_status::ready);
        return result.get();
    }
};

} // namespace

CAF_TEST(what a gateway knew its next life knows) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    auto wanted = order_of("inv_7");
    wanted.recurrent = monthly();
    const auto paid = sandbox.pay(wanted);
    sandbox.now->advance(24h);
    const auto before = sandbox.now->state().now;
    sandbox.begin(shop.url());
    CAF_CHECK(sandbox.now->state().now == before);
    const auto known = sandbox.now->command("", [&](terminal& t, instant) {
        CAF_CHECK(*t.find(paid.id) == paid);
        CAF_CHECK(t.find_subscription(paid.subscription_id) != nullptr);
        return std::string{};
    });
    CAF_CHECK(known.has_value());
    const auto charges = shop.requests(2).size();
    sandbox.now->advance(31 * 24h);
    CAF_CHECK_EQUAL(shop.requests(charges + 1).back().kind(), "pay");
}

CAF_TEST(notifications that were not accepted are delivered by the next life) {
    std::atomic<bool> open = false;
    recording_server shop{[&](const request& sent) {
        return open || sent.kind() == "check" ? accept : http_answer("503 Service Unavailable", "");
    }};
    lives sandbox;
    sandbox.begin(shop.url());
    sandbox.pay(order_of("inv_7"));
    sandbox.pay(order_of("inv_8"));
    CAF_CHECK_EQUAL(sandbox.now->state().waiting, 2u);
    open = true;
    sandbox.begin(shop.url());
    CAF_CHECK_EQUAL(sandbox.now->state().waiting, 2u);
    CAF_CHECK_EQUAL(shop.requests(4).size(), 4u); // they wait for their minute still
    sandbox.now->advance(1min);
    const auto sent = shop.requests(6);
    CAF_CHECK_EQUAL(sent[4].kind(), "pay");
    CAF_CHECK_EQUAL(sent[5].kind(), "pay");
    sandbox.begin(shop.url());
    // An answer that was not written down may be asked for once more; one that was, is not.
    CAF_CHECK(sandbox.now->state().waiting <= 2);
}

CAF_TEST(accepted notifications stay accepted) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    sandbox.pay(order_of("inv_7"));
    while (sandbox.now->state().accepted < 1)
        std::this_thread::yield();
    sandbox.begin(shop.url());
    CAF_CHECK_EQUAL(sandbox.now->state().waiting, 0u);
    CAF_CHECK_EQUAL(shop.requests(2).size(), 2u);
}

CAF_TEST(a torn last line is as if its command had not been given) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    const auto paid = sandbox.pay(order_of("inv_7"));
    sandbox.now.reset();
    const auto size = std::filesystem::file_size(sandbox.options.journal);
    sandbox.begin(shop.url());
    CAF_CHECK_NOT_EQUAL(sandbox.refund(paid.id, "request-1"), "");
    sandbox.now.reset();
    std::filesystem::resize_file(sandbox.options.journal, size + 40);
    sandbox.begin(shop.url());
    CAF_CHECK_EQUAL(std::filesystem::file_size(sandbox.options.journal), size);
    const auto refund = sandbox.refund(paid.id, "request-1");
    CAF_CHECK_EQUAL(refund.size(), 10u);
    CAF_CHECK_EQUAL(sandbox.refund(paid.id, "request-1"), refund);
}

CAF_TEST(a request is carried out once for an hour and over restarts) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    const auto paid = sandbox.pay(order_of("inv_7"));
    const auto first = sandbox.refund(paid.id, "request-1");
    CAF_CHECK_EQUAL(sandbox.refund(paid.id, "request-1"), first);
    sandbox.begin(shop.url());
    CAF_CHECK_EQUAL(sandbox.refund(paid.id, "request-1"), first);
    CAF_CHECK_NOT_EQUAL(sandbox.refund(paid.id, "request-2"), first);
    CAF_CHECK_NOT_EQUAL(sandbox.refund(paid.id, ""), sandbox.refund(paid.id, ""));
    sandbox.time.advance(1h);
    CAF_CHECK_NOT_EQUAL(sandbox.refund(paid.id, "request-1"), first);
}

CAF_TEST(a request that changed nothing is carried out again) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    CAF_CHECK_EQUAL(sandbox.refund(5, "request-1"), "Not found");
    const auto paid = sandbox.pay(order_of("inv_7"));
    CAF_CHECK_EQUAL(sandbox.refund(paid.id, "request-1").size(), 10u);
}

CAF_TEST(a charge by token is asked for with check and carried out once) {
    recording_server shop{[](const request&) { return accept; }};
    lives sandbox;
    sandbox.begin(shop.url());
    token_order wanted;
    wanted.token = sandbox.pay(order_of("inv_7")).token;
    wanted.what = order_of("inv_8");
    const auto charged = sandbox.charge(wanted, "request-1");
    CAF_CHECK_EQUAL(charged->size(), 10u);
    const auto again = sandbox.charge(wanted, "request-1");
    CAF_CHECK_EQUAL(*again, *charged);
    const auto sent = shop.requests(4);
    CAF_CHECK_EQUAL(sent.size(), 4u);
    CAF_CHECK_EQUAL(sent[2].kind(), "check");
    CAF_CHECK_EQUAL(sent[3].kind(), "pay");
    wanted.token = "tk_none";
    const auto unknown = sandbox.charge(wanted, "request-2");
    CAF_CHECK_EQUAL(*unknown, "The account has no such card token");
}

CAF_TEST(a repeat that comes while the charge is under way is told so) {
    std::promise<void> release;
    recording_server shop{[&, released = release.get_future().share()](const request& sent) {
        if (sent.body.find("InvoiceId=inv_8") != std::string::npos)
            released.wait();
        return accept;
    }};
    lives sandbox;
    sandbox.begin(shop.url());
    token_order wanted;
    wanted.token = sandbox.pay(order_of("inv_7")).token;
    wanted.what = order_of("inv_8");
    auto charge = std::async(std::launch::async, [&] { return sandbox.charge(wanted, "request-1"); });
    CAF_CHECK_EQUAL(shop.requests(3).back().kind(), "check");
    const auto repeat = sandbox.charge(wanted, "request-1");
    CAF_REQUIRE(!repeat.has_value());
    CAF_CHECK(repeat.error().code == errc::idempotency_in_progress);
    release.set_value();
    CAF_CHECK_EQUAL(charge.get()->size(), 10u);
}
