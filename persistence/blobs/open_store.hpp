#pragma once

#include "actors/domain/time.hpp"
#include "config/settings.hpp"
#include "persistence/blobs/blob_store.hpp"

#include <memory>

namespace atelier {

/// The store of image files that the settings name. Touches nothing yet. `time` outlives it. `internal` when
/// the settings make no sense together; the detail is for the operator.
[[nodiscard]] outcome<std::unique_ptr<blob_store>> open_blob_store(const settings& config, const clock& time);

} // namespace atelier
