#define CAF_SUITE http_proxy_header
#include "http/proxy_header.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;
using namespace std::string_literals;

namespace {

/// "address size", "more" or "malformed".
std::string read(std::string_view bytes) {
    const auto header = read_proxy_header(bytes);
    if (!header)
        return "malformed";
    return *header ? (*header)->source_address + ' ' + std::to_string((*header)->size) : "more";
}

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;

/// Version 2: command, family with protocol, and what follows the length.
std::string binary(char command, char family, std::string_view rest) {
    return signature + command + family + static_cast<char>(rest.size() >> 8U) +
           static_cast<char>(rest.size()) + std::string{rest};
}

const auto ipv4 = "\xC0\x00\x02\x07\xC6\x33\x64\x01\x30\x39\x01\xBB"s;

} // namespace

CAF_TEST(version 1 is a line) {
    const auto line = "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n"s;
    CAF_CHECK_EQUAL(read(line), "192.0.2.7 45");
    CAF_CHECK_EQUAL(read(line + "GET / HTTP/1.1\r\n"), "192.0.2.7 45");
    CAF_CHECK_EQUAL(read("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n"), "2001:db8::7 44");
    CAF_CHECK_EQUAL(read("PROXY UNKNOWN\r\n"), " 15");
    CAF_CHECK_EQUAL(read("PROXY UNKNOWN ffff:f 1 2 3\r\n"), " 28");
    for (std::size_t size = 0; size < line.size(); ++size)
        CAF_CHECK_EQUAL(read(line.substr(0, size)), "more");
}

CAF_TEST(version 2 is binary) {
    const auto header = binary('\x21', '\x11', ipv4);
    CAF_CHECK_EQUAL(read(header), "192.0.2.7 28");
    CAF_CHECK_EQUAL(read(header + "\x16\x03\x01"), "192.0.2.7 28");
    CAF_CHECK_EQUAL(read(binary('\x21', '\x11', ipv4 + "\x04\x00\x01x"s)), "192.0.2.7 32"); // with a TLV
    const auto ipv6 =
        "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x07" + std::string(16, '\1') + "\0\1\0\2"s;
    CAF_CHECK_EQUAL(read(binary('\x21', '\x21', ipv6)), "2001:db8::7 52");
    CAF_CHECK_EQUAL(read(binary('\x20', '\x00', "")), " 16");     // its own, as to see whether we live
    CAF_CHECK_EQUAL(read(binary('\x20', '\x11', ipv4)), " 28");   // whatever it says then
    CAF_CHECK_EQUAL(read(binary('\x21', '\x31', "path")), " 20"); // a Unix socket
    for (std::size_t size = 0; size < header.size(); ++size)
        CAF_CHECK_EQUAL(read(header.substr(0, size)), "more");
}

CAF_TEST(anything else is refused as soon as it can be told) {
    for (const auto& bytes :
         {"G"s, "PROXX"s, "PROXY TCP4 192.0.2.7 198.51.100.1 12345\r\n"s, "PROXY TCP4 1 2 3 4\r\n"s,
          "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443 \r\n"s, "PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n"s,
          "PROXY TCP4 ::1 ::1 1 2\r\n"s, "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n"s,
          "PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n"s, "PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n"s,
          "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n"s, "PROXY " + std::string(101, 'x'), "\r\n\r\nGET"s,
          binary('\x31', '\x11', ipv4), binary('\x22', '\x11', ipv4), binary('\x21', '\x11', ipv4.substr(1)),
          signature + "\x21\x11\xFF\xFF"})
        CAF_CHECK_EQUAL(read(bytes), "malformed");
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations("PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n",
                         [](std::string_view bytes) { (void)read_proxy_header(bytes); });
    test::feed_mutations(binary('\x21', '\x11', ipv4),
                         [](std::string_view bytes) { (void)read_proxy_header(bytes); });
}
