#pragma once

#include "actors/domain/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::http {

/// A request target, decoded.
struct request_target {
    std::string path; ///< starts with '/'; or "*", which only OPTIONS uses
    std::vector<std::pair<std::string, std::string>> query; ///< in order; a name without '=' has the value ""
    /// Why the query cannot be decoded, and then is empty: invalid escapes, text that is not UTF-8, more than
    /// 100 parameters.
    std::optional<failure> query_failure;
};

/// Reads origin-form, absolute-form (whose authority is ignored) and asterisk-form (RFC 9112, 3.2). Refused
/// as malformed: invalid escapes, escaped control bytes and slashes, text that is not UTF-8, backslashes,
/// `.` and `..` segments, fragments, other forms. A malformed query alone is for the route to judge.
[[nodiscard]] outcome<request_target> parse_target(std::string_view target);

} // namespace atelier::http
