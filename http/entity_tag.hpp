#pragma once

#include "http/text.hpp"

#include <string_view>

namespace atelier::http {

/// Whether an If-None-Match header (RFC 9110, 13.1.2) names `tag`, by weak comparison, or is `*`. `tag` is
/// quoted and holds no comma.
[[nodiscard]] inline bool names_entity_tag(std::string_view header, std::string_view tag) {
    if (trim(header) == "*")
        return true;
    for (;;) {
        const auto comma = header.find(',');
        auto candidate = trim(header.substr(0, comma));
        if (candidate.starts_with("W/"))
            candidate.remove_prefix(2);
        if (candidate == tag)
            return true;
        if (comma == std::string_view::npos)
            return false;
        header.remove_prefix(comma + 1);
    }
}

} // namespace atelier::http
