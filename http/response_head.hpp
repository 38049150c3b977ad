#pragma once

#include "actors/domain/time.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Responses as bytes. Pure.
namespace atelier::http {

/// The time as an IMF-fixdate (RFC 9110, 5.6.7), e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(instant when);

/// What the session knows about a response and its writer does not.
struct head_fields {
    std::string_view date; ///< an IMF-fixdate
    std::string_view request_id;
    std::optional<std::uint64_t> content_length; ///< nothing: the length is unknown
    bool chunked = false;
    bool close = false;      ///< the connection ends with this response
    bool keep_alive = false; ///< say that it does not: HTTP/1.0 clients want to hear it
    bool https = false;      ///< browsers shall never come without TLS again
};

/// Whether no header of the response could break out of its line or split the response.
[[nodiscard]] bool has_safe_headers(const response& r);

/// Responses of this status have no body whatever they hold (RFC 9110, 6.4.1).
[[nodiscard]] constexpr bool is_bodiless(unsigned status) {
    return status < 200 || status == 204 || status == 304;
}

/// Appends status line and header block, the closing blank line included.
void append_head(std::string& out, const response& r, const head_fields& fields);

} // namespace atelier::http
