#pragma once

#include "actors/domain/outcome.hpp"

#include <string>
#include <string_view>

namespace atelier::http {

/// The key in an Idempotency-Key header: a string of RFC 8941 in quotes, as the IETF draft has it, or bare,
/// as most clients send it. 1 to 255 visible ASCII characters; everything else is `idempotency_key_invalid`.
[[nodiscard]] outcome<std::string> parse_idempotency_key(std::string_view header);

} // namespace atelier::http
