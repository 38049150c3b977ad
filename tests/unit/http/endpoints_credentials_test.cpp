#define CAF_SUITE endpoints_credentials
#include "http/endpoints/session_cookie.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <set>

using namespace atelier;
using namespace atelier::test::endpoints;

/// What shows whose a request is: API keys with their scopes, and sessions in cookies.
namespace {

constexpr const char* site = "https://rooms.example.com";

class browser_front : public front_end {
public:
    browser_front() {
        context.base_url = [] { return std::string{site} + "/app/"; };
    }
};

request in_cookie(request r, const std::string& token = anns_token) {
    return with(std::move(r), "cookie", "theme=dark; __Host-atelier-session=" + token);
}
request with_csrf(request r) {
    return with(in_cookie(std::move(r)), "x-csrf-token", csrf_token_of(anns_token));
}
request change_of_language() {
    auto r = post("/v1/me", R"({"language":"ru"})");
    r.verb = method::patch;
    return r;
}
std::string sign_in_command(const char* more) {
    return R"({"email":"ann@example.com","password":"secret123")" + std::string{more} + "}";
}

} // namespace

CAF_TEST(an API key does what its scopes say and nothing else) {
    front_end front;
    const auto by_key = [&](request r, scopes may) {
        front.backend.key_may = may;
        return front.send(with(std::move(r), "authorization", "Bearer " + anns_key));
    };
    const auto order = [] { return post("/v1/payments", R"({"token_package_id":2})"); };
    const auto cancel = [] { return make_request(method::post, "/v1/generations/51/cancel"); };
    CAF_CHECK_EQUAL(by_key(get("/v1/wallet"), {scope::read}).status, 200u);
    CAF_CHECK_EQUAL(by_key(cancel(), {scope::generate}).status, 200u);
    CAF_CHECK(by_key(order(), {scope::pay}).status < 300u);
    const auto refused = by_key(order(), {scope::read, scope::generate});
    CAF_CHECK(is_problem(refused, errc::insufficient_scope));
    CAF_CHECK(contains(text(refused), "the scope pay"));
    CAF_CHECK_EQUAL(header(refused, "WWW-Authenticate"), R"(Bearer error="insufficient_scope")");
    CAF_CHECK(is_problem(by_key(get("/v1/wallet"), {scope::generate, scope::pay}), errc::insufficient_scope));
    CAF_CHECK(is_problem(by_key(cancel(), {scope::read, scope::pay}), errc::insufficient_scope));
}

CAF_TEST(no API key may touch the account) {
    front_end front;
    front.backend.key_may = *scopes::of_key("read generate pay");
    const std::set<std::string_view> touching{"/v1/me/password", "/v1/me/email",      "/v1/me/deletion",
                                              "/v1/sessions",    "/v1/sessions/{id}", "/v1/sessions/current",
                                              "/v1/api_keys",    "/v1/api_keys/{id}"};
    std::size_t refused = 0;
    for (const auto& route : public_routes(front.context)) {
        if (!touching.contains(route.pattern) ||
            (route.pattern == "/v1/sessions" && route.verb == method::post))
            continue;
        std::string path{route.pattern};
        if (const auto id = path.find("{id}"); id != std::string::npos)
            path.replace(id, 4, "5");
        CAF_MESSAGE(path);
        CAF_CHECK(is_problem(
            front.send(with(make_request(route.verb, path), "authorization", "Bearer " + anns_key)),
            errc::insufficient_scope));
        ++refused;
    }
    CAF_CHECK_EQUAL(refused, 11u);
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(API keys are made and listed and ended) {
    front_end front;
    const auto made =
        front.send(by_ann(post("/v1/api_keys", R"({"name":"ci","scopes":["pay","read"],"valid_days":30})")));
    CAF_CHECK_EQUAL(made.status, 201u);
    CAF_CHECK_EQUAL(front.calls().back(), "add_api_key 7 ci (read pay)");
    CAF_CHECK(front.backend.last_lifetime == std::chrono::days{30});
    CAF_CHECK(contains(text(made), R"("scopes":["read","pay"])"));
    CAF_CHECK(contains(text(made), R"("token":"atk_ann")"));
    (void)front.send(by_ann(post("/v1/api_keys", R"({"name":"ci"})")));
    CAF_CHECK_EQUAL(front.calls().back(), "add_api_key 7 ci (read generate)");
    CAF_CHECK(!front.backend.last_lifetime);
    for (const auto* wrong : {R"([])", R"(["account"])", R"(["read","nonsense"])"})
        CAF_CHECK(blames(
            front.send(by_ann(post("/v1/api_keys", R"({"name":"ci","scopes":)" + std::string{wrong} + "}"))),
            {{"scopes", "unknown"}}));
    api_key_record key;
    key.id = api_key_id{91};
    key.name = "ci";
    key.may = {scope::read};
    key.created_at = noon;
    front.backend.all_keys = {key};
    CAF_CHECK_EQUAL(text(front.send(by_ann(get("/v1/api_keys")))),
                    R"({"data":[{"id":91,"name":"ci","scopes":["read"],"expires_at":null,)"
                    R"("last_used_at":null,"created_at":"2026-03-01T12:00:00.000Z"}],"next_cursor":null})");
    CAF_CHECK_EQUAL(front.send(by_ann(make_request(method::delete_, "/v1/api_keys/91"))).status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "remove_api_key 7 91");
}

CAF_TEST(a browser gets its session in a cookie and a token against forgery) {
    browser_front front;
    const auto r = front.send(post("/v1/sessions", sign_in_command(R"(,"cookie":true)")));
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK(!contains(text(r), anns_token));
    CAF_CHECK(contains(text(r), R"({"csrf_token":")" + csrf_token_of(anns_token) + '"'));
    CAF_CHECK_EQUAL(header(r, "Set-Cookie"),
                    "__Host-atelier-session=atl_ann; Path=/; HttpOnly; SameSite=Lax; Secure");
    const auto remembered =
        front.send(post("/v1/sessions", sign_in_command(R"(,"cookie":true,"remember":true)")));
    CAF_CHECK_EQUAL(header(remembered, "Set-Cookie"),
                    "__Host-atelier-session=atl_ann; Path=/; HttpOnly; SameSite=Lax; Secure; "
                    "Expires=Sat, 30 May 2026 12:00:00 GMT");
    CAF_CHECK_EQUAL(header(front.send(post("/v1/sessions", sign_in_command(""))), "Set-Cookie"), "");
}

CAF_TEST(without HTTPS the cookie is a plain one) {
    front_end front;
    front.context.base_url = [] { return std::string{"http://127.0.0.1:8080"}; };
    const auto r = front.send(post("/v1/sessions", sign_in_command(R"(,"cookie":true)")));
    CAF_CHECK_EQUAL(header(r, "Set-Cookie"), "atelier-session=atl_ann; Path=/; HttpOnly; SameSite=Lax");
    CAF_CHECK_EQUAL(front.send(with(get("/v1/me"), "cookie", "atelier-session=atl_ann")).status, 200u);
}

CAF_TEST(another site cannot sign a browser in) {
    browser_front front;
    const auto r = front.send(with(post("/v1/sessions", sign_in_command(R"(,"cookie":true)")), "origin",
                                   "https://evil.example.com"));
    CAF_CHECK(is_problem(r, errc::forbidden));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(a cookie reads and with the CSRF token it writes) {
    browser_front front;
    CAF_CHECK_EQUAL(front.send(in_cookie(get("/v1/me"))).status, 200u);
    CAF_CHECK(is_problem(front.send(in_cookie(change_of_language())), errc::invalid_csrf_token));
    for (const auto& wrong : {std::string{}, csrf_token_of("atl_bob"), anns_token})
        CAF_CHECK(is_problem(front.send(with(in_cookie(change_of_language()), "x-csrf-token", wrong)),
                             errc::invalid_csrf_token));
    CAF_CHECK_EQUAL(front.send(with_csrf(change_of_language())).status, 200u);
    CAF_CHECK_EQUAL(front.send(with(with_csrf(change_of_language()), "origin", site)).status, 200u);
    for (const auto* other : {"null", "https://evil.example.com", "http://rooms.example.com",
                              "https://rooms.example.com.evil.com"})
        CAF_CHECK(
            is_problem(front.send(with(with_csrf(change_of_language()), "origin", other)), errc::forbidden));
    CAF_MESSAGE("a bearer token is sent by nobody unknowingly");
    CAF_CHECK_EQUAL(front.send(by_ann(change_of_language())).status, 200u);
}

CAF_TEST(cookies that are ambiguous or of another name are no session) {
    browser_front front;
    for (const auto* cookies :
         {"", "theme=dark", "atelier-session=atl_ann",
          "__Host-atelier-session=", "x__Host-atelier-session=atl_ann",
          "__Host-atelier-session=atl_ann; __Host-atelier-session=atl_bob", "__Host-atelier-session"})
        CAF_CHECK(is_problem(front.send(with(get("/v1/me"), "cookie", cookies)), errc::unauthenticated));
    CAF_MESSAGE("the header counts when both are there");
    CAF_CHECK(is_problem(front.send(with(in_cookie(get("/v1/me")), "authorization", "Bearer atl_bob")),
                         errc::unauthenticated));
}

CAF_TEST(a page that is loaded later learns its CSRF token) {
    browser_front front;
    CAF_CHECK(is_problem(front.send(in_cookie(get("/v1/sessions/current"))), errc::unauthenticated));
    listed_session own;
    own.current = true;
    own.session.created_at = own.session.expires_at = own.session.last_used_at = noon;
    front.backend.all_sessions = {listed_session{}, own};
    const auto r = front.send(in_cookie(get("/v1/sessions/current")));
    CAF_CHECK(contains(text(r), R"("csrf_token":")" + csrf_token_of(anns_token) + '"'));
    CAF_CHECK(!contains(text(front.send(by_ann(get("/v1/sessions/current")))), "csrf"));
}

CAF_TEST(signing out takes the cookie away) {
    browser_front front;
    for (const auto* path : {"/v1/sessions/current", "/v1/sessions"}) {
        const auto r = front.send(with_csrf(make_request(method::delete_, path)));
        CAF_CHECK_EQUAL(r.status, 204u);
        CAF_CHECK_EQUAL(header(r, "Set-Cookie"),
                        "__Host-atelier-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
        CAF_CHECK_EQUAL(header(front.send(by_ann(make_request(method::delete_, path))), "Set-Cookie"), "");
    }
}
