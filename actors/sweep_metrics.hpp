#pragma once

#include "actors/domain/time.hpp"

#include <filesystem>

namespace atelier {

class metrics;
namespace pg {
class connection;
}

/// Brings up to date the metrics that have to be looked for: in the database, on the disk and in the note of
/// the last audit. Blocks.
void read_sweep_metrics(pg::connection& database, const std::filesystem::path& var, instant now,
                        metrics& meters);

} // namespace atelier
