#include "config/public_address.hpp"

#include "config/address_ranges.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <string>

namespace atelier {
namespace {

const address_ranges& ipv4() {
    static const auto all = *address_ranges::parse("0.0.0.0/0");
    return all;
}

const address_ranges& special_ipv4() {
    static const auto all = *address_ranges::parse(
        "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, "
        "192.0.2.0/24, 192.31.196.0/24, 192.52.193.0/24, 192.88.99.0/24, 192.168.0.0/16, 192.175.48.0/24, "
        "198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4");
    return all;
}

/// All that is given out so far.
const address_ranges& global_ipv6() {
    static const auto all = *address_ranges::parse("2000::/3");
    return all;
}

const address_ranges& special_ipv6() {
    static const auto all =
        *address_ranges::parse("2001::/23, 2001:db8::/32, 2002::/16, 2620:4f:8000::/48, 3fff::/20");
    return all;
}

const address_ranges& nat64() {
    static const auto all = *address_ranges::parse("64:ff9b::/96");
    return all;
}

/// The last four bytes, as an IPv4 address.
std::string carried_ipv4(std::string_view address) {
    std::array<std::uint8_t, 16> bytes{};
    std::array<char, INET_ADDRSTRLEN> text{};
    const std::string terminated{address};
    if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1 ||
        inet_ntop(AF_INET, bytes.data() + 12, text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

} // namespace

bool is_public_address(std::string_view address) {
    if (nat64().contains(address))
        return is_public_address(carried_ipv4(address));
    if (ipv4().contains(address)) // mapped ones, too
        return !special_ipv4().contains(address);
    return global_ipv6().contains(address) && !special_ipv6().contains(address);
}

} // namespace atelier
