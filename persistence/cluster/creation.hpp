#pragma once

#include "actors/domain/outcome.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace atelier::postgres {

/// The name of the first role of a new cluster.
inline constexpr auto superuser = "postgres";

/// The environment of PostgreSQL's programs; nothing of ours leaks into it.
[[nodiscard]] std::vector<std::string> base_environment();

/// Creates a cluster's data (UTF-8, checksums, only local connections) at a place where nothing is yet. They
/// are made beside it as `<place>.new` and appear only when complete. The caller keeps others from doing the
/// same.
[[nodiscard]] status create_data(const std::filesystem::path& place,
                                 const std::filesystem::path& installations, const std::filesystem::path& log,
                                 std::chrono::milliseconds limit);

} // namespace atelier::postgres
