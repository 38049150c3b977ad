#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Ranges of IP addresses in CIDR notation (RFC 4632; RFC 4291, 2.3).
class address_ranges {
public:
    address_ranges() = default;

    /// A list such as "192.0.2.0/24, 2001:db8::/32, ::1", separated by commas, with or without blanks; ""
    /// holds none. A range may be written by any of its addresses. Nothing for anything else.
    [[nodiscard]] static std::optional<address_ranges> parse(std::string_view list);

    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    /// Whether one of the ranges holds `address`. IPv4 and its form within IPv6 (::ffff:192.0.2.1) are the
    /// same. False for what is no address.
    [[nodiscard]] bool contains(std::string_view address) const;

private:
    using bytes = std::array<std::uint8_t, 16>; ///< of IPv6; IPv4 is mapped into it

    struct range {
        bytes first;
        unsigned length = 0; ///< leading bits that all its addresses share
    };

    static std::optional<bytes> parse_address(std::string_view text);
    static std::optional<range> parse_range(std::string_view text);

    std::vector<range> ranges_;
};

/// What one customer has, to count it by: an IPv4 address, or 64 bits of IPv6. Other texts stay as they are.
[[nodiscard]] std::string customer_network(const std::string& address);

} // namespace atelier
