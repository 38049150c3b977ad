#define CAF_SUITE http_router
#include "http/router.hpp"
#include "tests/support/test.hpp"

using namespace atelier::http;

namespace {

router make_router() {
    std::vector<route> table;
    const auto add = [&](method verb, std::string_view pattern) {
        table.push_back({verb, pattern, body_mode::none, nullptr});
    };
    add(method::get, "/");
    add(method::post, "/v1/sessions");
    add(method::delete_, "/v1/sessions/current");
    add(method::get, "/v1/things");
    add(method::post, "/v1/things");
    add(method::get, "/v1/things/{id}");
    add(method::patch, "/v1/things/special");
    add(method::get, "/v1/things/{id}/parts/{part}");
    return router{std::move(table)};
}

/// "pattern [parameters]", "405 methods" or "404".
std::string look_up(method verb, std::string_view path) {
    static const auto routes = make_router();
    const auto match = routes.find(verb, path);
    std::string text;
    if (match.found != nullptr) {
        text = match.found->pattern;
        for (const auto& p : match.parameters)
            text.append(" [").append(p).append("]");
        return match.allowed.empty() ? text : "found, and yet methods are allowed";
    }
    if (match.allowed.empty())
        return "404";
    text = "405";
    for (const auto name : match.allowed)
        text.append(" ").append(name);
    return text;
}

} // namespace

CAF_TEST(literal paths are found) {
    CAF_CHECK_EQUAL(look_up(method::get, "/"), "/");
    CAF_CHECK_EQUAL(look_up(method::post, "/v1/things"), "/v1/things");
    CAF_CHECK_EQUAL(look_up(method::delete_, "/v1/sessions/current"), "/v1/sessions/current");
}

CAF_TEST(parameters match one segment each) {
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/12"), "/v1/things/{id} [12]");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/a b/parts/7"), "/v1/things/{id}/parts/{part} [a b] [7]");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/"), "404");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/1/parts"), "404");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/1/parts/"), "404");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things//parts/1"), "404");
}

CAF_TEST(HEAD finds the GET route) {
    CAF_CHECK_EQUAL(look_up(method::head, "/v1/things/12"), "/v1/things/{id} [12]");
    CAF_CHECK_EQUAL(look_up(method::head, "/v1/sessions"), "405 POST OPTIONS");
}

CAF_TEST(a known path says which methods it knows) {
    CAF_CHECK_EQUAL(look_up(method::put, "/v1/things"), "405 GET HEAD POST OPTIONS");
    CAF_CHECK_EQUAL(look_up(method::other, "/v1/sessions"), "405 POST OPTIONS");
    CAF_CHECK_EQUAL(look_up(method::post, "/v1/things/12"), "405 GET HEAD OPTIONS");
}

CAF_TEST(a literal segment is preferred but does not hide the other) {
    CAF_CHECK_EQUAL(look_up(method::patch, "/v1/things/special"), "/v1/things/special");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/special"), "/v1/things/{id} [special]");
    CAF_CHECK_EQUAL(look_up(method::put, "/v1/things/special"), "405 PATCH GET HEAD OPTIONS");
    CAF_CHECK_EQUAL(look_up(method::get, "/v1/things/special/parts/1"),
                    "/v1/things/{id}/parts/{part} [special] [1]");
}

CAF_TEST(unknown paths are not found) {
    for (const auto* path :
         {"", "*", "v1/things", "/v1", "/v1/", "//", "/v1/thing", "/v1/things2", "/V1/things"})
        CAF_CHECK_EQUAL(look_up(method::get, path), "404");
    CAF_CHECK_EQUAL(look_up(method::get, "/" + std::string(8000, '/')), "404");
}
