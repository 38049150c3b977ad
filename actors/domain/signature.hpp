#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Signatures of the gateway's notifications.
/// Source: CloudPayments developer documentation, "Проверка уведомлений" (checking of notifications).
namespace atelier {

/// How the parameters of a notification are written.
enum class parameter_encoding : std::uint8_t {
    form, ///< application/x-www-form-urlencoded, in the body or in the query string
    json, ///< application/json: there is nothing to decode
};

/// HMAC-SHA256 of `message` under `key`, as standard Base64 with padding (44 characters).
[[nodiscard]] std::string hmac_sha256_base64(std::string_view message, std::string_view key);

/// SHA-256 of a text, as 64 hexadecimal digits in lower case.
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// A whole form-encoded text with its percent escapes resolved and `+` as a space; what is no escape stays as
/// it is. This is the text that X-Content-HMAC signs; to read parameters, split first and decode then.
[[nodiscard]] std::string form_decoded(std::string_view text);

/// True if the notification was signed with `secret`.
/// `content_hmac`, the header Content-HMAC, signs `message` exactly as received (the body, or the query
/// string of a GET) and alone decides when it is there. `x_content_hmac`, the header X-Content-HMAC, signs
/// the decoded message and is looked at only when the first header is missing. Refused are: both headers
/// missing, an empty message, an empty secret, and a header that is not the canonical Base64 of 32 bytes.
/// Digests are compared in constant time.
[[nodiscard]] bool verify_signature(std::optional<std::string_view> content_hmac,
                                    std::optional<std::string_view> x_content_hmac, std::string_view message,
                                    parameter_encoding encoding, std::string_view secret);

} // namespace atelier
