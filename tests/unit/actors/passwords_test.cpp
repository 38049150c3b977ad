#define CAF_SUITE passwords

#include "actors/credentials.hpp"
#include "actors/passwords.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test.hpp"

#include <map>
#include <set>

using namespace atelier;

namespace {

constexpr unsigned cheap = 4;

struct fixture {
    test::seeded_random random;
    passwords plain{{.bcrypt_cost = cheap}, random};
    passwords peppered{{.bcrypt_cost = cheap, .pepper = "pepper"}, random};
    passwords memory_hard{{.hashed_with = password_rules::scheme::argon2id,
                           .bcrypt_cost = cheap,
                           .argon2id_memory = 8UL * 1024 * 1024,
                           .argon2id_passes = 1,
                           .pepper = "pepper"},
                          random};
};

std::string error_code(std::string_view password) {
    const auto error = new_password_error(password);
    return error ? error->code : "";
}

std::string repeated(std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(passwords_tests, fixture)

CAF_TEST(hashes that Devise has stored are verified) {
    CAF_CHECK(plain.verify("$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i", "password123"));
    CAF_CHECK(plain.verify("$2a$12$abcdefghijklmnopqrstuuCzUtq1M4rqLjJzOfb.FbCAmg1Iz.cIy", "password123"));
    CAF_CHECK(peppered.verify("$2a$04$abcdefghijklmnopqrstuuLsdtLO4dN9LelvY/wzJCZgB1lo1Kupm", "password123"));
}

CAF_TEST(a hash fits only its own password and pepper) {
    const std::string stored = "$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i";
    CAF_CHECK(!plain.verify(stored, "password124"));
    CAF_CHECK(!plain.verify(stored, "Password123"));
    CAF_CHECK(!plain.verify(stored, "password123 "));
    CAF_CHECK(!plain.verify(stored, ""));
    CAF_CHECK(!peppered.verify(stored, "password123"));
    CAF_CHECK(!plain.verify("$2a$04$abcdefghijklmnopqrstuuLsdtLO4dN9LelvY/wzJCZgB1lo1Kupm", "password123"));
}

CAF_TEST(bcrypt reads 72 bytes) {
    const std::string stored = "$2a$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    CAF_CHECK(plain.verify(stored, std::string(72, 'a')));
    CAF_CHECK(plain.verify(stored, std::string(80, 'a')));
    CAF_CHECK(plain.verify(stored, std::string(100'000, 'a')));
    CAF_CHECK(!plain.verify(stored, std::string(71, 'a')));
    CAF_MESSAGE("behind so long a password, the pepper is not read");
    CAF_CHECK(peppered.verify(stored, std::string(72, 'a')));
    CAF_CHECK(!peppered.verify(stored, std::string(71, 'a')));
}

CAF_TEST(the prefixes of all correct bcrypts are known) {
    const std::string rest = "04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i";
    CAF_CHECK(plain.verify("$2a$" + rest, "password123"));
    CAF_CHECK(plain.verify("$2b$" + rest, "password123"));
    CAF_CHECK(plain.verify("$2y$" + rest, "password123"));
}

CAF_TEST(what is no bcrypt hash fits no password) {
    const std::string good = "$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i";
    for (const auto& stored : {std::string{}, std::string{"*"}, std::string{"*0"}, std::string{"password123"},
                               good.substr(0, 59), good + "i", good.substr(0, 29), "$2x$" + good.substr(4),
                               "$1$" + good.substr(3), "$2a$4x" + good.substr(6), "$2a$03" + good.substr(6),
                               "$2a$32" + good.substr(6), "$2a$04$!!" + good.substr(9),
                               std::string{"$1$abcdefgh$3l7cXbQSlEsSYWD5VZ7i50"}, std::string(60, '\0')}) {
        CAF_MESSAGE(stored);
        CAF_CHECK(!plain.verify(stored, "password123"));
        CAF_CHECK(!plain.verify(stored, ""));
    }
}

CAF_TEST(a password with a NUL byte fits nothing) {
    using namespace std::string_literals;
    CAF_CHECK(
        !plain.verify("$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i", "password123\0"s));
    CAF_CHECK(
        !plain.verify("$2a$04$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i", "password123\0x"s));
}

CAF_TEST(a new hash has the form that Devise writes and fits) {
    const auto first = peppered.hash("пароль123");
    const auto second = peppered.hash("пароль123");
    CAF_REQUIRE(first && second);
    CAF_CHECK_EQUAL(first->size(), 60u);
    CAF_CHECK_EQUAL(first->substr(0, 7), "$2a$04$");
    CAF_CHECK_NOT_EQUAL(*first, *second);
    CAF_CHECK(peppered.verify(*first, "пароль123"));
    CAF_CHECK(peppered.verify(*second, "пароль123"));
    CAF_CHECK(!plain.verify(*first, "пароль123"));
}

CAF_TEST(a cost that bcrypt does not have is an error) {
    CAF_CHECK(passwords({.bcrypt_cost = 3}, random).hash("password123").error().code == errc::internal);
    CAF_CHECK(passwords({.bcrypt_cost = 32}, random).hash("password123").error().code == errc::internal);
}

CAF_TEST(a cheaper hash is to be replaced and a dearer one is not ) {
    const std::string of_cost_10 = "$2a$10$abcdefghijklmnopqrstuuK7Sjs7rFYArh/ytIZsOeM/z4RV2Fw2i";
    CAF_CHECK(passwords({.bcrypt_cost = 11}, random).needs_rehash(of_cost_10));
    CAF_CHECK(!passwords({.bcrypt_cost = 10}, random).needs_rehash(of_cost_10));
    CAF_CHECK(!passwords({.bcrypt_cost = 9}, random).needs_rehash(of_cost_10));
    CAF_CHECK(passwords({.bcrypt_cost = 4}, random).needs_rehash(""));
}

CAF_TEST(the rules for new passwords) {
    CAF_CHECK_EQUAL(error_code("secret"), "");
    CAF_CHECK_EQUAL(error_code("пароль"), "");
    CAF_CHECK_EQUAL(error_code("a b c d"), "");
    CAF_CHECK_EQUAL(error_code(std::string(72, 'a')), "");
    CAF_CHECK_EQUAL(error_code(repeated("я", 36)), "");
    CAF_CHECK_EQUAL(error_code(""), "required");
    CAF_CHECK_EQUAL(error_code("          "), "required");
    CAF_CHECK_EQUAL(error_code("short"), "too_short");
    CAF_CHECK_EQUAL(error_code("ключ1"), "too_short");
    CAF_CHECK_EQUAL(error_code(std::string(73, 'a')), "too_long");
    CAF_CHECK_EQUAL(error_code(repeated("я", 37)), "too_long");
    CAF_CHECK_EQUAL(error_code(std::string("secret\0s", 8)), "invalid");
    CAF_CHECK_EQUAL(error_code("secret\n"), "invalid");
    CAF_CHECK_EQUAL(error_code("secret\xFF"), "invalid");
}

CAF_TEST(bearer tokens have 256 random bits and are known by their digest) {
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i)
        tokens.insert(new_bearer_token(random));
    CAF_CHECK_EQUAL(tokens.size(), 100u);
    for (const auto& token : tokens) {
        CAF_CHECK_EQUAL(token.size(), 47u);
        CAF_CHECK(digest_of(token));
    }
    const auto digest = digest_of("atl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    CAF_REQUIRE(digest);
    CAF_CHECK_EQUAL(digest->hex(), "cd15b524133bf5f18c5af48151bbefa2bd67631cf3b8ceb70aa8177232bbaff9");
}

CAF_TEST(a bearer token is of one kind) {
    const std::map<token_kind, std::string> prefixes{
        {token_kind::session, "atl_"}, {token_kind::api_key, "atk_"}, {token_kind::operator_, "ato_"}};
    for (const auto& [kind, prefix] : prefixes) {
        const auto token = new_bearer_token(random, kind);
        CAF_CHECK(token.starts_with(prefix));
        for (const auto& [other, ignored] : prefixes)
            CAF_CHECK_EQUAL(digest_of(token, other).has_value(), other == kind);
    }
}

CAF_TEST(what cannot be a bearer token has no digest) {
    const std::string good = "atl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (const auto& text :
         {std::string{}, std::string{"atl_"}, std::string{"null"}, good + "A", good.substr(0, 46),
          "ATL_" + good.substr(4), good.substr(0, 46) + "=", good.substr(0, 46) + "+",
          good.substr(0, 46) + std::string(1, '\0'), " " + good.substr(1)})
        CAF_CHECK(!digest_of(text));
}

CAF_TEST(tokens in links are like those of Devise) {
    std::set<std::string> tokens;
    for (int i = 0; i < 200; ++i)
        tokens.insert(new_friendly_token(random));
    CAF_CHECK_EQUAL(tokens.size(), 200u);
    for (const auto& token : tokens) {
        CAF_CHECK_EQUAL(token.size(), 20u);
        CAF_CHECK_EQUAL(token.find_first_of("lIO0"), std::string::npos);
        CAF_CHECK_EQUAL(
            token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
    }
}

CAF_TEST(hashes of Argon2id are made and verified) {
    const auto made = memory_hard.hash("password123");
    CAF_REQUIRE(made);
    CAF_CHECK(made->starts_with("$argon2id$v=19$m=8192,t=1,p=1$"));
    CAF_CHECK_EQUAL(made->size(), 96u);
    CAF_CHECK(memory_hard.verify(*made, "password123"));
    CAF_CHECK(!memory_hard.verify(*made, "password124"));
    CAF_CHECK(!memory_hard.verify(*made, std::string_view{"password123\0", 12}));
    CAF_CHECK(peppered.verify(*made, "password123"));
    CAF_CHECK(!plain.verify(*made, "password123"));
    CAF_CHECK(!memory_hard.verify(made->substr(0, 95), "password123"));
    CAF_CHECK(!memory_hard.verify("$argon2id$v=19$m=8192,t=1,p=1$", "password123"));
    CAF_CHECK(!memory_hard.verify("", "password123"));
    CAF_CHECK(*memory_hard.hash("password123") != *made);
}

CAF_TEST(a hash of another scheme or of less work is to be replaced) {
    const std::string bcrypt = "$2a$04$abcdefghijklmnopqrstuuLsdtLO4dN9LelvY/wzJCZgB1lo1Kupm";
    CAF_CHECK(memory_hard.verify(bcrypt, "password123"));
    CAF_CHECK(!memory_hard.verify(bcrypt, "password124"));
    CAF_CHECK(memory_hard.needs_rehash(bcrypt));
    const auto made = *memory_hard.hash("password123");
    CAF_CHECK(!memory_hard.needs_rehash(made));
    CAF_CHECK(plain.needs_rehash(made));
    const auto with = [&](std::uint64_t memory, std::uint64_t passes) {
        return passwords{{.hashed_with = password_rules::scheme::argon2id,
                          .argon2id_memory = memory,
                          .argon2id_passes = passes},
                         random};
    };
    CAF_CHECK(with(16UL * 1024 * 1024, 1).needs_rehash(made));
    CAF_CHECK(with(8UL * 1024 * 1024, 2).needs_rehash(made));
    CAF_CHECK(!with(4UL * 1024 * 1024, 1).needs_rehash(made));
}

CAF_TEST_FIXTURE_SCOPE_END()
