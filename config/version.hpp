#pragma once

#include <string_view>

namespace atelier {

/// The program's version, e.g. "0.1.0": that of the project in CMakeLists.txt.
[[nodiscard]] std::string_view version();

} // namespace atelier
