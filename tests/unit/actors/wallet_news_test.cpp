#define CAF_SUITE wallet_news

#include "actors/runtime/event_hub.hpp"
#include "tests/unit/actors/wallet_fixture.hpp"

using namespace atelier;
using namespace atelier::test::wallets;

namespace {

/// A wallet to whose user somebody listens.
struct telling : fixture {
    telling() { context.news = &hub; }

    event_hub hub{time};
    std::string news;
    std::string first_status;
    event_hub::subscription listening = hub.listen(anna, {}, [this](const event_ptr& told) {
        if (told->name == "status" && first_status.empty())
            first_status = told->data;
        news += told->name == "status" ? "status " : told->data + ' ';
    });
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(wallet_news_tests, telling)

CAF_TEST(a spend is told when it is durable and not before) {
    const auto sent = spend(3);
    CAF_CHECK_EQUAL(news, "");
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":7} )");
    CAF_CHECK_EQUAL(first_status, sent->value().body);
}

CAF_TEST(what is refused or moves no tokens is not told) {
    (void)spend(11);
    (void)tell(expire_lots{anna});
    (void)spend(1);
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(news, "");
}

CAF_TEST(a wallet that is never at rest tells its balance now and then and always in the end) {
    writing.batch_limit = 1;
    (void)spend(1);
    (void)spend(1);
    (void)spend(1);
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":9} )");
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":9} status )");
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":9} status status {"balance":7} )");
    news.clear();
    (void)spend(1);
    (void)spend(1);
    (void)spend(1);
    finish();
    advance(100ms);
    finish();
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":6} status {"balance":5} status {"balance":4} )");
}

CAF_TEST(what was durable before somebody else wrote is told before it is read again) {
    writing.batch_limit = 1;
    (void)spend(1);
    (void)spend(1);
    (void)spend(1);
    finish();
    finish();
    holds(5);
    finish({verdict_kind::guard});
    CAF_CHECK_EQUAL(news, R"(status {"balance":9} status {"balance":8} )");
    finish();
    CAF_CHECK_EQUAL(news, R"(status {"balance":9} status {"balance":8} status {"balance":4} )");
}

CAF_TEST_FIXTURE_SCOPE_END()
