#pragma once

#include "config/located_error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atelier {

/// What a prompt template's placeholders stand for.
struct prompt_values {
    std::string_view room_type; ///< as stored: "living_room" reads "living room"; "" reads "room"
    std::string_view style;     ///< the style's name
};

enum class prompt_placeholder : std::uint8_t { room_type, style };
using prompt_part = std::variant<std::string, prompt_placeholder>;

/// The text that tells an engine what to make of a room. `{room_type}` and `{style}` are placeholders, `{{`
/// and
/// `}}` stand for braces.
class prompt_template {
public:
    explicit prompt_template(std::vector<prompt_part> parts) : parts_{std::move(parts)} {}

    [[nodiscard]] std::string render(const prompt_values& values) const;

private:
    std::vector<prompt_part> parts_;
};

/// Reads a template. Takes any bytes; the error's `source` is "prompt template".
[[nodiscard]] std::variant<prompt_template, located_error> parse_prompt_template(std::string_view text);

} // namespace atelier
