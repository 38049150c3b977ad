#pragma once

#include "config/located_error.hpp"
#include "config/settings.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Looks up an environment variable; none if it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process. Call it before other threads start: the C library does not guard it.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// The settings, which count only if there are no errors. A syntax error hides what follows it; apart from
/// that every error is found, up to `max_load_errors`.
struct load_result {
    settings values;
    std::vector<located_error> errors;

    explicit operator bool() const { return errors.empty(); }
};

inline constexpr std::size_t max_load_errors = 100;
inline constexpr std::size_t max_file_size = 1024UL * 1024;

/// Defaults, then the file, if any, then the environment: each `a.b` from ATELIER_A_B, `database.url` also
/// from DATABASE_URL. Never throws on any content of file or environment.
[[nodiscard]] load_result load(const std::optional<std::filesystem::path>& file, const environment& lookup);

/// The same with the file's text at hand; `source` is what errors call it.
[[nodiscard]] load_result load_text(std::string_view text, std::string_view source,
                                    const environment& lookup);

} // namespace atelier
