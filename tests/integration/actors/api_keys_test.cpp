#define CAF_SUITE api_keys

#include "actors/operators.hpp"
#include "persistence/queries/operators.hpp"
#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

template <class T>
std::string error_of(const outcome<T>& result) {
    return result ? "none" : std::string{to_string(result.error().code)};
}

class fixture : public test::accounts_fixture {
public:
    outcome<accounts::new_api_key> make_key(user_id user, scopes may = {scope::read},
                                            std::optional<instant> expires_at = std::nullopt) {
        return test::answer_of<accounts::new_api_key>([&](auto answer) {
            people.create_api_key(user, "a program", may, expires_at, std::move(answer));
        });
    }
    outcome<std::vector<api_key_record>> keys_of(user_id user) {
        return test::answer_of<std::vector<api_key_record>>(
            [&](auto answer) { people.list_api_keys(user, std::move(answer)); });
    }
    outcome<done> end_key(user_id user, api_key_id key) {
        return test::answer_of<done>(
            [&](auto answer) { people.delete_api_key(user, key, std::move(answer)); });
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_keys_tests, fixture)

CAF_TEST(a key stands for its user and its scopes until it is ended) {
    const auto user = confirmed_user("anna@example.com");
    const auto other = confirmed_user("bert@example.com");
    const auto made = make_key(user, {scope::generate, scope::read});
    CAF_REQUIRE(made);
    CAF_CHECK(made->token.starts_with("atk_"));
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM api_keys WHERE api_keys::text LIKE '%" +
                          made->token.substr(4, 20) + "%'"),
                    "0");
    CAF_CHECK(!people.cached(made->token));
    const auto who = authenticate(made->token);
    CAF_REQUIRE(who);
    CAF_CHECK(*who == (principal{user, {scope::read, scope::generate}}));
    CAF_CHECK(people.cached(made->token) == *who);
    CAF_CHECK_EQUAL(error_of(end_key(other, made->key.id)), "not_found");
    CAF_CHECK(end_key(user, made->key.id));
    CAF_CHECK(!people.cached(made->token));
    CAF_CHECK_EQUAL(error_of(authenticate(made->token)), "unauthenticated");
}

CAF_TEST(a key expires when it shall and its use is noted) {
    const auto user = confirmed_user("anna@example.com");
    const auto made = make_key(user, {scope::read}, time.now() + 24h);
    const auto lasting = make_key(user);
    CAF_REQUIRE(made && lasting);
    CAF_CHECK(authenticate(made->token));
    CAF_CHECK_EQUAL(value("SELECT count(last_used_at) FROM api_keys"), "0");
    time.advance(24h - 1s);
    CAF_CHECK(people.cached(made->token));
    settle();
    CAF_CHECK_EQUAL(value("SELECT count(last_used_at) FROM api_keys"), "1");
    time.advance(1s);
    CAF_CHECK(!people.cached(made->token));
    CAF_CHECK_EQUAL(error_of(authenticate(made->token)), "unauthenticated");
    time.advance(24h * 365 * 100);
    CAF_CHECK(authenticate(lasting->token));
    CAF_CHECK(people.cached(lasting->token));
    const auto all = keys_of(user);
    CAF_REQUIRE(all);
    CAF_CHECK_EQUAL(all->size(), 2u);
}

CAF_TEST(a user has so many keys and an account that is closed has none) {
    const auto user = confirmed_user("anna@example.com");
    for (int i = 0; i < 50; ++i)
        CAF_REQUIRE(make_key(user));
    CAF_CHECK_EQUAL(error_of(make_key(user)), "state_conflict");
    const auto other = confirmed_user("bert@example.com");
    const auto made = make_key(other);
    CAF_REQUIRE(made);
    CAF_REQUIRE(close(other));
    CAF_CHECK_EQUAL(error_of(authenticate(made->token)), "unauthenticated");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM api_keys"), "50");
}

CAF_TEST(a new password leaves the keys of programs alone) {
    const auto user = confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    const auto made = make_key(user);
    CAF_REQUIRE(session && made);
    CAF_REQUIRE(change_password(user, session->token, "secret123", "another secret"));
    CAF_CHECK(authenticate(made->token));
}

CAF_TEST(an operator is known by the token until it ends) {
    operators staff{general, time};
    const auto name_of = [&](const std::string& token) {
        const auto found =
            test::answer_of<std::string>([&](auto answer) { staff.authenticate(token, std::move(answer)); });
        return found ? *found : error_of(found);
    };
    const auto token = new_bearer_token(random, token_kind::operator_);
    operator_record olga;
    olga.name = "olga";
    olga.digest = digest_of(token, token_kind::operator_)->hex();
    olga.created_at = time.now();
    olga.expires_at = time.now() + 1h;
    CAF_REQUIRE(queries::insert_operator(database, olga));
    CAF_CHECK_EQUAL(error_of(queries::insert_operator(database, olga)), "state_conflict");
    CAF_CHECK_EQUAL(name_of(token), "olga");
    CAF_CHECK_EQUAL(name_of(new_bearer_token(random, token_kind::operator_)), "unauthenticated");
    CAF_CHECK_EQUAL(name_of(new_bearer_token(random)), "unauthenticated");
    time.advance(1h);
    CAF_CHECK_EQUAL(name_of(token), "unauthenticated");
    CAF_CHECK(queries::delete_operator(database, "olga"));
    CAF_CHECK_EQUAL(error_of(queries::delete_operator(database, "olga")), "not_found");
}

CAF_TEST(while the database is away an operator is remembered for an hour) {
    // By this way the pool finds the database, or does not.
    const auto way = place.path() / "way";
    const auto host = conninfo.find("host=") + 5;
    std::filesystem::create_symlink(conninfo.substr(host, conninfo.find(' ', host) - host), way);
    auto reached = options(1);
    reached.database.conninfo += " host=" + way.string();
    reached.patience = 100ms;
    connection_pool pool{reached};
    operators staff{pool, time};
    const auto token = new_bearer_token(random, token_kind::operator_);
    operator_record olga;
    olga.name = "olga";
    olga.digest = digest_of(token, token_kind::operator_)->hex();
    olga.created_at = time.now();
    CAF_REQUIRE(queries::insert_operator(database, olga));
    const auto name_of = [&](const std::string& shown) {
        const auto found =
            test::answer_of<std::string>([&](auto answer) { staff.authenticate(shown, std::move(answer)); });
        return found ? *found : error_of(found);
    };
    CAF_CHECK_EQUAL(name_of(token), "olga");
    std::filesystem::remove(way);
    CAF_REQUIRE(value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE "
                      "'%FROM operators %' AND pid <> pg_backend_pid()") != "0");
    CAF_CHECK_EQUAL(name_of(token), "olga");
    CAF_CHECK_EQUAL(name_of(new_bearer_token(random, token_kind::operator_)), "unavailable");
    time.advance(1h);
    CAF_CHECK_EQUAL(name_of(token), "unavailable");
    pool.stop();
}

CAF_TEST(the audit log only grows) {
    operator_action action;
    action.who = "olga";
    action.action = "POST /ops/users/7/grants";
    action.detail = R"({"tokens":10})";
    action.begun_at = time.now();
    const auto first = queries::begin_action(database, action);
    CAF_REQUIRE(first);
    CAF_CHECK(queries::end_action(database, *first, "201", time.now()));
    CAF_CHECK_EQUAL(error_of(queries::end_action(database, *first, "500", time.now())), "not_found");
    action.who = "bert";
    CAF_REQUIRE(queries::begin_action(database, action));
    for (const auto* change : {"DELETE FROM operator_actions", "TRUNCATE operator_actions",
                               "UPDATE operator_actions SET outcome = '500' WHERE outcome = '201'",
                               "UPDATE operator_actions SET who = 'anna' WHERE who = 'bert'"})
        CAF_CHECK(!database.execute(change));
    const auto all = queries::list_actions(database, "", {}, 1);
    CAF_REQUIRE(all);
    CAF_CHECK_EQUAL(all->data.front().who, "bert");
    CAF_CHECK_EQUAL(all->data.front().outcome, "");
    const auto next = queries::list_actions(database, "", action_id{all->next}, 1);
    CAF_REQUIRE(next);
    CAF_CHECK_EQUAL(next->data.front().outcome, "201");
    CAF_CHECK_EQUAL(queries::list_actions(database, "anna", {}, 10)->data.size(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
