#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// One invariant of the books and what was found.
struct audit_finding {
    std::string invariant; ///< a sentence
    std::int64_t checked = 0;
    std::int64_t violations = 0;
    std::vector<std::string> examples; ///< the first few violations: ids and amounts only
};

/// Whether the file of a blob is there with this size and this base64 MD5; a failure ends the audit.
using file_check =
    std::function<outcome<bool>(std::string_view key, std::string_view checksum, std::int64_t byte_size)>;

/// Is told before each check: the which of how many, and what it checks. False ends the audit.
using audit_progress = std::function<bool(std::size_t step, std::size_t steps, std::string_view invariant)>;

/// Checks every invariant on one consistent snapshot of the database, and the files of successful
/// generations. Reads only. `unavailable` when `go_on` ends it. The connection should have no statement
/// timeout.
[[nodiscard]] outcome<std::vector<audit_finding>> audit(pg::connection& database, const file_check& file_ok,
                                                        const audit_progress& go_on = {});

} // namespace atelier
