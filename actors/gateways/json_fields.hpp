#pragma once

#include "actors/domain/outcome.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier {

/// Names and values as they came, in their order, repeats included.
using field_list = std::vector<std::pair<std::string, std::string>>;

/// The members of a JSON object as texts: numbers keep their spelling (no binary fraction in between),
/// booleans are "true" and "false", null is "". Nested objects and arrays are left out. Errors:
/// malformed_json for anything that is not one JSON object, and for nesting beyond 32 levels.
[[nodiscard]] outcome<field_list> json_fields(std::string_view text);

} // namespace atelier
