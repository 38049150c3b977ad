#define CAF_SUITE endpoints_accounts
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {
const std::string user = R"({"id":7,"email":"ann@example.com","confirmed_at":"2026-03-01T12:00:00.000Z",)"
                         R"("created_at":"2026-03-01T12:00:00.000Z"})";
}

CAF_TEST(signing up is accepted without a word about the address) {
    front_end front;
    const auto r = front.send(post("/v1/users", R"({"email":"ann@example.com","password":"pw"})"));
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), "{}");
    CAF_CHECK_EQUAL(front.calls().back(), "sign_up ann@example.com pw en");
}

CAF_TEST(the mail is in the language that the client likes best) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"ru", "ru"}, {"ru-RU,ru;q=0.9,en;q=0.8", "ru"}, {"en,ru;q=0.5", "en"}, {"de", "en"}, {";;;", "en"}};
    for (const auto& [header, language] : cases) {
        front_end front;
        front.send(
            with(post("/v1/users", R"({"email":"a@b.c","password":"pw"})"), "accept-language", header));
        CAF_CHECK_EQUAL(front.calls().back(), "sign_up a@b.c pw " + language);
    }
}

CAF_TEST(signing up names all wrong fields and does not reach the service) {
    front_end front;
    CAF_CHECK(blames(front.send(post("/v1/users", R"({"password":5,"admin":true})")),
                     {{"email", "required"}, {"password", "wrong_type"}, {"admin", "unknown"}}));
    CAF_CHECK(blames(
        front.send(post("/v1/users", R"({"email":"a","password":")" + std::string(1025, 'p') + R"("})")),
        {{"password", "too_long"}}));
    CAF_CHECK(is_problem(front.send(post("/v1/users", "{")), errc::malformed_json));
    CAF_CHECK(is_problem(front.send(post("/v1/users", "{}", "text/plain")), errc::unsupported_media_type));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(a refusal of the service becomes a problem) {
    front_end front;
    front.backend.refusal = invalid_field("email", "invalid", "must be an e-mail address");
    CAF_CHECK(
        blames(front.send(post("/v1/users", R"({"email":"a","password":"b"})")), {{"email", "invalid"}}));
    front.backend.refusal = failure{errc::overloaded};
    const auto busy = front.send(post("/v1/users", R"({"email":"a","password":"b"})"));
    CAF_CHECK(is_problem(busy, errc::overloaded));
    CAF_CHECK_EQUAL(header(busy, "Retry-After"), "1");
}

CAF_TEST(an address is confirmed with the token of the mail) {
    front_end front;
    const auto r = front.send(post("/v1/users/confirmation", R"({"token":"t0k"})"));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), user);
    CAF_CHECK_EQUAL(front.calls().back(), "confirm t0k");
    front.backend.refusal = failure{errc::invalid_token};
    CAF_CHECK(
        is_problem(front.send(post("/v1/users/confirmation", R"({"token":"t0k"})")), errc::invalid_token));
    // a token that is not a text must never match anything
    for (const auto* token : {"null", "[]", "\"\"", "0", "{}"})
        CAF_CHECK(
            is_problem(front.send(post("/v1/users/confirmation", std::string{"{\"token\":"} + token + "}")),
                       errc::validation_failed));
    CAF_CHECK_EQUAL(front.calls().size(), 2u);
}

CAF_TEST(signing in gives a session that no cache keeps) {
    front_end front;
    const auto r = front.send(post("/v1/sessions", R"({"email":"ann@example.com","password":"pw"})"));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(text(r),
                    R"({"token":"atl_ann","expires_at":"2026-03-01T12:00:00.000Z","user":)" + user + "}");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(front.calls().back(), "sign_in ann@example.com pw");
    front.send(post("/v1/sessions", R"({"email":"ann@example.com","password":"pw","remember":true})"));
    CAF_CHECK_EQUAL(front.calls().back(), "sign_in ann@example.com pw remember");
    CAF_CHECK(blames(front.send(post("/v1/sessions", R"({"email":"a","password":"b","remember":"yes"})")),
                     {{"remember", "wrong_type"}}));
}

CAF_TEST(signing in fails as the service says) {
    front_end front;
    for (const auto code : {errc::invalid_credentials, errc::email_not_confirmed, errc::unavailable}) {
        front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(front.send(post("/v1/sessions", R"({"email":"a","password":"b"})")), code));
    }
}

CAF_TEST(signing out ends the session of the token that was sent) {
    front_end front;
    const auto r = front.send(by_ann(make_request(method::delete_, "/v1/sessions/current")));
    CAF_CHECK_EQUAL(r.status, 204u);
    CAF_CHECK(r.content_type.empty());
    CAF_CHECK_EQUAL(front.calls().back(), "sign_out atl_ann");
}

CAF_TEST(users see themselves without their password hash) {
    front_end front;
    const auto r = front.send(by_ann(get("/v1/me")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(text(r), user);
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
    CAF_CHECK_EQUAL(front.calls().back(), "user 7");
}
