#pragma once

#include "actors/domain/outcome.hpp"

#include <string>
#include <string_view>

namespace atelier::http {

/// Text in windows-1251 (IANA character set; the code page of Cyrillic Windows) as UTF-8. Every byte has a
/// character but 0x98, which is malformed_request.
[[nodiscard]] outcome<std::string> utf8_of_windows_1251(std::string_view text);

} // namespace atelier::http
