#pragma once

#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::http {

/// What a proxy says at the beginning of a connection (HAProxy's PROXY protocol, versions 1 and 2,
/// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
struct proxy_header {
    std::size_t size = 0; ///< bytes; what follows is the client's
    std::string
        source_address; ///< of the client; "" = the connection is the proxy's own, or it does not know

    proxy_header() = default;
};

/// More bytes than any header that is taken.
inline constexpr std::size_t proxy_header_max = 2048;

/// The header at the front of `buffer`; nothing when more bytes are needed. Whatever can never become one is
/// refused as `malformed_request`. Pure.
[[nodiscard]] outcome<std::optional<proxy_header>> read_proxy_header(std::string_view buffer);

} // namespace atelier::http
