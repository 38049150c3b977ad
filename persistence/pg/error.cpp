#include "persistence/pg/error.hpp"

namespace atelier::pg {
namespace {

/// The server is shutting down, starting up, or has thrown us out.
bool ends_connection(std::string_view state) {
    return state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" ||
           state == "57P04" || state == "57P05" || state == "25P03";
}

/// Insufficient resources, a system error, or a server that only reads (after a fail-over).
bool cannot_take_it(std::string_view state) {
    return state.starts_with("53") || state.starts_with("58") || state == "25006";
}

} // namespace

error_kind classify(std::string_view state) {
    if (ends_connection(state))
        return error_kind::connection_lost;
    if (cannot_take_it(state))
        return error_kind::unavailable;
    if (state == "23505")
        return error_kind::unique_violation;
    if (state == "23514" || state == "23502")
        return error_kind::check_violation;
    if (state == "23503")
        return error_kind::foreign_key;
    if (state == "40001" || state == "40P01")
        return error_kind::serialization;
    if (state == "55P03")
        return error_kind::lock_timeout;
    if (state == "57014")
        return error_kind::timeout;
    if (state == "AT001")
        return error_kind::guard;
    return error_kind::other;
}

failure to_failure(const error& e) {
    const auto code = [&] {
        switch (e.kind) {
        case error_kind::connection_lost:
        case error_kind::serialization:
        case error_kind::lock_timeout:
        case error_kind::unavailable:
            return errc::unavailable;
        case error_kind::timeout:
            return errc::deadline_exceeded;
        case error_kind::unique_violation:
        case error_kind::guard:
            return errc::state_conflict;
        default:
            return errc::internal;
        }
    }();
    return {code, e.sqlstate.empty() ? e.message : e.message + " (SQLSTATE " + e.sqlstate + ")"};
}

} // namespace atelier::pg
