#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "http/commands/options.hpp"
#include "persistence/pg/connection.hpp"

#include <functional>
#include <optional>

namespace atelier::commands {

/// What `atelier user api-key …` is to do with the keys of a user: `create EMAIL NAME [--scopes SCOPES]
/// [--days N]`, `list EMAIL`, `revoke EMAIL ID`; `words` begins with "api-key". Nothing when it makes no
/// sense.
[[nodiscard]] std::optional<std::function<status(pg::connection&, const user_record&)>>
api_key_job(const parsed_words& words);

} // namespace atelier::commands
