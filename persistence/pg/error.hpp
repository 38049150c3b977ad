#pragma once

#include "actors/domain/errors.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace atelier::pg {

/// What an error of PostgreSQL or of the connection to it means for us.
enum class error_kind : std::uint8_t {
    connection_lost, ///< nothing more will come; whether the statement took effect is unknown
    unique_violation,
    check_violation, ///< a CHECK or NOT NULL
    foreign_key,
    serialization, ///< serialization failure or deadlock: the transaction may simply be run again
    lock_timeout,  ///< somebody else held a row for longer than lock_timeout
    timeout,       ///< cancelled by statement_timeout or by an operator
    guard,         ///< a compare-and-set of ours found other values (SQLSTATE AT001, `atelier_expect`)
    unavailable,   ///< out of space, memory or connections, or read-only: nothing is wrong with the statement
    other,
};

/// An error with its SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html). The message is the
/// primary one only: the server's DETAIL may quote column values and is never kept.
struct error {
    error_kind kind = error_kind::other;
    std::string sqlstate;
    std::string message;
    std::string constraint; ///< name of the violated constraint, or ""
};

[[nodiscard]] error_kind classify(std::string_view sqlstate);

/// As the rest of the program sees it: `unavailable`, `deadline_exceeded`, `state_conflict` or `internal`.
[[nodiscard]] failure to_failure(const error& e);

} // namespace atelier::pg
