#pragma once

#include "tests/tree/source_tree.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::test {

/// A way of writing that this toolchain or these libraries punish, or that the project has decided against.
struct banned_pattern {
    std::string reason;
    std::function<bool(std::string_view path)> applies_to;
    std::function<std::vector<std::size_t>(const source_file&)> find; ///< offsets
    std::vector<std::string> banned;                                  ///< examples that `find` must find
    std::vector<std::string> allowed;                                 ///< and that it must not
};

[[nodiscard]] const std::vector<banned_pattern>& banned_patterns();

} // namespace atelier::test
