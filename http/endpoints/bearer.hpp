#pragma once

#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <string>

namespace atelier::http {

/// The token of `Authorization: Bearer …` (RFC 6750, 2.1). `unauthenticated` when there is none, and when
/// there are several such headers.
[[nodiscard]] outcome<std::string> bearer_token(const request& r);

} // namespace atelier::http
