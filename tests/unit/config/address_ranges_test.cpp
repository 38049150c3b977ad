#define CAF_SUITE config_address_ranges
#include "config/address_ranges.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;

namespace {

bool holds(std::string_view list, std::string_view address) {
    const auto ranges = address_ranges::parse(list);
    CAF_REQUIRE(ranges.has_value());
    return ranges->contains(address);
}

} // namespace

CAF_TEST(an empty list holds nothing) {
    CAF_CHECK(address_ranges{}.empty());
    CAF_CHECK(address_ranges::parse("")->empty());
    CAF_CHECK(address_ranges::parse(" \t")->empty());
    CAF_CHECK(!holds("", "127.0.0.1"));
}

CAF_TEST(a range holds its addresses and no others) {
    for (const auto* inside : {"185.98.81.0", "185.98.81.7", "185.98.81.15"})
        CAF_CHECK(holds("185.98.81.0/28", inside));
    for (const auto* outside : {"185.98.80.255", "185.98.81.16", "184.98.81.0", "::", "::1", "", "unknown",
                                "185.98.81.1.", "185.98.81", "185.98.081.1", " 185.98.81.1"})
        CAF_CHECK(!holds("185.98.81.0/28", outside));
    CAF_CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CAF_CHECK(!holds("2001:db8::/33", "2001:db8:8000::"));
    CAF_CHECK(!holds("2001:db8::/33", "192.0.2.1"));
}

CAF_TEST(every length cuts at its bit) {
    for (unsigned length = 1; length <= 32; ++length) {
        const std::uint32_t flipped = 1U << (32 - length);
        const auto text = [](std::uint32_t address) {
            return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255U) + "." +
                   std::to_string(address >> 8 & 255U) + "." + std::to_string(address & 255U);
        };
        const std::uint32_t first = 0xAAAAAAAA & ~(flipped - 1);
        const auto range = text(first) + "/" + std::to_string(length);
        CAF_CHECK(holds(range, text(first)));
        CAF_CHECK(holds(range, text(first | (flipped - 1))));
        CAF_CHECK(!holds(range, text(first ^ flipped)));
    }
    CAF_CHECK(holds("0.0.0.0/0", "255.255.255.255"));
    CAF_CHECK(!holds("0.0.0.0/0", "2001:db8::1"));
    CAF_CHECK(holds("::/0", "2001:db8::1"));
    CAF_CHECK(holds("::/0", "1.2.3.4"));
}

CAF_TEST(a range may be written by any of its addresses) {
    CAF_CHECK(holds("192.0.2.77/24", "192.0.2.1"));
    CAF_CHECK(holds("2001:db8::77/64", "2001:db8::1"));
}

CAF_TEST(an address alone is a range of one) {
    CAF_CHECK(holds("162.55.174.97", "162.55.174.97"));
    CAF_CHECK(!holds("162.55.174.97", "162.55.174.96"));
    CAF_CHECK(holds("::1", "::1"));
    CAF_CHECK(holds("::1", "0:0:0:0:0:0:0:1"));
    CAF_CHECK(!holds("::1", "::2"));
}

CAF_TEST(IPv4 within IPv6 is IPv4) {
    CAF_CHECK(holds("192.0.2.0/24", "::ffff:192.0.2.1"));
    CAF_CHECK(holds("::ffff:192.0.2.0/120", "192.0.2.1"));
}

CAF_TEST(the zone of an address does not matter) {
    CAF_CHECK(holds("fe80::/10", "fe80::1%eth0"));
}

CAF_TEST(a list holds what any of its ranges holds) {
    const auto* list = "192.0.2.0/25,\t2001:db8::/32 , 198.51.100.7";
    for (const auto* inside : {"192.0.2.1", "2001:db8:1::", "198.51.100.7"})
        CAF_CHECK(holds(list, inside));
    CAF_CHECK(!holds(list, "198.51.100.8"));
}

CAF_TEST(anything else is no list) {
    for (const auto* text : {",",
                             "1.2.3.4,",
                             ",1.2.3.4",
                             "1.2.3.4,,1.2.3.5",
                             "1.2.3.4 1.2.3.5",
                             "1.2.3.4;1.2.3.5",
                             "localhost",
                             "1.2.3",
                             "1.2.3.256",
                             "1.2.3.4/",
                             "1.2.3.4/33",
                             "1.2.3.4/-1",
                             "1.2.3.4/+8",
                             "1.2.3.4/8x",
                             "1.2.3.4/ 8",
                             "1.2.3.4/99999999999",
                             "::/129",
                             ":::/8",
                             "1.2.3.4/8/8",
                             "/8",
                             "[::1]",
                             "1.2.3.4:80",
                             "fe80::1%eth0"})
        CAF_CHECK(!address_ranges::parse(text).has_value());
}
