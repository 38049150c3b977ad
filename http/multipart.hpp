#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// `multipart/form-data` (RFC 7578) as it lies in a file on disk: parts are located, never loaded.
namespace atelier::http {

/// The boundary in a Content-Type header. `unsupported_media_type` if the type is not multipart/form-data,
/// `malformed_request` if it has no valid boundary (RFC 2046, 5.1.1).
[[nodiscard]] outcome<std::string> multipart_boundary(std::string_view content_type);

/// What the header lines of one part say.
struct part_header {
    std::string name;
    std::optional<std::string> filename; ///< UTF-8 without directories; `filename*` wins over `filename`
    std::string content_type;            ///< as sent; "" = none
};

/// Reads the header lines of a part, each ended by CRLF. Refuses (`malformed_request`) folded lines, a
/// Content-Disposition that is missing, repeated or without a name, and names that are not UTF-8 text.
[[nodiscard]] outcome<part_header> parse_part_header(std::string_view lines);

/// Where the content of a part lies within the file.
struct located_part {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::optional<std::string> filename;
    std::string content_type; ///< as sent; "" = none
};

/// Finds the one part of that name. `malformed_request` if the file is not multipart of that boundary, has
/// more than 32 parts, or a part's header is longer than 8 KiB; `validation_failed` naming the field if the
/// part is missing or there are several. Reads the file in blocks; blocks on the disk: not for I/O threads.
[[nodiscard]] outcome<located_part> find_part(const std::filesystem::path& path, std::string_view boundary,
                                              std::string_view name);

} // namespace atelier::http
