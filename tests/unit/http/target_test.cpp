#define CAF_SUITE http_target
#include "http/target.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

std::string path_of(std::string_view target) {
    const auto parsed = parse_target(target);
    return parsed ? parsed->path : test::refusal(parsed);
}

/// "name=value;" for each parameter.
std::string query_of(std::string_view target) {
    const auto parsed = parse_target(target);
    if (!parsed)
        return test::refusal(parsed);
    if (parsed->query_failure)
        return parsed->query.empty() ? std::string{to_string(parsed->query_failure->code)} : "not empty";
    std::string text;
    for (const auto& [name, value] : parsed->query)
        text.append(name).append("=").append(value).append(";");
    return text;
}

const std::string bad = "malformed_request";

} // namespace

CAF_TEST(paths are decoded) {
    CAF_CHECK_EQUAL(path_of("/"), "/");
    CAF_CHECK_EQUAL(path_of("/v1/images/12"), "/v1/images/12");
    CAF_CHECK_EQUAL(path_of("/a%20b%2Bc+d"), "/a b+c+d");
    CAF_CHECK_EQUAL(path_of("/%c3%A9?q"), "/\xc3\xa9");
    CAF_CHECK_EQUAL(path_of("/a//b/"), "/a//b/");
    CAF_CHECK_EQUAL(path_of("/...a/b.c/.d"), "/...a/b.c/.d");
    CAF_CHECK_EQUAL(path_of("*"), "*");
}

CAF_TEST(a whole URL means its path) {
    CAF_CHECK_EQUAL(path_of("http://atelier.test/a?b=c"), "/a");
    CAF_CHECK_EQUAL(query_of("http://atelier.test/a?b=c"), "b=c;");
    CAF_CHECK_EQUAL(path_of("HTTPS://atelier.test:8443"), "/");
    CAF_CHECK_EQUAL(path_of("http://atelier.test?x=1"), "/");
    CAF_CHECK_EQUAL(query_of("http://atelier.test?x=1"), "x=1;");
}

CAF_TEST(other forms of targets are refused) {
    for (const auto* target :
         {"", "a", "atelier.test:443", "ftp://a/b", "http://", "http:///a", "//", "?a=b", "**"}) {
        if (std::string_view{target} == "//")
            continue; // an empty segment, which no route has
        CAF_MESSAGE(target);
        CAF_CHECK_EQUAL(path_of(target), bad);
    }
}

CAF_TEST(paths that lead elsewhere are refused) {
    for (const auto* target :
         {"/..",      "/.",          "/a/../b", "/a/./b",     "/a/..",  "/%2e%2E/etc/passwd",
          "/a/%2e/b", "/a%2f..%2fb", "/a%2Fb",  "/a\\b",      "/a%5cb", "/..%5c",
          "/a%00b",   "/a%0d%0ab",   "/a%7f",   "/a%",        "/a%4",   "/a%4g",
          "/a%zz",    "/%ff",        "/%c0%ae", "/%ed%a0%80", "/a#b",   "/a b",
          "/\xc3\xa9"}) {
        CAF_MESSAGE(target);
        CAF_CHECK_EQUAL(path_of(target), bad);
    }
}

CAF_TEST(query parameters are decoded and keep their order) {
    CAF_CHECK_EQUAL(query_of("/a"), "");
    CAF_CHECK_EQUAL(query_of("/a?"), "");
    CAF_CHECK_EQUAL(query_of("/a?b=1&a=2&b=3"), "b=1;a=2;b=3;");
    CAF_CHECK_EQUAL(query_of("/a?x+y=%26%3D%2B&&flag&e="), "x y=&=+;flag=;e=;");
    CAF_CHECK_EQUAL(query_of("/a?url=http://b/?c=d"), "url=http://b/?c=d;");
    CAF_CHECK_EQUAL(query_of("/a?p=..%2f.."), "p=../..;");
}

CAF_TEST(queries that are no text are refused) {
    for (const auto* target : {"/a?b=%", "/a?%4=1", "/a?b=%00", "/a?b=%ff", "/a?b=%xx"})
        CAF_CHECK_EQUAL(query_of(target), bad);
}

CAF_TEST(a malformed query leaves the path readable) {
    CAF_CHECK_EQUAL(path_of("/a%20b?c=%ff"), "/a b");
}

CAF_TEST(the number of query parameters is limited) {
    std::string target = "/a?";
    for (int i = 0; i < 100; ++i)
        target += "x&";
    CAF_CHECK_NOT_EQUAL(query_of(target), bad);
    CAF_CHECK_EQUAL(query_of(target + "x"), bad);
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations("/a%20b/../%c3%a9?x=%26&y+z=1",
                         [](std::string_view text) { (void)parse_target(text); });
    test::feed_mutations("http://host:80/a?b=c", [](std::string_view text) { (void)parse_target(text); });
}
