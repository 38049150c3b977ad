#pragma once

#include "actors/domain/outcome.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace atelier {

/// Standard Base64 with padding of a whole file. Errors: unavailable (it cannot be read). Blocking.
[[nodiscard]] outcome<std::string> base64_of_file(const std::filesystem::path& file);

/// The Base64 of a data URL ("data:image/png;base64,…"); any other text as it is.
[[nodiscard]] std::string_view without_data_prefix(std::string_view text);

/// Decodes standard Base64, line breaks allowed, into an existing file. Errors: invalid_image (it is none),
/// unavailable (the file cannot be written). Blocking.
[[nodiscard]] status write_base64(std::string_view text, const std::filesystem::path& file);

} // namespace atelier
