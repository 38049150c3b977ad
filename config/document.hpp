#pragma once

#include "config/located_error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a configuration text says, before anyone asks whether there are such settings.
namespace atelier {

/// A size as written with its unit, in bytes.
struct byte_count {
    std::int64_t bytes = 0;
};

/// `env("NAME")` or `env("NAME", "fallback")`.
struct environment_reference {
    std::string name;
    std::optional<std::string> fallback;
};

/// A value and where it begins. A list holds any values but lists.
struct config_value {
    using list = std::vector<config_value>;
    using variant = std::variant<bool, std::int64_t, byte_count, std::chrono::milliseconds, std::string,
                                 environment_reference, list>;

    text_position at;
    variant data;
};

/// `name = value`; `name` includes those of the blocks around it.
struct config_assignment {
    std::string name;
    text_position at;
    config_value value;
};

/// `name { … }`; `name` includes those of the blocks around it.
struct config_block {
    std::string name;
    text_position at;
};

struct config_document {
    std::vector<config_assignment> assignments;
    std::vector<config_block> empty_blocks; ///< those without any assignment
    /// The first syntax error; what stands before it has been read.
    std::optional<located_error> error;
};

/// How deep blocks may be nested.
inline constexpr std::size_t max_block_depth = 8;

/// Reads a configuration text. Takes any bytes: what is not in the language ends up in
/// `config_document::error`, whose `source` is the one given here.
[[nodiscard]] config_document parse_text(std::string_view text, std::string_view source = "configuration");

/// Reads a lone boolean, integer, size or duration, as environment variables hold them; blanks around it are
/// allowed. None if `text` is anything else.
[[nodiscard]] std::optional<config_value::variant> parse_scalar(std::string_view text);

/// `excerpt` of a configuration text, without the values of secrets.
[[nodiscard]] std::string config_excerpt(std::string_view text, const text_position& at,
                                         std::optional<std::size_t> hidden_from = std::nullopt);

} // namespace atelier
