#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <string>
#include <vector>

namespace atelier::queries {

/// An image with its file, whoever owns it; `not_found` when there is none.
[[nodiscard]] outcome<image_record> get_image(pg::connection& database, image_id image);

/// A user's images that have a file, newest first, from below `before` (0 = from the newest).
[[nodiscard]] outcome<page<image_record>> list_images(pg::connection& database, user_id user,
                                                      const image_filter& filter, image_id before,
                                                      std::int32_t limit);

/// Those of the keys for which there is no row.
[[nodiscard]] outcome<std::vector<std::string>> list_keys_without_blob(pg::connection& database,
                                                                       const std::vector<std::string>& keys);

} // namespace atelier::queries
