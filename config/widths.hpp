#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace atelier {

/// Widths in pixels, as a setting writes them: "160, 320"; each from 16 to 8192, at most 32. In ascending
/// order, each once; nothing when the text is no such list. "" is the empty list.
[[nodiscard]] std::optional<std::vector<std::int32_t>> parse_widths(std::string_view text);

} // namespace atelier
