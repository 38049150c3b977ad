#define CAF_SUITE http_form
#include "http/form.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

/// "[name=value]" for each field.
std::string fields_of(std::string_view body) {
    const auto fields = parse_form(body);
    if (!fields)
        return test::refusal(fields) + ": " + test::refusal_detail(fields);
    std::string text;
    for (const auto& [name, value] : *fields)
        text.append("[").append(name).append("=").append(value).append("]");
    return text;
}

bool refused_at(std::string_view body, const std::string& position) {
    const auto fields = parse_form(body);
    return test::refusal(fields) == "malformed_request" &&
           test::refusal_detail(fields).find("byte " + position) != std::string::npos;
}

} // namespace

CAF_TEST(fields come in their order with repetitions) {
    CAF_CHECK_EQUAL(fields_of("a=1&b=2&a=3"), "[a=1][b=2][a=3]");
    CAF_CHECK_EQUAL(fields_of("a"), "[a=]");
    CAF_CHECK_EQUAL(fields_of("a=&=b&c"), "[a=][=b][c=]");
    CAF_CHECK_EQUAL(fields_of("a=b=c"), "[a=b=c]");
    CAF_CHECK_EQUAL(fields_of(""), "");
    CAF_CHECK_EQUAL(fields_of("&&a=1&&b=2&"), "[a=1][b=2]");
}

CAF_TEST(pluses and escapes of either case are decoded once) {
    CAF_CHECK_EQUAL(fields_of("first+name=J+P&x%3dy=%26%2B%2b"), "[first name=J P][x=y=&++]");
    CAF_CHECK_EQUAL(fields_of("a=%2525"), "[a=%25]");
    CAF_CHECK_EQUAL(fields_of("DateTime=2026-11-23+10%3A00%3a01"), "[DateTime=2026-11-23 10:00:01]");
}

CAF_TEST(bytes are kept in whatever encoding they are) {
    CAF_CHECK_EQUAL(fields_of("n=%D0%98%D0%B2"), "[n=\xd0\x98\xd0\xb2]");
    CAF_CHECK_EQUAL(fields_of("n=\xd0\x98"), "[n=\xd0\x98]");
    CAF_CHECK_EQUAL(fields_of("n=%c8%e2"), "[n=\xc8\xe2]");
    CAF_CHECK_EQUAL(fields_of("Data=%7B%22a%22%3A1%7D%0A"), "[Data={\"a\":1}\n]");
}

CAF_TEST(malformed escapes are refused with their position) {
    CAF_CHECK(refused_at("a=1&b=%", "7"));
    CAF_CHECK(refused_at("a=%4", "3"));
    CAF_CHECK(refused_at("a=%zz", "3"));
    CAF_CHECK(refused_at("a=%4g&b=1", "3"));
    CAF_CHECK(refused_at("%=1", "1"));
    CAF_CHECK(refused_at("a=%00", "3"));
}

CAF_TEST(the number of fields is limited) {
    std::string body;
    for (int i = 0; i < 256; ++i)
        body += "a=1&";
    CAF_CHECK(parse_form(body));
    CAF_CHECK_EQUAL(test::refusal(parse_form(body + "a=1")), "malformed_request");
}

CAF_TEST(a long form does not exhaust the stack) {
    CAF_CHECK(parse_form("a=" + std::string(1'000'000, 'x')));
    CAF_CHECK(parse_form(std::string(1'000'000, '&')));
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations("a=1&b+c=%D0%98&d=%26&&e", [](std::string_view body) { (void)parse_form(body); });
}
