#include "config/address_ranges.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace atelier {
namespace {

constexpr unsigned ipv6_bits = 128;
constexpr unsigned ipv4_bits = 32;

std::string_view trim(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

} // namespace

std::optional<address_ranges> address_ranges::parse(std::string_view list) {
    address_ranges parsed;
    if (trim(list).empty())
        return parsed;
    for (;;) {
        const auto comma = list.find(',');
        const auto range = parse_range(trim(list.substr(0, comma)));
        if (!range)
            return std::nullopt;
        parsed.ranges_.push_back(*range);
        if (comma == std::string_view::npos)
            return parsed;
        list.remove_prefix(comma + 1);
    }
}

bool address_ranges::contains(std::string_view address) const {
    const auto sought = parse_address(address.substr(0, address.find('%'))); // without a zone
    if (!sought)
        return false;
    return std::ranges::any_of(ranges_, [&](const range& each) {
        const auto whole = each.length / 8;
        const auto mask = static_cast<std::uint8_t>(0xff00U >> (each.length % 8));
        return std::equal(sought->begin(), sought->begin() + whole, each.first.begin()) &&
               (whole == sought->size() || (((*sought)[whole] ^ each.first[whole]) & mask) == 0);
    });
}

std::optional<address_ranges::bytes> address_ranges::parse_address(std::string_view text) {
    const std::string terminated{text};
    bytes address{};
    if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1)
        return address;
    if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) != 1)
        return std::nullopt;
    address[10] = address[11] = 0xff;
    return address;
}

std::optional<address_ranges::range> address_ranges::parse_range(std::string_view text) {
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    const auto address = parse_address(host);
    if (!address)
        return std::nullopt;
    if (slash == std::string_view::npos)
        return range{*address, ipv6_bits};
    const auto bits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), length);
    const auto most = host.find(':') == std::string_view::npos ? ipv4_bits : ipv6_bits;
    if (bits.empty() || error != std::errc{} || end != bits.data() + bits.size() || length > most)
        return std::nullopt;
    return range{*address, length + ipv6_bits - most};
}

std::string customer_network(const std::string& address) {
    in6_addr network{};
    if (::inet_pton(AF_INET6, address.c_str(), &network) != 1)
        return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&network)) // IPv4, as an IPv6 socket shows it
        return ::inet_ntop(AF_INET, &network.s6_addr[12], text.data(), text.size());
    std::fill(std::begin(network.s6_addr) + 8, std::end(network.s6_addr), std::uint8_t{0});
    return ::inet_ntop(AF_INET6, &network, text.data(), text.size());
}

} // namespace atelier
