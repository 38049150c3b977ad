#pragma once

#include "actors/domain/time.hpp"

#include <string_view>

/// Numbers of PostgreSQL's built-in types (pg_type.dat) and its binary format of time.
namespace atelier::pg {

inline constexpr unsigned bool_oid = 16;
inline constexpr unsigned bytea_oid = 17;
inline constexpr unsigned int8_oid = 20;
inline constexpr unsigned int4_oid = 23;
inline constexpr unsigned text_oid = 25;
inline constexpr unsigned timestamp_oid = 1114;

inline constexpr unsigned bool_array_oid = 1000;
inline constexpr unsigned bytea_array_oid = 1001;
inline constexpr unsigned int4_array_oid = 1007;
inline constexpr unsigned text_array_oid = 1009;
inline constexpr unsigned int8_array_oid = 1016;
inline constexpr unsigned timestamp_array_oid = 1115;

/// A value for a bytea column: bytes from outside that need not be text.
struct binary {
    std::string_view bytes;
};

/// A `timestamp` counts microseconds from here.
inline constexpr instant epoch = std::chrono::sys_days{std::chrono::year{2000} / std::chrono::January / 1};

} // namespace atelier::pg
