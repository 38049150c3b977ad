#pragma once

#include <string_view>

namespace atelier {

/// Whether an IP address, as text, belongs to the Internet and not to a network of somebody's own: neither
/// this machine, nor private, link-local (there cloud machines have their metadata), shared (RFC 6598),
/// multicast, documentation or otherwise reserved. IPv6 addresses that carry an IPv4 address (mapped, RFC
/// 4291; NAT64, RFC 6052) are what that is; tunnels (6to4, Teredo) are refused. False for what is no address.
/// Sources: the IANA registries of special-purpose addresses of IPv4 and IPv6 (RFC 6890).
[[nodiscard]] bool is_public_address(std::string_view address);

} // namespace atelier
