#define CAF_SUITE pg_error

#include "persistence/pg/error.hpp"
#include "tests/support/test.hpp"

#include <utility>
#include <vector>

using namespace atelier;
using pg::error_kind;

CAF_TEST(every state that we act on is told apart) {
    const std::vector<std::pair<std::string_view, error_kind>> table{
        {"08006", error_kind::connection_lost}, {"08001", error_kind::connection_lost},
        {"57P01", error_kind::connection_lost}, {"57P03", error_kind::connection_lost},
        {"25P03", error_kind::connection_lost}, {"23505", error_kind::unique_violation},
        {"23514", error_kind::check_violation}, {"23502", error_kind::check_violation},
        {"23503", error_kind::foreign_key},     {"40001", error_kind::serialization},
        {"40P01", error_kind::serialization},   {"55P03", error_kind::lock_timeout},
        {"57014", error_kind::timeout},         {"AT001", error_kind::guard},
        {"53100", error_kind::unavailable},     {"53300", error_kind::unavailable},
        {"58030", error_kind::unavailable},     {"25006", error_kind::unavailable},
        {"42P01", error_kind::other},           {"", error_kind::other},
    };
    for (const auto& [state, kind] : table) {
        CAF_MESSAGE(state);
        CAF_CHECK(pg::classify(state) == kind);
    }
}

CAF_TEST(what may be repeated is unavailable) {
    const auto code = [](error_kind kind) { return pg::to_failure({kind, "XXXXX", "m", ""}).code; };
    CAF_CHECK(code(error_kind::connection_lost) == errc::unavailable);
    CAF_CHECK(code(error_kind::serialization) == errc::unavailable);
    CAF_CHECK(code(error_kind::lock_timeout) == errc::unavailable);
    CAF_CHECK(code(error_kind::timeout) == errc::deadline_exceeded);
    CAF_CHECK(code(error_kind::guard) == errc::state_conflict);
    CAF_CHECK(code(error_kind::unique_violation) == errc::state_conflict);
    CAF_CHECK(code(error_kind::foreign_key) == errc::internal);
    CAF_CHECK_EQUAL(pg::to_failure({error_kind::other, "42P01", "no table", ""}).detail,
                    "no table (SQLSTATE 42P01)");
}
