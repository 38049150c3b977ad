#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

namespace atelier::queries {

/// An image with its file, whoever owns it; `not_found` when there is none.
[[nodiscard]] outcome<image_record> get_image(pg::connection& database, image_id image);

/// Whether there is a row for the file with that key.
[[nodiscard]] outcome<bool> blob_exists(pg::connection& database, std::string_view key);

} // namespace atelier::queries
