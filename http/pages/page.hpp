#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

/// HTML pages for people: small, self-contained, without script.
namespace atelier::http {

/// Text as it may stand in an element or in a quoted attribute.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// A page in `language` ("en", "ru"). `title` is plain text, `content` is HTML. No cache keeps it, no other
/// site may frame it or learn its address, and nothing but its own style sheet and forms to this site works
/// in it.
[[nodiscard]] response html_page(unsigned status, std::string_view language, std::string_view title,
                                 std::string_view content);

} // namespace atelier::http
