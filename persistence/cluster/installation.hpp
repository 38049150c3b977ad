#pragma once

#include "actors/domain/outcome.hpp"

#include <filesystem>
#include <optional>

namespace atelier::postgres {

/// The oldest PostgreSQL that the schema and the writer's rights (GRANT SET ON PARAMETER) work with.
inline constexpr int oldest_version = 15;

/// Where PostgreSQL's server programs (`initdb`, `postgres`) are.
struct installation {
    std::filesystem::path programs;
    int version; ///< major
};

/// Finds the newest installation, or exactly the one of `version` (an existing cluster can only be served by
/// its own). Looks into `root`/<version>/bin, as Debian lays it out, and then along PATH.
[[nodiscard]] outcome<installation> find_installation(const std::filesystem::path& root,
                                                      std::optional<int> version);

} // namespace atelier::postgres
