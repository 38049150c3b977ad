#define CAF_SUITE sessions

#include "actors/session_watch.hpp"
#include "persistence/queries/management_users.hpp"
#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

#include <latch>
#include <thread>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

using fixture = test::accounts_fixture;

template <class T>
std::string error_of(const outcome<T>& result) {
    return result ? "none" : std::string{to_string(result.error().code)};
}

/// Keeps a pool's only thread until it is released.
class blocker {
public:
    explicit blocker(connection_pool& pool) {
        if (!pool.submit([gate = gate_](const outcome<pg::connection*>&) {
                gate->begun.count_down();
                gate->released.wait();
            }))
            throw std::runtime_error{"the pool is full"};
        gate_->begun.wait();
    }
    blocker(const blocker&) = delete;
    blocker& operator=(const blocker&) = delete;
    ~blocker() { release(); }

    void release() {
        if (!gate_->released.try_wait())
            gate_->released.count_down();
    }

private:
    struct gate {
        std::latch begun{1};
        std::latch released{1};
    };
    std::shared_ptr<gate> gate_ = std::make_shared<gate>();
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(sessions_tests, fixture)

CAF_TEST(only a digest of the token is stored) {
    confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    CAF_CHECK_EQUAL(session->token.size(), 47u);
    CAF_CHECK_EQUAL(value("SELECT digest FROM sessions"), digest_of(session->token)->hex());
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions WHERE sessions::text LIKE '%" +
                          session->token.substr(4, 20) + "%'"),
                    "0");
}

CAF_TEST(a session that is not in memory is found in the database) {
    const auto user = confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    sessions.remove(*digest_of(session->token));
    CAF_CHECK(!people.cached(session->token));
    const auto found = authenticate(session->token);
    CAF_REQUIRE(found);
    CAF_CHECK(found->user == user);
    CAF_CHECK(found->may == scopes::all());
    CAF_CHECK(people.cached(session->token)->user == user);
}

CAF_TEST(a token that nobody was given authenticates nobody) {
    confirmed_user("anna@example.com");
    CAF_REQUIRE(sign_in("anna@example.com"));
    for (const auto& token : {std::string{}, std::string{"null"}, std::string{"atl_"},
                              value("SELECT digest FROM sessions"), new_bearer_token(random)}) {
        CAF_CHECK(!people.cached(token));
        CAF_CHECK_EQUAL(error_of(authenticate(token)), "unauthenticated");
    }
}

CAF_TEST(a session ends when nobody uses it and when it is old) {
    confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    const auto remembered = sign_in("anna@example.com", "secret123", true);
    CAF_REQUIRE(session && remembered);
    CAF_CHECK(remembered->expires_at == time.now() + 14 * 24h);
    time.advance(24h - 1s);
    CAF_CHECK(people.cached(session->token));
    settle();
    time.advance(24h - 1s);
    CAF_CHECK(people.cached(session->token));
    settle();
    CAF_MESSAGE("in the database too");
    sessions.clear();
    CAF_CHECK(authenticate(session->token));
    time.advance(24h);
    CAF_CHECK(!people.cached(session->token));
    CAF_CHECK_EQUAL(error_of(authenticate(session->token)), "unauthenticated");
    CAF_CHECK(authenticate(remembered->token));
    for (int week = 0; week < 12; ++week) {
        CAF_CHECK(people.cached(remembered->token));
        settle();
        time.advance(7 * 24h);
    }
    CAF_CHECK(people.cached(remembered->token));
    settle();
    time.advance(3 * 24h + 2s); // 90 days in all
    CAF_CHECK(!people.cached(remembered->token));
    CAF_CHECK_EQUAL(error_of(authenticate(remembered->token)), "unauthenticated");
}

CAF_TEST(users see their sessions and end one or all) {
    const auto anna = confirmed_user("anna@example.com");
    const auto boris = confirmed_user("boris@example.com");
    const auto phone = test::answer_of<accounts::signed_in>([&](auto answer) {
        people.sign_in({.address = "203.0.113.7", .user_agent = "Phone/1.0"}, "anna@example.com", "secret123",
                       true, std::move(answer));
    });
    time.advance(1s);
    const auto laptop = sign_in("anna@example.com");
    CAF_REQUIRE(phone && laptop);
    using list = std::vector<listed_session>;
    const auto listed = [&] {
        return test::answer_of<list>(
            [&](auto answer) { people.list_sessions(anna, laptop->token, std::move(answer)); });
    };
    const auto all = listed();
    CAF_REQUIRE(all);
    CAF_REQUIRE_EQUAL(all->size(), 2u);
    CAF_CHECK(all->at(0).current && !all->at(1).current);
    const auto& remembered = all->at(1).session;
    CAF_CHECK(remembered.remember);
    CAF_CHECK_EQUAL(remembered.user_agent, "Phone/1.0");
    CAF_CHECK_EQUAL(remembered.address, "203.0.113.7");
    const auto end = [&](user_id who, session_id which) {
        return error_of(
            test::answer_of<done>([&](auto answer) { people.end_session(who, which, std::move(answer)); }));
    };
    CAF_CHECK_EQUAL(end(boris, remembered.id), "not_found");
    CAF_CHECK(people.cached(phone->token));
    CAF_CHECK_EQUAL(end(anna, remembered.id), "none");
    CAF_CHECK(!people.cached(phone->token));
    CAF_CHECK_EQUAL(error_of(authenticate(phone->token)), "unauthenticated");
    CAF_CHECK_EQUAL(end(anna, remembered.id), "not_found");
    CAF_CHECK(
        test::answer_of<done>([&](auto answer) { people.sign_out_everywhere(anna, std::move(answer)); }));
    CAF_CHECK(!people.cached(laptop->token));
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "0");
}

CAF_TEST(what ends a session elsewhere ends it in this process) {
    time.advance(std::chrono::duration_cast<microseconds>(
        system_clock{}.now() -
        time.now())); // the database tells only of sessions that have not expired by its own
    session_watch watch{options(1).database, sessions};
    watch.start();
    while (!watch.listening())
        std::this_thread::sleep_for(1ms);
    confirmed_user("anna@example.com");
    const auto ended = [&](const std::string& token) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (people.cached(token) && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(1ms);
        return !people.cached(token);
    };
    for (const auto* sql :
         {"DELETE FROM sessions", "UPDATE users SET encrypted_password = '$2a$05$abcdefghijklmnopqrstuu'"}) {
        const auto session = sign_in("anna@example.com");
        CAF_REQUIRE(session);
        CAF_CHECK(people.cached(session->token));
        value("BEGIN");
        value(sql);
        CAF_CHECK(people.cached(session->token));
        value("COMMIT");
        CAF_CHECK(ended(session->token));
    }
    CAF_MESSAGE("also after the connection was lost");
    value("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    while (watch.listening())
        std::this_thread::sleep_for(1ms);
    while (!watch.listening())
        std::this_thread::sleep_for(1ms);
    value("UPDATE users SET encrypted_password = '" +
          *passwords({.bcrypt_cost = 5}, random).hash("secret123") + "'");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    value("DELETE FROM sessions");
    CAF_CHECK(ended(session->token));
}

CAF_TEST(a session that was signed out is dead at once and only that one) {
    confirmed_user("anna@example.com");
    const auto first = sign_in("anna@example.com");
    const auto second = sign_in("anna@example.com");
    CAF_REQUIRE(first && second);
    CAF_CHECK(sign_out(first->token));
    CAF_CHECK(!people.cached(first->token));
    CAF_CHECK_EQUAL(error_of(authenticate(first->token)), "unauthenticated");
    CAF_CHECK(people.cached(second->token));
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "1");
    CAF_MESSAGE("once more is no error");
    CAF_CHECK(sign_out(first->token));
    CAF_CHECK(sign_out("nonsense"));
}

CAF_TEST(a session that is read while it is signed out does not stay in memory) {
    confirmed_user("anna@example.com");
    for (int round = 0; round < 100; ++round) {
        const auto session = sign_in("anna@example.com");
        CAF_REQUIRE(session);
        sessions.remove(*digest_of(session->token));
        test::at_once([&] { static_cast<void>(authenticate(session->token)); },
                      [&] { static_cast<void>(sign_out(session->token)); });
        CAF_CHECK(!people.cached(session->token));
    }
}

CAF_TEST(the use of a session is noted once a minute) {
    confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    const auto last_used_after = [&](std::chrono::seconds pause) {
        time.advance(pause);
        CAF_CHECK(people.cached(session->token));
        settle();
        return value("SELECT last_used_at FROM sessions");
    };
    CAF_CHECK_EQUAL(last_used_after(0s), "2026-11-23 10:00:00");
    CAF_CHECK_EQUAL(last_used_after(59s), "2026-11-23 10:00:00");
    CAF_CHECK_EQUAL(last_used_after(2s), "2026-11-23 10:01:01");
    CAF_CHECK_EQUAL(last_used_after(59s), "2026-11-23 10:01:01");
}

CAF_TEST(of two registrations at once one makes the account and both succeed) {
    constexpr int rounds = 50;
    for (int round = 0; round < rounds; ++round) {
        const auto email = "user" + std::to_string(round) + "@example.com";
        const auto attempt = [&] {
            if (!sign_up(email))
                throw std::runtime_error{"a sign-up failed"};
        };
        test::at_once(attempt, attempt);
    }
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM users"), std::to_string(rounds));
    const auto mails = delivered_mails();
    CAF_CHECK_EQUAL(mails.size(), 2u * rounds);
    for (const auto& mail : mails) {
        const auto token =
            value("SELECT confirmation_token FROM users WHERE email = '" + mail.headers.at("To") + "'");
        CAF_CHECK_EQUAL(test::token_in(mail), token);
    }
}

CAF_TEST(two logins at once both succeed while the hash is replaced) {
    for (int round = 0; round < 20; ++round) {
        const auto email = "user" + std::to_string(round) + "@example.com";
        value(
            "INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at) VALUES ('" +
            email +
            "', '$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i', now(), now(), now())");
        std::atomic<int> succeeded = 0;
        const auto attempt = [&] {
            if (sign_in(email, "password123"))
                ++succeeded;
        };
        test::at_once(attempt, attempt);
        CAF_CHECK_EQUAL(succeeded.load(), 2);
    }
}

CAF_TEST(a login does not outlive a change of the password at the same time) {
    confirmed_user("anna@example.com");
    const auto old_hash = value("SELECT encrypted_password FROM users");
    const auto new_hash = *passwords({.bcrypt_cost = 5}, random).hash("another password");
    for (int round = 0; round < 100; ++round) {
        test::at_once([&] { static_cast<void>(sign_in("anna@example.com")); },
                      [&] {
                          value("UPDATE users SET encrypted_password = '" + new_hash + "'"); // as Rails does
                      });
        CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "0");
        value("UPDATE users SET encrypted_password = '" + old_hash + "'");
    }
}

CAF_TEST(past the limit of the queue a command is refused at once) {
    auto limited = options(1);
    limited.queue_limit = 1;
    connection_pool pool{limited};
    accounts crowded{{pool, pool, sessions, time, random},
                     {.settings = test::cheap_accounts(), .base_url = [] { return std::string{}; }}};
    std::promise<std::string> waiting;
    {
        blocker busy{pool};
        crowded.sign_in(
            {}, "anna@example.com", "secret123", false,
            [&](const outcome<accounts::signed_in>& result) { waiting.set_value(error_of(result)); });
        const auto refused = test::answer_of<accounts::signed_in>([&](auto answer) {
            crowded.sign_in({}, "anna@example.com", "secret123", false, std::move(answer));
        });
        CAF_REQUIRE(!refused);
        CAF_CHECK(refused.error().code == errc::overloaded);
        CAF_CHECK(refused.error().retry_after == 1s);
        const auto unlucky = test::answer_of<done>(
            [&](auto answer) { crowded.resend_confirmation({}, "a@b", std::move(answer)); });
        CAF_CHECK_EQUAL(error_of(unlucky), "overloaded");
    }
    CAF_CHECK_EQUAL(waiting.get_future().get(), "invalid_credentials");
    pool.stop();
}

CAF_TEST(no password is hashed for a caller who has gone) {
    connection_pool pool{options(1)};
    accounts crowded{
        {pool, pool, sessions, time, random},
        {.settings = test::cheap_accounts(), .base_url = [] { return std::string{}; }, .patience = 30s}};
    std::promise<std::string> waiting;
    blocker busy{pool};
    crowded.sign_in({}, "anna@example.com", "secret123", false,
                    [&](const outcome<accounts::signed_in>& result) { waiting.set_value(error_of(result)); });
    time.advance(31s);
    busy.release();
    CAF_CHECK_EQUAL(waiting.get_future().get(), "overloaded");
    pool.stop();
}

CAF_TEST(without the database every command says so) {
    auto nowhere = options(1);
    nowhere.database.conninfo = "host=/nonexistent dbname=atelier";
    nowhere.patience = 10ms;
    connection_pool pool{nowhere};
    accounts cut_off{{pool, pool, sessions, time, random},
                     {.settings = test::cheap_accounts(), .base_url = [] { return std::string{}; }}};
    const auto refused = [](const auto& result) { return error_of(result) == "unavailable"; };
    CAF_CHECK(refused(test::answer_of<done>(
        [&](auto answer) { cut_off.sign_up({}, "anna@example.com", "secret123", std::move(answer)); })));
    CAF_CHECK(refused(test::answer_of<accounts::signed_in>([&](auto answer) {
        cut_off.sign_in({}, "anna@example.com", "secret123", false, std::move(answer));
    })));
    CAF_CHECK(refused(test::answer_of<done>(
        [&](auto answer) { cut_off.resend_confirmation({}, "anna@example.com", std::move(answer)); })));
    CAF_CHECK(
        refused(test::answer_of<user_record>([&](auto answer) { cut_off.confirm("x", std::move(answer)); })));
    CAF_CHECK(refused(test::answer_of<principal>(
        [&](auto answer) { cut_off.authenticate(new_bearer_token(random), std::move(answer)); })));
    pool.stop();
}

CAF_TEST(a block and a sign in at once leave no session) {
    const auto anna = confirmed_user("anna@example.com");
    auto database = pg::connection::open({.conninfo = conninfo});
    CAF_REQUIRE(database);
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        outcome<accounts::signed_in> session = errc::internal;
        status blocked = errc::internal;
        test::at_once([&] { session = sign_in("anna@example.com"); },
                      [&] { blocked = queries::block_user(*database, anna, "a reason", time.now()); });
        if (!blocked || value("SELECT count(*) FROM sessions") != "0")
            CAF_FAIL("round " << round);
        if (!session && session.error().code != errc::account_blocked)
            CAF_FAIL("round " << round << ": " << to_string(session.error().code));
        CAF_REQUIRE(queries::unblock_user(*database, anna));
    }
    CAF_REQUIRE(queries::block_user(*database, anna, "a reason", time.now()));
    CAF_CHECK(sign_in("anna@example.com").error().code == errc::account_blocked);
    CAF_CHECK(sign_in("anna@example.com", "wrong").error().code == errc::invalid_credentials);
    CAF_REQUIRE(queries::unblock_user(*database, anna));
    CAF_CHECK(sign_in("anna@example.com"));
}

CAF_TEST_FIXTURE_SCOPE_END()
