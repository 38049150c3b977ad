#define CAF_SUITE endpoints_accounts
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {
const std::string user =
    R"({"id":7,"email":"ann@example.com","unconfirmed_email":null,"language":null,"confirmed_at":"2026-03-01T12:00:00.000Z",)"
    R"("created_at":"2026-03-01T12:00:00.000Z"})";
}

CAF_TEST(signing up is accepted without a word about the address) {
    front_end front;
    const auto r = front.send(post("/v1/users", R"({"email":"ann@example.com","password":"pw"})"));
    CAF_CHECK_EQUAL(r.status, 202u);
    CAF_CHECK_EQUAL(r.content_type, "application/json");
    CAF_CHECK_EQUAL(text(r), "{}");
    CAF_CHECK_EQUAL(front.calls().back(), "sign_up ann@example.com pw");
}

CAF_TEST(the service hears who asks) {
    front_end front;
    auto request = with(post("/v1/users", R"({"email":"a@b.c","password":"pw"})"), "accept-language", "ru");
    request.remote_address = "203.0.113.7";
    front.send(with(std::move(request), "user-agent", "Phone/1.0"));
    const auto& who = front.backend.last_visitor;
    CAF_CHECK_EQUAL(who.language, "ru");
    CAF_CHECK_EQUAL(who.user_agent, "Phone/1.0");
    CAF_CHECK_EQUAL(who.address, "203.0.113.7");
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
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "private, no-cache");
    CAF_CHECK_EQUAL(front.calls().back(), "user 7");
}

CAF_TEST(mails are asked for without a word about the address) {
    front_end front;
    for (const auto& [path, call] : {std::pair{"/v1/users/confirmation/mail", "resend_confirmation a@b.c"},
                                     {"/v1/users/password/mail", "request_reset a@b.c"}}) {
        const auto r = front.send(post(path, R"({"email":"a@b.c"})"));
        CAF_CHECK_EQUAL(r.status, 202u);
        CAF_CHECK_EQUAL(text(r), "{}");
        CAF_CHECK_EQUAL(front.calls().back(), call);
        CAF_CHECK(blames(front.send(post(path, R"({"email":null})")), {{"email", "required"}}));
    }
}

CAF_TEST(a password is set with the token of a mail) {
    front_end front;
    const auto put = [](std::string path, std::string body) {
        auto r = post(std::move(path), std::move(body));
        r.verb = method::put;
        return r;
    };
    const auto r = front.send(put("/v1/users/password", R"({"token":"t0k","password":"new secret"})"));
    CAF_CHECK_EQUAL(r.status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "reset_password t0k new secret");
    for (const auto* token : {"null", "[]", "\"\"", "0", "{}", "[\"t0k\"]"})
        CAF_CHECK(is_problem(front.send(put("/v1/users/password",
                                            std::string{"{\"password\":\"x\",\"token\":"} + token + "}")),
                             errc::validation_failed));
    CAF_CHECK_EQUAL(front.calls().size(), 1u);
    CAF_MESSAGE("or by who knows the present one");
    CAF_CHECK_EQUAL(
        front.send(by_ann(put("/v1/me/password", R"({"current_password":"old","password":"new secret"})")))
            .status,
        204u);
    CAF_CHECK_EQUAL(front.calls().back(), "change_password 7 atl_ann old new secret");
    CAF_CHECK_EQUAL(
        front.send(by_ann(put("/v1/me/email", R"({"current_password":"old","email":"b@b.c"})"))).status,
        202u);
    CAF_CHECK_EQUAL(front.calls().back(), "change_email 7 old b@b.c");
}

CAF_TEST(users choose a language and close their account) {
    front_end front;
    const auto patch = [](std::string body) {
        auto r = post("/v1/me", std::move(body));
        r.verb = method::patch;
        return by_ann(std::move(r));
    };
    CAF_CHECK_EQUAL(front.send(patch(R"({"language":"ru"})")).status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "choose_language 7 ru");
    CAF_CHECK_EQUAL(front.send(patch(R"({"language":"auto"})")).status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "choose_language 7 ");
    CAF_CHECK(blames(front.send(patch(R"({"language":"de"})")), {{"language", "unknown"}}));
    CAF_CHECK_EQUAL(front.send(by_ann(post("/v1/me/deletion", R"({"current_password":"old"})"))).status,
                    204u);
    CAF_CHECK_EQUAL(front.calls().back(), "close_account 7 old");
}

CAF_TEST(users see their sessions and end them) {
    front_end front;
    listed_session listed;
    listed.session.id = session_id{5};
    listed.session.user_agent = "Phone/1.0";
    listed.session.created_at = listed.session.last_used_at = listed.session.expires_at = noon;
    listed.current = true;
    front.backend.all_sessions = {listed};
    const auto r = front.send(by_ann(get("/v1/sessions")));
    CAF_CHECK(contains(text(r), R"([{"id":5,"current":true,"remember":false,"user_agent":"Phone/1.0",)"
                                R"("address":null,"created_at":"2026-03-01T12:00:00.000Z",)"
                                R"("last_used_at":"2026-03-01T12:00:00.000Z",)"
                                R"("expires_at":"2026-03-01T12:00:00.000Z"}])"));
    CAF_CHECK_EQUAL(front.calls().back(), "sessions 7 atl_ann");
    CAF_CHECK_EQUAL(front.send(by_ann(make_request(method::delete_, "/v1/sessions/5"))).status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "end_session 7 5");
    CAF_CHECK_EQUAL(front.send(by_ann(make_request(method::delete_, "/v1/sessions"))).status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "sign_out_everywhere 7");
}

CAF_TEST(who tries too often is told the limit) {
    front_end front;
    rate_limit reached;
    reached.policy = "account";
    reached.limit = 10;
    reached.window = std::chrono::minutes{15};
    reached.reset = std::chrono::seconds{8};
    front.backend.refusal = limited(reached);
    const auto r = front.send(post("/v1/sessions", R"({"email":"a","password":"b"})"));
    CAF_CHECK(is_problem(r, errc::rate_limited));
    CAF_CHECK_EQUAL(header(r, "Retry-After"), "8");
    CAF_CHECK_EQUAL(header(r, "RateLimit-Policy"), R"("account";q=10;w=900)");
    CAF_CHECK_EQUAL(header(r, "RateLimit"), R"("account";r=0;t=8)");
    CAF_CHECK_EQUAL(header(r, "X-RateLimit-Reset"), "8");
}
