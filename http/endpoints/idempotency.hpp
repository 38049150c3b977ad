#pragma once

#include "http/message.hpp"
#include "http/service.hpp"

#include <optional>
#include <string_view>

/// Commands that may be repeated with the same Idempotency-Key.
namespace atelier::http {

/// The Idempotency-Key of a request, if it has one, with the fingerprint of what it is used for: SHA-256 of
/// method, path and canonical body. `idempotency_key_invalid` for a malformed key and for several headers.
[[nodiscard]] outcome<std::optional<command_key>> read_command_key(const request& r,
                                                                   std::string_view canonical_body);

/// The answer as it was stored, byte for byte; a repeat is marked with `Idempotency-Replayed: true`.
[[nodiscard]] response stored_response(stored_answer stored);

} // namespace atelier::http
