#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier {

/// What an engine is called in the settings, in generation_runs and in metrics.
inline constexpr std::array<std::string_view, 6> engine_names{"preview", "openai", "compatible",
                                                              "sdapi",   "sdcpp",  "replicate"};

/// A list of engines such as "sdapi, preview", separated by commas; "" is an empty one. Nothing for anything
/// else. The names are views of `engine_names`.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_engine_list(std::string_view list);

/// Which engine begins with which style (styles.id), such as "7: openai, 12: replicate"; "" is an empty list.
/// Nothing for anything else, or when a style stands there twice.
[[nodiscard]] std::optional<std::vector<std::pair<std::int64_t, std::string_view>>>
parse_style_engines(std::string_view list);

} // namespace atelier
