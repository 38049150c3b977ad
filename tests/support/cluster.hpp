#pragma once

#include "persistence/cluster.hpp"

#include <string>

/// PostgreSQL for integration tests: one private cluster for each test program, started at the first use. It
/// is stopped and removed when the program ends, also when the program is killed.
namespace atelier::test {

/// The cluster itself, for tests that do something to its server. Throws when it cannot be started.
[[nodiscard]] cluster& shared_cluster();

/// Creates an empty database that belongs to the role `atelier`; the result is how to connect to it.
[[nodiscard]] std::string fresh_database();

/// Creates a copy of a database to which nobody is connected now, given as `fresh_database` returned it.
[[nodiscard]] std::string copy_of(const std::string& conninfo);

} // namespace atelier::test
