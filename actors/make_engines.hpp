#pragma once

#include "actors/engine_set.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <memory>

namespace atelier {

class clock;

/// The engines that the settings name, ready to work: `generations.engine`, what it falls back on, and those
/// of single styles. `temporary`: where they write inputs and outputs. `time` must outlive them.
[[nodiscard]] std::unique_ptr<engine_set>
make_engines(const settings& config, const std::filesystem::path& temporary, const clock& time);

} // namespace atelier
