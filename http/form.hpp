#pragma once

#include "actors/domain/outcome.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::http {

/// Names and values of a form, decoded, in order, repetitions included: what they mean is for the caller to
/// say.
using form_fields = std::vector<std::pair<std::string, std::string>>;

/// Reads an `application/x-www-form-urlencoded` body: pairs joined by '&', '+' for a space, '%XX' for any
/// byte but NUL. Bytes are handed on as they are, in whatever encoding they were. Empty pairs are skipped; a
/// name without '=' has the value "". A malformed escape or more than 256 fields is `malformed_request`, with
/// the position.
[[nodiscard]] outcome<form_fields> parse_form(std::string_view body);

} // namespace atelier::http
