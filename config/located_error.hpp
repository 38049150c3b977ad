#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atelier {

/// A place in a text: offset in bytes from 0, line and column from 1; the column counts bytes.
struct text_position {
    std::size_t offset = 0;
    std::size_t line = 1;
    std::size_t column = 1;

    friend bool operator==(const text_position&, const text_position&) = default;
};

/// Something wrong in a text that a person wrote, and where.
struct located_error {
    std::string source;              ///< a file's path, or "environment variable NAME"
    std::optional<text_position> at; ///< none = the source as a whole
    std::string message;             ///< what was expected, and what was found
    std::string excerpt;             ///< the line and a caret below it; "" = none
};

/// "source:line:column: message" and the excerpt, without a line feed at the end.
[[nodiscard]] std::string to_string(const located_error& error);

/// The line of `text` that holds the byte `offset`, without its end.
[[nodiscard]] std::string_view line_around(std::string_view text, std::size_t offset);

/// The line of `text` that holds `at`, indented, and a caret below the place. Bytes that a terminal should
/// not get are shown as '?', long lines are cut. From its byte `hidden_from` on, the line is left out: a
/// secret.
[[nodiscard]] std::string excerpt(std::string_view text, const text_position& at,
                                  std::optional<std::size_t> hidden_from = std::nullopt);

} // namespace atelier
