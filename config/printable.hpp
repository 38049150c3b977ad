#pragma once

#include <string>
#include <string_view>

namespace atelier {

/// Whether `text` is UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text);

/// `text` with every byte that is not printable replaced by '?'; tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace atelier
