#pragma once

#include "config/address_ranges.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::http {

/// What a request says about where it came from. A header that is there several times is one list.
struct request_origin {
    std::string peer;            ///< address of the connection
    std::string forwarded;       ///< Forwarded (RFC 7239)
    std::string x_forwarded_for; ///< X-Forwarded-For: addresses, each proxy adding the one it saw

    request_origin() = default;
    request_origin(std::string peer_address, const request& r);
};

/// The addresses that an X-Forwarded-For header names, in its order; "" for one that is no address, such as
/// "unknown". Nothing when the header is malformed.
[[nodiscard]] std::optional<std::vector<std::string>> parse_x_forwarded_for(std::string_view header);
/// The same of the `for` parameters of a Forwarded header (RFC 7239, 4 and 6); "" for an element without one.
[[nodiscard]] std::optional<std::vector<std::string>> parse_forwarded(std::string_view header);

/// The address that a request came from: the peer's or, if that is a trusted proxy, the right-most of the
/// forwarded addresses that is none. Further to the left anybody can write what he likes. If all are proxies,
/// it is the left-most. "" when it is not known: a header is malformed or hides the address, or both headers
/// are there and disagree.
[[nodiscard]] std::string client_address(const request_origin& origin, const address_ranges& proxies);

} // namespace atelier::http
