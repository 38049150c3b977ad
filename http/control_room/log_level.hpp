#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace atelier::http {

/// The level of the log, by its name in the configuration (`log.level`).
[[nodiscard]] inline std::string log_level() {
    const auto name = spdlog::level::to_string_view(spdlog::get_level());
    const std::string_view text{name.data(), name.size()};
    return std::string{text == "warning" ? "warn" : text};
}

} // namespace atelier::http
