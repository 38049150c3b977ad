#pragma once

#include "http/text.hpp"

#include <string>
#include <string_view>

namespace atelier::http {

/// `type/subtype` of a Content-Type header, in lower case and without its parameters; "" when there is none.
[[nodiscard]] inline std::string media_type(std::string_view content_type) {
    return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

} // namespace atelier::http
