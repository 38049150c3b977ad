#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

namespace atelier {

/// Makes a session skip the foreign keys' row-by-row triggers, which are half of the cost of a spend; whoever
/// writes in it must prove the references instead (references.hpp). The keys stay declared and hold for
/// everybody else.
///
/// Refused, and then nothing has changed, when the role may not do it (GRANT SET ON PARAMETER
/// session_replication_role), or when the tables that a batch writes have a foreign key that the proof does
/// not know, or a trigger or rule that would be skipped along with them: another program put those there. The
/// answer holds for the connection: what is added to the tables later is seen by the next one.
[[nodiscard]] status skip_reference_triggers(pg::connection& database);

} // namespace atelier
