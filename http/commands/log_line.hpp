#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atelier::commands {

/// One line of the log that states facts, for people as `event name=value …`, for programs as the members of
/// a JSON object. Bytes that are not printable become '?'.
class log_line {
public:
    enum class style : std::uint8_t { human, json };

    log_line(style how, std::string_view event);

    log_line& add(std::string_view name, std::string_view text);
    log_line& add(std::string_view name, std::int64_t number);

    /// For people; or `"event":"…","name":value,…`, without braces, as more members may come before it.
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void begin_value(std::string_view name);

    style style_;
    std::string text_;
};

} // namespace atelier::commands
