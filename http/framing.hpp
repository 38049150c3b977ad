#pragma once

#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Where a request begins and ends, decided on its raw bytes and before any other parser sees them. Two
/// parsers that disagree about that are how requests are smuggled past a proxy (RFC 9112, 11.2), so
/// everything that could be read in two ways is refused instead of repaired.
namespace atelier::http {

/// Finds the end of a header block in a buffer that grows; remembers how far it has looked.
class head_finder {
public:
    /// The size of the header block at the front of `buffer`, its closing blank line included; nothing when
    /// more bytes are needed. Refuses what can never become a header block, e.g. a line feed without carriage
    /// return, without waiting for the rest. `buffer` must start with the bytes of the last call.
    [[nodiscard]] outcome<std::optional<std::size_t>> find(std::string_view buffer);
    /// Whether the request line is complete.
    [[nodiscard]] bool has_request_line() const { return line_start_ > 0; }
    void reset() { *this = head_finder{}; }

private:
    std::size_t line_start_ = 0;
    std::size_t searched_ = 0;
};

/// What the fields of a request say about its framing and its connection.
struct framing {
    enum class expectation : std::uint8_t { none, continue_, unknown };

    unsigned minor_version = 1; ///< of HTTP/1.x
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    expectation expects = expectation::none;

    [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// Checks a complete header block as found by `head_finder`. Refused as malformed (400): anything but
/// `method SP target SP HTTP/1.0|1.1`, control bytes, bare CR or LF, folded lines, space around a field name,
/// Content-Length that is repeated or not a plain number, Transfer-Encoding other than exactly `chunked`,
/// both of them, Transfer-Encoding with HTTP/1.0, trailers announced, Host repeated, odd, or missing in
/// HTTP/1.1. More than `fields_max` fields are `headers_too_large`.
[[nodiscard]] outcome<framing> check_framing(std::string_view head, std::size_t fields_max);

} // namespace atelier::http
