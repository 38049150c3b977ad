#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

/// HTML pages for people: small, self-contained, without script.
namespace atelier::http {

/// Text as it may stand in an element or in a quoted attribute.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// A title and a text, as a page says them.
struct passage {
    std::string_view title;
    std::string_view text;
};

/// A paragraph of plain text; `attributes` are HTML.
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view attributes = {});

/// A page in `language` ("en", "ru"). `title` is plain text, `content` is HTML. No cache keeps it, no other
/// site may frame it or learn its address, and nothing but its own style sheet and forms to this site works
/// in it.
[[nodiscard]] response html_page(unsigned status, std::string_view language, std::string_view title,
                                 std::string_view content);

/// The same of a passage.
[[nodiscard]] response passage_page(unsigned status, std::string_view language, const passage& what);

/// The same with scripts: those of this site and of `origins` (of a Content-Security-Policy, separated by
/// spaces), which may also be framed and connected to. `head` is HTML.
[[nodiscard]] response html_page_with_scripts(std::string_view language, std::string_view title,
                                              std::string_view head, std::string_view content,
                                              std::string_view origins);

} // namespace atelier::http
