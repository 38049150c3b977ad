#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"

#include <cstddef>

namespace atelier::pg {
class connection;
}

namespace atelier {

class blob_store;
class variant_cache;

/// Removes the files of the store that were written before `before` and have no row, and from the cache what
/// was made of such. Returns how many files of the store went. Stops at the first question that the database
/// does not answer. Blocking.
[[nodiscard]] outcome<std::size_t> remove_orphan_files(pg::connection& database, blob_store& blobs,
                                                       variant_cache& variants, instant before);

} // namespace atelier
