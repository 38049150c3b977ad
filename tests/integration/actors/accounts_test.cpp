#define CAF_SUITE accounts

#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct fixture : test::accounts_fixture {
    std::string stored(const std::string& column, const std::string& email = "anna@example.com") {
        return value("SELECT " + column + " FROM users WHERE email = '" + email + "'");
    }
    std::string users() { return value("SELECT count(*) FROM users"); }
};

template <class T>
std::string error_of(const outcome<T>& result) {
    return result ? "none" : std::string{to_string(result.error().code)};
}

/// The fields that were refused, with the codes.
std::string refused(const status& result) {
    std::string fields;
    if (!result)
        for (const auto& f : result.error().fields)
            fields += f.field + ":" + f.code + " ";
    return fields;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(accounts_tests, fixture)

CAF_TEST(who signs up and confirms the address can sign in) {
    CAF_REQUIRE(sign_up("  Anna@Example.com "));
    const auto mails = delivered_mails();
    CAF_REQUIRE_EQUAL(mails.size(), 1u);
    CAF_CHECK_EQUAL(mails_queued.load(), 1);
    CAF_CHECK_EQUAL(mails[0].headers.at("To"), "anna@example.com");
    CAF_CHECK_EQUAL(mails[0].headers.at("From"), "Ателье <no-reply@localhost>");
    CAF_CHECK(mails[0].parts[0].text.find("\nhttp://localhost:8080/confirm?token=") != std::string::npos);
    CAF_CHECK(mails[0].parts[0].text.find("2026-11-26 10:00 UTC") != std::string::npos);

    const auto user = confirm(test::token_in(mails[0]));
    CAF_REQUIRE(user);
    CAF_CHECK_EQUAL(user->email, "anna@example.com");
    CAF_CHECK(user->confirmed_at == time.now());
    CAF_CHECK_EQUAL(user->encrypted_password, "");

    const auto session = sign_in(" ANNA@example.com");
    CAF_REQUIRE(session);
    CAF_CHECK(session->user.id == user->id);
    CAF_CHECK_EQUAL(session->user.encrypted_password, "");
    CAF_CHECK(session->expires_at == time.now() + 24h);
    CAF_CHECK(people.cached(session->token)->user == user->id);
    const auto self = me(user->id);
    CAF_REQUIRE(self);
    CAF_CHECK_EQUAL(self->email, "anna@example.com");
    CAF_CHECK_EQUAL(self->encrypted_password, "");
}

CAF_TEST(the rows are as Devise writes them) {
    CAF_REQUIRE(sign_up("anna@example.com", "пароль123"));
    CAF_CHECK_EQUAL(stored("left(encrypted_password, 7)"), "$2a$05$");
    CAF_CHECK_EQUAL(stored("length(encrypted_password)"), "60");
    CAF_CHECK_EQUAL(stored("length(confirmation_token)"), "20");
    CAF_CHECK_EQUAL(stored("confirmation_sent_at"), "2026-11-23 10:00:00");
    CAF_CHECK_EQUAL(stored("confirmed_at"), "");
    const auto token = stored("confirmation_token");
    CAF_REQUIRE(confirm(token));
    CAF_CHECK_EQUAL(stored("confirmed_at"), "2026-11-23 10:00:00");
    CAF_CHECK_EQUAL(stored("confirmation_token"), token);
    CAF_CHECK(sign_in("anna@example.com", "пароль123"));
}

CAF_TEST(a registration that cannot be is refused with its fields) {
    CAF_CHECK_EQUAL(refused(sign_up("anna@example.com", "short")), "password:too_short ");
    CAF_CHECK_EQUAL(refused(sign_up("anna", "secret123")), "email:invalid ");
    CAF_CHECK_EQUAL(refused(sign_up("", "")), "email:invalid password:required ");
    CAF_CHECK_EQUAL(refused(sign_up("anna@example.com\r\nBcc: boris@example.com")), "email:invalid ");
    CAF_CHECK_EQUAL(refused(sign_up("anna@example.com\0"s + "x")), "email:invalid ");
    CAF_CHECK_EQUAL(refused(sign_up("anna@example.com", std::string(73, 'x'))), "password:too_long ");
    CAF_CHECK_EQUAL(refused(sign_up("anna@example.com", "secret\0x"s)), "password:invalid ");
    CAF_CHECK_EQUAL(users(), "0");
    CAF_CHECK_EQUAL(mails_queued.load(), 0);
}

CAF_TEST(a known address is not told from a new one) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    const auto token = stored("confirmation_token");
    const auto hash = stored("encrypted_password");

    CAF_MESSAGE("one that is not confirmed gets its link again");
    CAF_REQUIRE(sign_up("anna@example.com", "another password"));
    auto mails = delivered_mails();
    CAF_REQUIRE_EQUAL(mails.size(), 2u);
    CAF_CHECK_EQUAL(test::token_in(mails[1]), token);

    CAF_MESSAGE("one that is gets the news that it has an account");
    CAF_REQUIRE(confirm(token));
    CAF_REQUIRE(sign_up("Anna@example.com", "another password", mail_language::russian));
    mails = delivered_mails();
    CAF_REQUIRE_EQUAL(mails.size(), 3u);
    CAF_CHECK_EQUAL(mails[2].headers.at("Subject"), "У вас уже есть учётная запись");
    CAF_CHECK_EQUAL(mails[2].headers.at("Content-Language"), "ru");
    CAF_CHECK_EQUAL(test::token_in(mails[2]), "");

    CAF_CHECK_EQUAL(users(), "1");
    CAF_CHECK_EQUAL(stored("encrypted_password"), hash);
}

CAF_TEST(the link is mailed again only where there is something to confirm) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    confirmed_user("boris@example.com");
    CAF_REQUIRE_EQUAL(delivered_mails().size(), 2u);
    CAF_CHECK(resend("nobody@example.com"));
    CAF_CHECK(resend("boris@example.com"));
    CAF_CHECK(resend("no address"));
    CAF_CHECK(resend(""));
    CAF_CHECK(resend("x\0y"s));
    CAF_REQUIRE_EQUAL(delivered_mails().size(), 2u);
    CAF_CHECK(resend(" ANNA@example.com"));
    const auto mails = delivered_mails();
    CAF_REQUIRE_EQUAL(mails.size(), 3u);
    CAF_CHECK_EQUAL(test::token_in(mails[2]), test::token_in(mails[0]));
}

CAF_TEST(a link expires and the next one is another) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    const auto old = stored("confirmation_token");
    time.advance(72h + 1s);
    CAF_CHECK_EQUAL(error_of(confirm(old)), "invalid_token");
    CAF_CHECK_EQUAL(stored("confirmed_at"), "");

    CAF_REQUIRE(resend("anna@example.com"));
    const auto mails = delivered_mails();
    CAF_REQUIRE_EQUAL(mails.size(), 2u);
    const auto fresh = test::token_in(mails[1]);
    CAF_CHECK_NOT_EQUAL(fresh, old);
    CAF_CHECK_EQUAL(error_of(confirm(old)), "invalid_token");
    CAF_CHECK(confirm(fresh));
}

CAF_TEST(to confirm twice is as good as once) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    const auto token = stored("confirmation_token");
    CAF_REQUIRE(confirm(token));
    const auto at = stored("confirmed_at");
    time.advance(240h);
    const auto again = confirm(token);
    CAF_REQUIRE(again);
    CAF_CHECK_EQUAL(again->email, "anna@example.com");
    CAF_CHECK_EQUAL(stored("confirmed_at"), at);
}

CAF_TEST(a token that nobody was given confirms nobody) {
    value("INSERT INTO users (email, confirmation_token, created_at, updated_at) VALUES "
          "('without@example.com', NULL, now(), now()), ('blank@example.com', '', now(), now())");
    for (const auto& token : {""s, " "s, "null"s, "NULL"s, "undefined"s, "0"s, "[]"s, "{}"s, "%"s, "\0"s,
                              "\xFF"s, "' OR ''='"s, std::string(100'000, 'x')})
        CAF_CHECK_EQUAL(error_of(confirm(token)), "invalid_token");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL"), "0");
}

CAF_TEST(who has no account and who has a wrong password get one answer) {
    confirmed_user("anna@example.com");
    value("INSERT INTO users (email, confirmed_at, created_at, updated_at) VALUES "
          "('without@example.com', now(), now(), now())");
    for (const auto& [email, password] : {std::pair{"anna@example.com"s, "Secret123"s},
                                          {"anna@example.com"s, ""s},
                                          {"anna@example.com"s, "secret123\0"s},
                                          {"nobody@example.com"s, "secret123"s},
                                          {"without@example.com"s, ""s},
                                          {"without@example.com"s, "secret123"s},
                                          {""s, ""s},
                                          {"anna@example.com\0"s + "x", "secret123"s},
                                          {"\xFF\xFE"s, "secret123"s},
                                          {"' OR 1=1 --"s, "secret123"s},
                                          {std::string(100'000, 'x'), std::string(100'000, 'x')}}) {
        const auto session = sign_in(email, password);
        CAF_CHECK_EQUAL(error_of(session), "invalid_credentials");
        CAF_CHECK(!session && session.error().detail.empty() && session.error().fields.empty());
    }
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "0");
}

CAF_TEST(only who has the password learns that the address is not confirmed) {
    CAF_REQUIRE(sign_up("anna@example.com"));
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com", "wrong password")), "invalid_credentials");
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com")), "email_not_confirmed");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM sessions"), "0");
}

CAF_TEST(accounts that Devise has made go on and get a hash of the present cost) {
    value("INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at) VALUES "
          "('cheap@example.com', '$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i', now(), "
          "now(), now()),"
          "('dear@example.com', '$2a$12$abcdefghijklmnopqrstuuCzUtq1M4rqLjJzOfb.FbCAmg1Iz.cIy', now(), "
          "now(), now())");
    CAF_CHECK_EQUAL(error_of(sign_in("cheap@example.com", "password124")), "invalid_credentials");
    CAF_CHECK_EQUAL(stored("left(encrypted_password, 7)", "cheap@example.com"), "$2a$04$");
    CAF_CHECK(sign_in("cheap@example.com", "password123"));
    CAF_CHECK_EQUAL(stored("left(encrypted_password, 7)", "cheap@example.com"), "$2a$05$");
    CAF_CHECK(sign_in("cheap@example.com", "password123"));
    CAF_CHECK(sign_in("dear@example.com", "password123"));
    CAF_CHECK_EQUAL(stored("left(encrypted_password, 7)", "dear@example.com"), "$2a$12$");
}

CAF_TEST(an account that has gone is nobody) {
    CAF_CHECK_EQUAL(error_of(me(user_id{4711})), "unauthenticated");
}

CAF_TEST_FIXTURE_SCOPE_END()
