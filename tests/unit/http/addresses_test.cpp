#define CAF_SUITE http_addresses
#include "http/addresses.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

/// "[address]" for each, or "malformed".
std::string shown(const std::optional<std::vector<std::string>>& addresses) {
    if (!addresses)
        return "malformed";
    std::string text;
    for (const auto& each : *addresses)
        text += "[" + each + "]";
    return text;
}

std::string listed(std::string_view header) {
    return shown(parse_x_forwarded_for(header));
}
std::string forwarded(std::string_view header) {
    return shown(parse_forwarded(header));
}

const auto proxies = *address_ranges::parse("10.0.0.0/8, 2001:db8::/64");

std::string origin(std::string peer, std::string x_forwarded_for, std::string forwarded_header = "") {
    request_origin from;
    from.peer = std::move(peer);
    from.x_forwarded_for = std::move(x_forwarded_for);
    from.forwarded = std::move(forwarded_header);
    return client_address(from, proxies);
}

} // namespace

CAF_TEST(X - Forwarded - For is a list of addresses) {
    CAF_CHECK_EQUAL(listed("192.0.2.1"), "[192.0.2.1]");
    CAF_CHECK_EQUAL(listed("192.0.2.1, 2001:db8::1 ,10.0.0.1"), "[192.0.2.1][2001:db8::1][10.0.0.1]");
    CAF_CHECK_EQUAL(listed(""), "");
    CAF_CHECK_EQUAL(listed(" ,, 192.0.2.1 ,"), "[192.0.2.1]");
    CAF_CHECK_EQUAL(listed("192.0.2.1:80, [2001:db8::1]:80, [2001:db8::1], ::ffff:192.0.2.1"),
                    "[192.0.2.1][2001:db8::1][2001:db8::1][::ffff:192.0.2.1]");
}

CAF_TEST(what is no address is kept in its place) {
    CAF_CHECK_EQUAL(
        listed("unknown, _hidden, 1.2.3, 1.2.3.256, 1.2.3.4:, 1.2.3.4:999999, [::1, ::1], 192.0.2.1"),
        "[][][][][][][][][192.0.2.1]");
    CAF_CHECK_EQUAL(listed("\"192.0.2.1\", 1.2.3.4x, x1.2.3.4, 1.2.3.4:80:80, ::1::2"), "[][][][][]");
    CAF_CHECK_EQUAL(listed("192.0.2.1 192.0.2.2"), "malformed");
}

CAF_TEST(Forwarded names addresses in its for parameters) {
    CAF_CHECK_EQUAL(forwarded("for=192.0.2.60;proto=http;by=203.0.113.43"), "[192.0.2.60]");
    CAF_CHECK_EQUAL(forwarded("For=\"[2001:db8:cafe::17]:4711\""), "[2001:db8:cafe::17]");
    CAF_CHECK_EQUAL(forwarded("for=192.0.2.43, for=\"[2001:db8:cafe::17]\",FOR=\"192.0.2.1:80\""),
                    "[192.0.2.43][2001:db8:cafe::17][192.0.2.1]");
    CAF_CHECK_EQUAL(forwarded("by=10.0.0.1 ; for=192.0.2.43;;host=\"a\\\"b,c;for=1.2.3.4\""), "[192.0.2.43]");
    CAF_CHECK_EQUAL(forwarded("proto=https, for=_gazonk, for=unknown, for=\"\", for=192.0.2.1"),
                    "[][][][][192.0.2.1]");
    CAF_CHECK_EQUAL(forwarded("for=\"192.0\\.2.1\""), "[192.0.2.1]");
    CAF_CHECK_EQUAL(forwarded(", ,for=192.0.2.1,"), "[192.0.2.1]");
    CAF_CHECK_EQUAL(forwarded(""), "");
}

CAF_TEST(a malformed Forwarded is refused as a whole) {
    for (const auto* header :
         {"for", "for=", "=1.2.3.4", "for=[::1]", "for=192.0.2.1:80", "for =192.0.2.1", "for= 192.0.2.1",
          "for=\"192.0.2.1", "for=\"192.0.2.1\\\"", "for=192.0.2.1 for=192.0.2.2",
          "for=192.0.2.1;for=192.0.2.2", "for=192.0.2.1, for", "f\xd0r=192.0.2.1"})
        CAF_CHECK_EQUAL(forwarded(header), "malformed");
}

CAF_TEST(a peer that is no proxy is the client whatever it writes) {
    CAF_CHECK_EQUAL(origin("192.0.2.1", ""), "192.0.2.1");
    CAF_CHECK_EQUAL(origin("192.0.2.1", "198.51.100.1", "for=198.51.100.1"), "192.0.2.1");
}

CAF_TEST(behind proxies it is the right - most address that is none of them) {
    for (const auto& [x_forwarded_for, client] : std::vector<std::pair<std::string, std::string>>{
             {"198.51.100.1", "198.51.100.1"},
             {"203.0.113.9, 198.51.100.1", "198.51.100.1"}, // the left one is only what the client wrote
             {"203.0.113.9, 198.51.100.1, 10.0.0.2, 2001:db8::5", "198.51.100.1"},
             {"10.0.0.3, 10.0.0.2", "10.0.0.3"},
             {"", "10.0.0.1"},
             {"198.51.100.1, unknown", ""},
             {"198.51.100.1, unknown, 10.0.0.2", ""},
             {"unknown, 198.51.100.1", "198.51.100.1"},
             {"198.51.100.1 198.51.100.2", ""}})
        CAF_CHECK_EQUAL(origin("10.0.0.1", x_forwarded_for), client);
    CAF_CHECK_EQUAL(origin("2001:db8::1", "198.51.100.1"), "198.51.100.1");
    CAF_CHECK_EQUAL(origin("10.0.0.1", "", "for=203.0.113.9, for=198.51.100.1, for=10.0.0.2"),
                    "198.51.100.1");
    CAF_CHECK_EQUAL(origin("10.0.0.1", "", "for=198.51.100.1, proto=http"), "");
    CAF_CHECK_EQUAL(origin("10.0.0.1", "", "nonsense"), "");
}

CAF_TEST(two headers must agree) {
    CAF_CHECK_EQUAL(origin("10.0.0.1", "203.0.113.9, 198.51.100.1", "for=198.51.100.1"), "198.51.100.1");
    CAF_CHECK_EQUAL(origin("10.0.0.1", "198.51.100.1", "for=198.51.100.2"), "");
    CAF_CHECK_EQUAL(origin("10.0.0.1", "198.51.100.1", "nonsense"), "");
}

CAF_TEST(a header that is there several times is one list) {
    request r;
    r.headers = {{"x-forwarded-for", "203.0.113.9"}, {"host", "a"}, {"x-forwarded-for", "198.51.100.1"}};
    CAF_CHECK_EQUAL(client_address(request_origin{"10.0.0.1", r}, proxies), "198.51.100.1");
    r.headers = {{"forwarded", "for=203.0.113.9"}, {"forwarded", "for=198.51.100.1"}};
    CAF_CHECK_EQUAL(client_address(request_origin{"10.0.0.1", r}, proxies), "198.51.100.1");
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations("192.0.2.1:80, [2001:db8::1]:80 ,unknown",
                         [](std::string_view text) { (void)parse_x_forwarded_for(text); });
    test::feed_mutations("for=\"[2001:db8::17]:4711\";proto=http, for=192.0.2.60;by=\"a\\\"b\"",
                         [](std::string_view text) { (void)parse_forwarded(text); });
    CAF_CHECK(parse_forwarded(std::string(100'000, ';')));
    CAF_CHECK(parse_x_forwarded_for(std::string(100'000, ',')));
}
