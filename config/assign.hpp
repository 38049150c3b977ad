#pragma once

#include "config/table.hpp"

namespace atelier {

/// Gives a setting the value that a configuration file says (not an `environment_reference`). If it may not
/// be that, nothing changes, and the result says what was expected and what was found.
[[nodiscard]] std::optional<std::string> assign(settings& to, const setting& which,
                                                const config_value::variant& from);

/// The same from a text as environment variables hold it: without quotes.
[[nodiscard]] std::optional<std::string> assign_raw(settings& to, const setting& which,
                                                    std::string_view from);

/// What a setting may be, e.g. "an integer from 0 to 65535".
[[nodiscard]] std::string expected(const setting_rule& rule);

/// The value that `of` has for a setting, as a configuration file says it; of a secret, whether it is set.
[[nodiscard]] std::string shown_value(const setting& which, const settings& of);

} // namespace atelier
