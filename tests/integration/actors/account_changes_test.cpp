#define CAF_SUITE account_changes

#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct fixture : test::accounts_fixture {
    std::string stored(const std::string& column, user_id user) {
        return value("SELECT " + column + " FROM users WHERE id = " + std::to_string(user.value));
    }
    /// The last mail to an address.
    test::read_mail last_mail(const std::string& to) {
        test::read_mail last;
        for (auto& mail : delivered_mails())
            if (mail.headers.at("To") == to)
                last = std::move(mail);
        return last;
    }
    std::string reset_token(const std::string& email) {
        if (!request_reset(email))
            return {};
        return test::token_in(last_mail(email));
    }
};

template <class T>
std::string error_of(const outcome<T>& result) {
    if (result)
        return "none";
    auto text = std::string{to_string(result.error().code)};
    for (const auto& f : result.error().fields)
        text += ' ' + f.field + ':' + f.code;
    return text;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(account_changes_tests, fixture)

CAF_TEST(a forgotten password is replaced once and ends all sessions) {
    const auto anna = confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    CAF_REQUIRE(request_reset(" Anna@Example.com"));
    const auto mail = last_mail("anna@example.com");
    CAF_CHECK(mail.parts[0].text.find("\nhttp://localhost:8080/reset-password?token=") != std::string::npos);
    const auto token = test::token_in(mail);
    CAF_CHECK_EQUAL(token.size(), 20u);
    CAF_MESSAGE("only a digest is stored, as Devise has it");
    const devise_token_digest digest{"0123456789abcdef0123456789abcdef", "reset_password_token",
                                     rails_defaults::v7_1};
    CAF_CHECK_EQUAL(stored("reset_password_token", anna), digest.of(token));
    CAF_CHECK_EQUAL(stored("reset_password_sent_at", anna), "2026-11-23 10:00:00");

    CAF_CHECK_EQUAL(error_of(reset(token, "short")), "validation_failed password:too_short");
    time.advance(6h);
    CAF_CHECK(people.cached(session->token));
    CAF_CHECK_EQUAL(error_of(reset(token, "another secret")), "none");
    CAF_CHECK(!people.cached(session->token));
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "0");
    CAF_CHECK_EQUAL(stored("reset_password_token", anna) + stored("reset_password_sent_at", anna), "");
    CAF_CHECK_EQUAL(error_of(reset(token, "a third secret")), "invalid_token");
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com")), "invalid_credentials");
    CAF_CHECK(sign_in("anna@example.com", "another secret"));
    CAF_CHECK(last_mail("anna@example.com").parts[0].text.find("2026-11-23 16:00 UTC") != std::string::npos);
}

CAF_TEST(a link for a new password ends with time and with the next one) {
    confirmed_user("anna@example.com");
    const auto first = reset_token("anna@example.com");
    const auto second = reset_token("anna@example.com");
    CAF_CHECK_NOT_EQUAL(first, second);
    CAF_CHECK_EQUAL(error_of(reset(first, "another secret")), "invalid_token");
    time.advance(6h + 1s);
    CAF_CHECK_EQUAL(error_of(reset(second, "another secret")), "invalid_token");
    CAF_CHECK(sign_in("anna@example.com"));
}

CAF_TEST(nobody learns from a forgotten password whether there is an account) {
    confirmed_user("anna@example.com");
    const auto mails = delivered_mails().size();
    for (const auto& email : {"nobody@example.com"s, ""s, "no address"s, "x\0y"s, "\xFF"s, "%"s})
        CAF_CHECK_EQUAL(error_of(request_reset(email)), "none");
    CAF_CHECK_EQUAL(delivered_mails().size(), mails);
}

CAF_TEST(a token that nobody was given sets no password) {
    const auto anna = confirmed_user("anna@example.com");
    const auto hash = stored("encrypted_password", anna);
    value("UPDATE users SET reset_password_token = '', reset_password_sent_at = now()");
    for (const auto& token : {""s, " "s, "null"s, "NULL"s, "undefined"s, "0"s, "[]"s, "{}"s, "%"s, "\0"s,
                              "\xFF"s, "' OR ''='"s, std::string(100'000, 'x')})
        CAF_CHECK_EQUAL(error_of(reset(token, "another secret")), "invalid_token");
    CAF_MESSAGE("nor does what is stored of one");
    CAF_REQUIRE(request_reset("anna@example.com"));
    settle();
    CAF_CHECK_EQUAL(error_of(reset(stored("reset_password_token", anna), "another secret")), "invalid_token");
    CAF_CHECK_EQUAL(stored("encrypted_password", anna), hash);
}

CAF_TEST(a new password does not confirm an address) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    CAF_CHECK_EQUAL(error_of(reset(reset_token("anna@example.com"), "another secret")), "none");
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com", "another secret")), "email_not_confirmed");
}

CAF_TEST(who knows the password changes it and stays signed in) {
    const auto anna = confirmed_user("anna@example.com");
    const auto here = sign_in("anna@example.com");
    const auto there = sign_in("anna@example.com");
    CAF_REQUIRE(here && there);
    CAF_CHECK_EQUAL(error_of(change_password(anna, here->token, "wrong", "another secret")),
                    "validation_failed current_password:invalid");
    CAF_CHECK_EQUAL(error_of(change_password(anna, here->token, "secret123", "short")),
                    "validation_failed password:too_short");
    const auto pending = reset_token("anna@example.com");
    CAF_CHECK_EQUAL(error_of(change_password(anna, here->token, "secret123", "another secret")), "none");
    CAF_CHECK(authenticate(here->token));
    CAF_CHECK_EQUAL(error_of(authenticate(there->token)), "unauthenticated");
    CAF_CHECK_EQUAL(error_of(reset(pending, "a third secret")), "invalid_token");
    CAF_CHECK(sign_in("anna@example.com", "another secret"));
    CAF_CHECK_EQUAL(last_mail("anna@example.com").headers.at("Subject").empty(), false);
}

CAF_TEST(a better hash of the same password ends nothing) {
    const auto anna = confirmed_user("anna@example.com");
    const auto first = sign_in("anna@example.com");
    CAF_REQUIRE(first);
    const auto cheap = *passwords({.bcrypt_cost = 4}, random).hash("secret123");
    value("BEGIN");
    value("SELECT set_config('atelier.rehash', 'on', true)");
    value("UPDATE users SET encrypted_password = '" + cheap + "'");
    value("COMMIT");
    CAF_CHECK(sign_in("anna@example.com"));
    CAF_CHECK_NOT_EQUAL(stored("encrypted_password", anna), cheap);
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "2");
}

CAF_TEST(a new address counts once it is confirmed) {
    const auto anna = confirmed_user("anna@example.com");
    const auto pending = reset_token("anna@example.com");
    CAF_CHECK_EQUAL(error_of(change_email(anna, "new@example.com", "wrong")),
                    "validation_failed current_password:invalid");
    CAF_CHECK_EQUAL(error_of(change_email(anna, "no address")), "validation_failed email:invalid");
    CAF_REQUIRE(change_email(anna, " New@Example.com "));
    CAF_CHECK_EQUAL(stored("email", anna), "anna@example.com");
    CAF_CHECK_EQUAL(me(anna)->unconfirmed_email, "new@example.com");
    CAF_CHECK(last_mail("anna@example.com").parts[0].text.find("n***@example.com") != std::string::npos);
    const auto token = test::token_in(last_mail("new@example.com"));
    const auto confirmed = confirm(token);
    CAF_REQUIRE(confirmed);
    CAF_CHECK_EQUAL(confirmed->email, "new@example.com");
    CAF_CHECK_EQUAL(stored("email", anna) + stored("unconfirmed_email", anna), "new@example.com");
    CAF_CHECK_EQUAL(error_of(reset(pending, "another secret")), "invalid_token");
    CAF_CHECK(sign_in("new@example.com"));
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com")), "invalid_credentials");
    CAF_MESSAGE("once more is as good");
    CAF_CHECK(confirm(token));
}

CAF_TEST(nobody learns by changing the address whether it is taken) {
    const auto anna = confirmed_user("anna@example.com");
    confirmed_user("boris@example.com");
    CAF_CHECK_EQUAL(error_of(change_email(anna, "boris@example.com")), "none");
    CAF_CHECK_EQUAL(me(anna)->unconfirmed_email, "boris@example.com");
    CAF_CHECK_EQUAL(test::token_in(last_mail("boris@example.com")), "");
    CAF_MESSAGE("and its token, which nobody has, takes no address away");
    CAF_CHECK_EQUAL(error_of(confirm(stored("confirmation_token", anna))), "state_conflict");
    CAF_CHECK_EQUAL(stored("email", anna), "anna@example.com");
}

CAF_TEST(the present address takes a change back) {
    const auto anna = confirmed_user("anna@example.com");
    CAF_REQUIRE(change_email(anna, "new@example.com"));
    const auto token = test::token_in(last_mail("new@example.com"));
    CAF_REQUIRE(change_email(anna, "anna@example.com"));
    CAF_CHECK_EQUAL(error_of(confirm(token)), "invalid_token");
    CAF_CHECK_EQUAL(me(anna)->unconfirmed_email, "");
}

CAF_TEST(tokens of old versions of Devise are stored as digests) {
    const devise_token_digest digest{"0123456789abcdef0123456789abcdef", "confirmation_token",
                                     rails_defaults::v7_1};
    value(
        "INSERT INTO users (email, encrypted_password, confirmation_token, confirmation_sent_at, created_at, "
        "updated_at) VALUES ('old@example.com', 'x', '" +
        digest.of("oldtoken") + "', '2026-11-23 09:00:00', now(), now())");
    CAF_CHECK(confirm("oldtoken"));
}

CAF_TEST(mails are in the language that was chosen) {
    const auto anna = confirmed_user("anna@example.com");
    const auto chosen = test::answer_of<user_record>(
        [&](auto answer) { people.choose_language(anna, mail_language::russian, std::move(answer)); });
    CAF_REQUIRE(chosen);
    CAF_CHECK_EQUAL(chosen->language, "ru");
    CAF_REQUIRE(request_reset("anna@example.com"));
    CAF_CHECK(last_mail("anna@example.com").parts[0].text.find("Здравствуйте") != std::string::npos);
    CAF_CHECK(test::answer_of<user_record>(
        [&](auto answer) { people.choose_language(anna, std::nullopt, std::move(answer)); }));
    CAF_REQUIRE(request_reset("anna@example.com"));
    CAF_CHECK(last_mail("anna@example.com").parts[0].text.find("Hello") != std::string::npos);
}

CAF_TEST(a closed account keeps nothing personal) {
    const auto anna = confirmed_user("anna@example.com");
    const auto session = sign_in("anna@example.com");
    CAF_REQUIRE(session);
    CAF_CHECK_EQUAL(error_of(close(anna, "wrong")), "validation_failed current_password:invalid");
    CAF_CHECK(authenticate(session->token));
    delivered_mails();
    CAF_REQUIRE(close(anna));
    CAF_CHECK(!people.cached(session->token));
    CAF_CHECK_EQUAL(error_of(authenticate(session->token)), "unauthenticated");
    CAF_CHECK_EQUAL(stored("email", anna), "deleted-" + std::to_string(anna.value) + "@deleted.invalid");
    CAF_CHECK_EQUAL(stored("encrypted_password || coalesce(confirmation_token, '')", anna), "");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM outbox WHERE payload::text LIKE '%anna@%'"), "1");
    CAF_CHECK_EQUAL(value("SELECT user_id FROM deleted_users"), std::to_string(anna.value));
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com")), "invalid_credentials");
    CAF_CHECK_EQUAL(error_of(sign_in(stored("email", anna), "")), "invalid_credentials");
    CAF_MESSAGE("the address is free again");
    const auto mails = delivered_mails().size();
    CAF_REQUIRE(sign_up("anna@example.com"));
    CAF_CHECK_EQUAL(delivered_mails().size(), mails + 1);
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM users"), "2");
}

CAF_TEST(of two resets at once one wins) {
    confirmed_user("anna@example.com");
    constexpr int rounds = 1000;
    int succeeded = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto token = "token" + std::to_string(round);
        const devise_token_digest& digest = [] {
            static const devise_token_digest made{"0123456789abcdef0123456789abcdef", "reset_password_token",
                                                  rails_defaults::v7_1};
            return std::cref(made);
        }();
        value("UPDATE users SET reset_password_token = '" + digest.of(token) +
              "', reset_password_sent_at = '2026-11-23 10:00:00'");
        outcome<done> first = errc::internal;
        outcome<done> second = errc::internal;
        test::at_once([&] { first = reset(token, "first secret"); },
                      [&] { second = reset(token, "second secret"); });
        if (first.has_value() == second.has_value())
            CAF_FAIL("round " << round << ": " << error_of(first) << ", " << error_of(second));
        ++succeeded;
        if (round % 100 == 0)
            CAF_CHECK(sign_in("anna@example.com", first ? "first secret" : "second secret"));
    }
    CAF_CHECK_EQUAL(succeeded, rounds);
}

CAF_TEST(a confirmation and a change of the address at once leave no mixed state) {
    const auto anna = confirmed_user("anna@example.com");
    constexpr int rounds = 1000;
    for (int round = 0; round < rounds; ++round) {
        value("UPDATE users SET email = 'anna@example.com', unconfirmed_email = 'first@example.com', "
              "confirmation_token = 'first', confirmation_sent_at = '2026-11-23 10:00:00'");
        outcome<user_record> confirmed = errc::internal;
        outcome<done> changed = errc::internal;
        test::at_once([&] { confirmed = confirm("first"); },
                      [&] { changed = change_email(anna, "second@example.com"); });
        if (!changed || (!confirmed && confirmed.error().code != errc::invalid_token))
            CAF_FAIL("round " << round << ": " << error_of(confirmed) << ", " << error_of(changed));
        const auto email = stored("email", anna);
        const auto token = stored("confirmation_token", anna);
        // Whoever was first: the later token is for the later address, and confirms no other.
        if (email != (confirmed ? "first@example.com" : "anna@example.com") || token == "first" ||
            stored("unconfirmed_email", anna) != "second@example.com")
            CAF_FAIL("round " << round << ": " << email << ", " << token);
    }
    CAF_CHECK_EQUAL(stored("unconfirmed_email", anna), "second@example.com");
}

CAF_TEST(two users who want one address do not both get it) {
    const auto anna = confirmed_user("anna@example.com");
    const auto boris = confirmed_user("boris@example.com");
    constexpr int rounds = 1000;
    for (int round = 0; round < rounds; ++round) {
        value(
            "UPDATE users SET email = 'user' || id || '@example.com', unconfirmed_email = 'new@example.com', "
            "confirmation_token = 'token' || id, confirmation_sent_at = '2026-11-23 10:00:00'");
        outcome<user_record> first = errc::internal;
        outcome<user_record> second = errc::internal;
        test::at_once([&] { first = confirm("token" + std::to_string(anna.value)); },
                      [&] { second = confirm("token" + std::to_string(boris.value)); });
        const auto& loser = first ? second : first;
        if (first.has_value() == second.has_value() || loser.error().code != errc::state_conflict)
            CAF_FAIL("round " << round << ": " << error_of(first) << ", " << error_of(second));
    }
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM users WHERE email = 'new@example.com'"), "1");
}

CAF_TEST(who tries too often has to wait whether there is an account or not ) {
    confirmed_user("anna@example.com");
    auto settings = test::cheap_accounts();
    settings.attempts_per_address = 12;
    settings.failures_max = 3;
    accounts strict{{hashing, general, sessions, time, random},
                    {.settings = settings, .base_url = [] { return std::string{}; }}};
    const auto attempt = [&](const std::string& address, const std::string& email,
                             const std::string& password) {
        return test::answer_of<accounts::signed_in>([&](auto answer) {
            strict.sign_in({.address = address}, email, password, false, std::move(answer));
        });
    };
    for (const auto* email : {"anna@example.com", "nobody@example.com"}) {
        for (int i = 0; i < 3; ++i)
            CAF_CHECK_EQUAL(error_of(attempt("198.51.100.1", email, "wrong")), "invalid_credentials");
        const auto refused = attempt("198.51.100.1", email, "secret123");
        CAF_CHECK_EQUAL(error_of(refused), "rate_limited");
        CAF_CHECK(refused.error().retry_after == 1s);
        CAF_CHECK_EQUAL(refused.error().rate->policy, "account");
    }
    time.advance(1s);
    CAF_CHECK(attempt("198.51.100.1", "anna@example.com", "secret123"));
    CAF_MESSAGE("success forgets the failures");
    CAF_CHECK_EQUAL(error_of(attempt("198.51.100.1", "anna@example.com", "wrong")), "invalid_credentials");
    while (error_of(attempt("198.51.100.1", "someone@example.com", "wrong")) != "rate_limited")
        time.advance(1us);
    const auto refused = attempt("198.51.100.1", "else@example.com", "wrong");
    CAF_CHECK_EQUAL(error_of(refused), "rate_limited");
    CAF_MESSAGE("a network of IPv6 counts as one address");
    std::string answers;
    for (int i = 0; i < 13; ++i)
        answers = error_of(attempt("2001:db8:1:2::" + std::to_string(i), "u" + std::to_string(i), "wrong"));
    CAF_CHECK_EQUAL(answers, "rate_limited");
    CAF_CHECK_EQUAL(error_of(attempt("2001:db8:1:3::1", "other", "wrong")), "invalid_credentials");
}

CAF_TEST_FIXTURE_SCOPE_END()
