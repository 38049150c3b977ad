#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// A JSON value whose scalars are texts: numbers keep their spelling (no binary fraction in between),
/// booleans are "true" and "false", null is "".
struct json_text {
    enum class kind : std::uint8_t { scalar, object, array };

    kind what = kind::scalar;
    std::string name;             ///< of a member of an object
    std::string value;            ///< of a scalar
    std::vector<json_text> parts; ///< members of an object or elements of an array, in their order

    json_text() = default;

    [[nodiscard]] bool is_scalar() const { return what == kind::scalar; }
    /// The first member of that name; null when there is none or this is no object.
    [[nodiscard]] const json_text* find(std::string_view member) const;
};

/// Errors: malformed_json for anything that is not one JSON value in UTF-8, and for nesting beyond 32 levels.
[[nodiscard]] outcome<json_text> parse_json_text(std::string_view text);

} // namespace atelier
