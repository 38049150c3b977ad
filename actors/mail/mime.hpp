#pragma once

#include "actors/domain/time.hpp"

#include <string>
#include <string_view>

/// The encodings that mail is written in: bytes in, printable ASCII in short lines out.
namespace atelier::mime {

/// How the lines of a body travel.
struct encoded_body {
    std::string_view transfer_encoding; ///< value of Content-Transfer-Encoding
    std::string text;                   ///< lines that end in CRLF
};

/// A text with "\n" or "\r\n" at line ends: as it is when it is ASCII (so that links can be found by any
/// tool), quoted-printable (RFC 2045 6.7) otherwise.
[[nodiscard]] encoded_body encode_body(std::string_view text);

/// A value for an unstructured header (RFC 5322 2.2.1): as it is when it is short printable ASCII, as folded
/// encoded-words (RFC 2047) otherwise. Control characters and what is not UTF-8 become "?".
[[nodiscard]] std::string encode_header(std::string_view text);

/// A display name (RFC 5322 3.4): a quoted string, or encoded-words.
[[nodiscard]] std::string encode_phrase(std::string_view text);

/// "Mon, 23 Nov 2026 00:12:00 +0000" (RFC 5322 3.3).
[[nodiscard]] std::string date(instant t);

} // namespace atelier::mime
