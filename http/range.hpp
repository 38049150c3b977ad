#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atelier::http {

/// The part of a file that is asked for; never empty, never past its end.
struct byte_range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Reads a Range header (RFC 9110, 14.2) for a file of `size` bytes. Nothing: answer with the whole file,
/// because there is no header (""), it is malformed, of another unit, or asks for several ranges. Refuses a
/// well-formed range that lies outside the file with `range_not_satisfiable`.
[[nodiscard]] outcome<std::optional<byte_range>> parse_range(std::string_view header, std::uint64_t size);

/// The value of Content-Range for a 206 response.
[[nodiscard]] std::string content_range(const byte_range& part, std::uint64_t size);
/// The value of Content-Range for a 416 response.
[[nodiscard]] std::string unsatisfied_content_range(std::uint64_t size);

} // namespace atelier::http
