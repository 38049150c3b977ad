#define CAF_SUITE account_queries

#include "persistence/queries/accounts.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/sessions.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

struct fixture : books {
    pg::connection& db = database();
    user_id ann = add_user();
    user_id bob = add_user();

    user_id add_account(const std::string& email, const std::string& token) {
        return must(queries::insert_user(db, {email, "$2a$hash", token, std::nullopt, noon},
                                         outbox_message{"mail", R"({"to":"x"})"}));
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(account_queries_tests, fixture)

CAF_TEST(an account is made once with its mail) {
    const auto id = add_account("Carol@Example.com", "token");
    const auto found = must(queries::find_user_by_email(db, "CAROL@example.com"));
    CAF_REQUIRE(found);
    CAF_CHECK(found->id == id);
    CAF_CHECK_EQUAL(found->email, "carol@example.com");
    CAF_CHECK_EQUAL(found->encrypted_password, "$2a$hash");
    CAF_CHECK(!found->confirmed_at);
    const auto taken = queries::insert_user(db, {"carol@example.com", "h", "other", std::nullopt, noon},
                                            outbox_message{"mail", "{}"});
    CAF_REQUIRE(!taken);
    CAF_CHECK(taken.error().code == errc::state_conflict);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox"), 1);
    CAF_CHECK_EQUAL(must(queries::get_user(db, id)).email, "carol@example.com");
    CAF_CHECK(queries::get_user(db, user_id{777}).error().code == errc::not_found);
    CAF_CHECK(!must(queries::find_user_by_email(db, "nobody@example.com")));
    const auto sure = must(queries::insert_user(db, {"op@example.com", "h", "", noon, noon}, std::nullopt));
    CAF_CHECK(must(queries::get_user(db, sure)).confirmed_at == noon);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM users WHERE confirmation_token IS NULL AND "
                        "confirmation_sent_at IS NULL AND email = 'op@example.com'"),
                    1);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM outbox"), 1);
}

CAF_TEST(an account is confirmed by its token) {
    const auto id = add_account("carol@example.com", "token");
    CAF_CHECK(queries::confirm_user(db, "", noon).error().code == errc::invalid_token);
    CAF_CHECK(queries::confirm_user(db, "guess", noon).error().code == errc::invalid_token);
    const auto first = must(queries::confirm_user(db, "token", noon));
    CAF_CHECK(first.user.id == id && !first.already && first.user.confirmed_at == noon);
    const auto again = must(queries::confirm_user(db, "token", noon + 1h));
    CAF_CHECK(again.user.id == id && again.already && again.user.confirmed_at == noon);
}

CAF_TEST(a session lives until it is deleted or expires) {
    const session_record made{"d1", ann, true, noon, noon + 1h, noon, noon + 2h};
    const auto begin = [&](const session_record& session) {
        return queries::begin_session(db, session,
                                      must(queries::get_user(db, session.user)).encrypted_password);
    };
    CAF_CHECK(must(begin(made)));
    CAF_CHECK(must(begin({"d2", ann, false, noon, noon + 1h, noon, noon + 1h})));
    CAF_CHECK(must(begin({"d3", bob, false, noon, noon + 2h, noon, noon + 2h})));
    CAF_CHECK(!begin(made));
    CAF_CHECK(!must(queries::begin_session(db, made, "another hash")));
    const auto found = must(queries::find_session(db, "d1", noon));
    CAF_REQUIRE(found);
    CAF_CHECK(found->user == ann && found->remember && found->expires_at == noon + 1h &&
              found->last_used_at == noon);
    CAF_CHECK(!must(queries::find_session(db, "d1", noon + 1h)));
    must(queries::touch_session(db, "d1", noon + 5min, noon + 65min));
    must(queries::touch_session(db, "d1", noon + 1min, noon + 61min));
    must(queries::touch_session(db, "unknown", noon, noon + 1h));
    CAF_CHECK(must(queries::find_session(db, "d1", noon))->last_used_at == noon + 5min);
    CAF_CHECK(must(queries::find_session(db, "d1", noon))->expires_at == noon + 65min);
    must(queries::touch_session(db, "d1", noon + 64min, noon + 124min));
    CAF_CHECK(must(queries::find_session(db, "d1", noon))->expires_at == noon + 2h);
    CAF_CHECK(must(queries::delete_session(db, "d1")));
    CAF_CHECK(!must(queries::delete_session(db, "d1")));
    CAF_CHECK(!must(queries::find_session(db, "d1", noon)));
    CAF_CHECK_EQUAL(must(queries::delete_sessions_of(db, ann)), 1u);
    CAF_CHECK_EQUAL(must(queries::purge_sessions(db, noon + 1h, 10)), 0u);
    CAF_CHECK_EQUAL(must(queries::purge_sessions(db, noon + 2h, 10)), 1u);
}

CAF_TEST(a message is taken by one taker for its lease and delivered or given up) {
    for (int i = 0; i < 3; ++i)
        must(queries::insert_outbox_message(db, {"mail", R"({"n": 1})"}, noon));
    must(queries::insert_outbox_message(db, {"other", "{}"}, noon));
    must(queries::insert_outbox_message(db, {"mail", "{}"}, noon + 1h));
    const auto first = must(queries::take_outbox(db, "mail", noon, 60s, 2));
    CAF_REQUIRE_EQUAL(first.size(), 2u);
    CAF_CHECK_EQUAL(first[0].payload, R"({"n": 1})");
    CAF_CHECK_EQUAL(first[0].attempts, 1);
    CAF_CHECK_EQUAL(must(queries::take_outbox(db, "mail", noon, 60s, 9)).size(), 1u);
    CAF_CHECK(must(queries::take_outbox(db, "mail", noon, 60s, 9)).empty());
    must(queries::mark_outbox_delivered(db, first[0].id, noon));
    must(queries::mark_outbox_failed(db, first[1].id, "refused", noon + 10s, noon));
    const auto again = must(queries::take_outbox(db, "mail", noon + 10s, 60s, 9));
    CAF_REQUIRE_EQUAL(again.size(), 1u);
    CAF_CHECK_EQUAL(again[0].id, first[1].id);
    CAF_CHECK_EQUAL(again[0].attempts, 2);
    must(queries::mark_outbox_failed(db, again[0].id, "refused again", std::nullopt, noon));
    CAF_CHECK_EQUAL(
        ask("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL AND last_error = 'refused again'"), 1);
    // The lease of the third, which nobody finished, is over; the first and second are done with.
    CAF_CHECK_EQUAL(must(queries::take_outbox(db, "mail", noon + 60s, 60s, 9)).size(), 1u);
}

CAF_TEST(takers do not wait for each other) {
    for (int i = 0; i < 2; ++i)
        must(queries::insert_outbox_message(db, {"mail", "{}"}, noon));
    books other{conninfo()};
    execute("BEGIN");
    const auto mine = must(queries::take_outbox(db, "mail", noon, 60s, 1));
    const auto theirs = must(queries::take_outbox(other.database(), "mail", noon, 60s, 9));
    execute("COMMIT");
    CAF_REQUIRE_EQUAL(mine.size(), 1u);
    CAF_REQUIRE_EQUAL(theirs.size(), 1u);
    CAF_CHECK(mine[0].id != theirs[0].id);
}

CAF_TEST_FIXTURE_SCOPE_END()
