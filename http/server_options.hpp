#pragma once

#include "config/address_ranges.hpp"
#include "config/web_origins.hpp"
#include "http/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace atelier::http {

class tls_identity;

/// Where and how a server serves.
struct server_options {
    std::string address = "127.0.0.1"; ///< an IP address; "0.0.0.0" or "::" for all
    std::uint16_t port = 8080;         ///< 0 = any that is free
    std::optional<int> inherited;      ///< a listening socket that is taken instead; stays open
    std::size_t threads = 1;
    limits bounds;
    std::filesystem::path upload_directory; ///< must exist if a route takes files
    address_ranges trusted_proxies;         ///< believed where requests come from
    bool proxy_protocol = false;            ///< their connections begin with a PROXY header
    web_origins origins;                    ///< of pages that may use the API
    const tls_identity* identity = nullptr; ///< shown in TLS; null = no TLS; must outlive the server
    /// Whether changes would only be refused now, so that they can be before anything is done for them.
    /// Called on the I/O threads; must be quick. Empty = never.
    std::function<bool()> overloaded;
    /// Changes are refused, too, while what comes waits longer for its I/O thread.
    std::chrono::milliseconds queueing_limit{250};
    bool https = false; ///< how clients reach it: browsers are told to keep to it
};

} // namespace atelier::http
