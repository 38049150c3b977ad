#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace atelier::http {

/// Everything that a client may use up. All times are kept by a sweep that runs four times a second.
struct limits {
    std::size_t header_bytes = 16 * 1024; ///< request line and header fields together
    std::size_t target_bytes = 8 * 1024;
    std::size_t header_fields = 100;
    std::uint64_t body_bytes = 256 * 1024;         ///< of bodies taken in memory
    std::uint64_t upload_bytes = 32 * 1024 * 1024; ///< of bodies taken into a file
    std::size_t stream_bytes = 256 * 1024;         ///< waiting in one stream for a slow client
    std::size_t compress_above = 1024;             ///< bytes of a JSON document
    std::int64_t requests_per_address = 0; ///< a minute, from one IPv4 address or IPv6 /64; 0 = any number
    std::size_t connections = 10'000;      ///< open in all
    std::size_t connections_per_address = 1'000; ///< open from one IPv4 address or IPv6 /64 network
    std::chrono::milliseconds header_timeout{
        10'000}; ///< from the first byte of a request to the end of its header
    std::chrono::milliseconds body_timeout{30'000};  ///< for a body to arrive, or each 64 KiB of it
    std::chrono::milliseconds write_timeout{30'000}; ///< for a response to be taken, or each 64 KiB of it
    std::chrono::milliseconds idle_timeout{60'000};  ///< between requests
    std::chrono::milliseconds drain_idle{0};         ///< the same once the server drains
};

} // namespace atelier::http
