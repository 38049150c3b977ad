#define CAF_SUITE devise_rows

#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

/// Rows of `users` as Devise leaves them, of several versions and in every state; no Rails is needed to make
/// them. What Devise would do with them, we do; what we leave, Devise reads.
namespace {

constexpr const char* hash_of_password123 = "$2a$12$abcdefghijklmnopqrstuuCzUtq1M4rqLjJzOfb.FbCAmg1Iz.cIy";
/// `password123pepper`
constexpr const char* peppered_hash = "$2a$04$abcdefghijklmnopqrstuuLsdtLO4dN9LelvY/wzJCZgB1lo1Kupm";
constexpr const char* reset_token = "xyzABCdef123456789_-";
/// Of that token, with the secret below: an application with the defaults of Rails 7, and of Rails 6.
constexpr const char* sha256_digest = "93edb732c95d38e8de704fe25c3e9abd9fed61872e9d631571f99cbf4ea54479";
constexpr const char* sha1_digest = "c724810824bc37653e3e11800019d705cb547dfd4d7dbcd6233ab596f080d98a";

template <class T>
std::string error_of(const outcome<T>& result) {
    return result ? "none" : std::string{to_string(result.error().code)};
}

class fixture : public test::accounts_fixture {
public:
    /// `columns` and `values` beside those that every row has.
    user_id row(const std::string& email, const std::string& columns = "confirmed_at",
                const std::string& values = "'2020-01-01 00:00:00.000000'",
                const std::string& hash = hash_of_password123) {
        return user_id{
            std::stoll(value("INSERT INTO users (email, encrypted_password, created_at, updated_at, " +
                             columns + ") VALUES ('" + email + "', '" + hash +
                             "', '2020-01-01', '2020-01-01', " + values + ") RETURNING id"))};
    }
    std::string stored(const std::string& column, user_id user) {
        return value("SELECT " + column + " FROM users WHERE id = " + std::to_string(user.value));
    }
    /// The same accounts, as another application has configured Devise.
    accounts configured(const std::string& pepper, rails_defaults rails) {
        auto settings = test::cheap_accounts();
        settings.pepper = pepper;
        std::string secret;
        for (int i = 0; i < 8; ++i)
            secret += "0123456789abcdef";
        return {{hashing, general, sessions, time, random},
                {.settings = settings, .secret_key_base = secret, .rails = rails, .base_url = [] {
                     return std::string{"http://localhost"};
                 }}};
    }
    outcome<accounts::signed_in> sign_in_to(accounts& people, const std::string& email,
                                            const std::string& password) {
        return test::answer_of<accounts::signed_in>(
            [&](auto answer) { people.sign_in({}, email, password, false, std::move(answer)); });
    }
    outcome<done> reset_at(accounts& people, const std::string& token) {
        return test::answer_of<done>(
            [&](auto answer) { people.reset_password({}, token, "another secret", std::move(answer)); });
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(devise_rows_tests, fixture)

CAF_TEST(confirmed users sign in with the addresses that they type) {
    row("anna@example.com");
    CAF_CHECK(sign_in("  Anna@Example.COM ", "password123"));
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com", "password1234")), "invalid_credentials");
}

CAF_TEST(a pepper belongs to the password) {
    row("anna@example.com", "confirmed_at", "now()", peppered_hash);
    auto peppered = configured("pepper", rails_defaults::v7_1);
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com", "password123")), "invalid_credentials");
    CAF_CHECK(sign_in_to(peppered, "anna@example.com", "password123"));
    CAF_CHECK_EQUAL(error_of(sign_in_to(peppered, "anna@example.com", "password123pepper")),
                    "invalid_credentials");
}

CAF_TEST(rows without a password or with another kind of one let nobody in) {
    row("empty@example.com", "confirmed_at", "now()", "");
    row("broken@example.com", "confirmed_at", "now()", "$2a$12$abc");
    row("sha@example.com", "confirmed_at", "now()", std::string(128, 'a'));
    for (const auto* email : {"empty@example.com", "broken@example.com", "sha@example.com"})
        for (const auto* password : {"", "password123", "aaaaaa"})
            CAF_CHECK_EQUAL(error_of(sign_in(email, password)), "invalid_credentials");
}

CAF_TEST(an unconfirmed user confirms with the raw token that Devise has stored) {
    const auto anna = row("anna@example.com", "confirmation_token, confirmation_sent_at",
                          "'oYxzDmrRdwFMUHyB7sNs', '2026-11-23 09:00:00'");
    CAF_CHECK_EQUAL(error_of(sign_in("anna@example.com", "password123")), "email_not_confirmed");
    CAF_CHECK(confirm("oYxzDmrRdwFMUHyB7sNs"));
    CAF_CHECK_EQUAL(stored("confirmation_token", anna), "oYxzDmrRdwFMUHyB7sNs");
    CAF_CHECK(sign_in("anna@example.com", "password123"));
}

CAF_TEST(a new address that Devise has noted takes effect when it is confirmed) {
    const auto anna =
        row("anna@example.com", "confirmed_at, confirmation_token, confirmation_sent_at, unconfirmed_email",
            "'2020-01-01', 'oYxzDmrRdwFMUHyB7sNs', '2026-11-23 09:00:00', 'new@example.com'");
    CAF_CHECK(sign_in("anna@example.com", "password123"));
    CAF_CHECK(confirm("oYxzDmrRdwFMUHyB7sNs"));
    CAF_CHECK_EQUAL(stored("email", anna), "new@example.com");
    CAF_CHECK_EQUAL(stored("unconfirmed_email", anna), "");
}

CAF_TEST(a link of Devise for a new password works within six hours and once) {
    const auto fill = [&](const std::string& email, const char* digest, const char* sent_at) {
        return row(email, "confirmed_at, reset_password_token, reset_password_sent_at",
                   "'2020-01-01', '" + std::string{digest} + "', '" + sent_at + "'");
    };
    auto rails7 = configured("", rails_defaults::v7_1);
    auto rails6 = configured("", rails_defaults::v6_1);
    const auto anna = fill("anna@example.com", sha256_digest, "2026-11-23 04:00:01");
    const auto bert = fill("bert@example.com", sha1_digest, "2026-11-23 04:00:01");
    CAF_CHECK_EQUAL(error_of(reset_at(rails7, sha256_digest)), "invalid_token");
    CAF_CHECK(reset_at(rails7, reset_token));
    CAF_CHECK_EQUAL(stored("reset_password_token", anna) + stored("reset_password_sent_at", anna), "");
    CAF_CHECK_EQUAL(error_of(reset_at(rails7, reset_token)), "invalid_token");
    CAF_CHECK(reset_at(rails6, reset_token));
    CAF_CHECK(sign_in("bert@example.com", "another secret"));
    value("UPDATE users SET reset_password_token = '" + std::string{sha1_digest} +
          "', reset_password_sent_at = '2026-11-23 03:59:59' WHERE id = " + std::to_string(bert.value));
    CAF_CHECK_EQUAL(error_of(reset_at(rails6, reset_token)), "invalid_token");
}

CAF_TEST(tokens that are blank or look like something else match no row) {
    row("null@example.com", "confirmation_sent_at", "'2026-11-23 09:00:00'");
    row("blank@example.com",
        "confirmation_token, confirmation_sent_at, reset_password_token, "
        "reset_password_sent_at",
        "'', '2026-11-23 09:00:00', '', '2026-11-23 09:00:00'");
    for (const auto* token : {"", " ", "null", "NULL", "nil", "0", "1", "[]", "[nil]", "{}", "%", "\t"}) {
        CAF_CHECK_EQUAL(error_of(confirm(token)), "invalid_token");
        CAF_CHECK_EQUAL(error_of(reset(token, "another secret")), "invalid_token");
    }
    CAF_CHECK_EQUAL(
        value("SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL OR encrypted_password <> '" +
              std::string{hash_of_password123} + "'"),
        "0");
}

CAF_TEST(what we write Devise reads) {
    const auto anna =
        row("anna@example.com", "confirmed_at, remember_created_at", "'2020-01-01', '2026-11-20'");
    const auto session = sign_in("anna@example.com", "password123");
    CAF_REQUIRE(session);
    CAF_MESSAGE("a dearer hash than ours stays, so that its sessions go on");
    CAF_CHECK_EQUAL(stored("encrypted_password", anna), hash_of_password123);
    CAF_REQUIRE(change_email(anna, "new@example.com", "password123"));
    CAF_CHECK_EQUAL(stored("email || ' ' || unconfirmed_email || ' ' || length(confirmation_token) || ' ' || "
                           "confirmation_sent_at",
                           anna),
                    "anna@example.com new@example.com 20 2026-11-23 10:00:00");
    CAF_REQUIRE(change_password(anna, session->token, "password123", "another secret"));
    CAF_CHECK_EQUAL(stored("encrypted_password ~ '^\\$2a\\$05\\$[./A-Za-z0-9]{53}$'", anna), "t");
    CAF_REQUIRE(request_reset("anna@example.com"));
    settle();
    CAF_CHECK_EQUAL(stored("reset_password_token ~ '^[0-9a-f]{64}$'", anna), "t");
}

CAF_TEST_FIXTURE_SCOPE_END()
