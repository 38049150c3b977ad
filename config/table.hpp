#pragma once

#include "config/document.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The one table of all settings: reading, the environment, checks, and the reference come from it. Defaults
/// are not in it; they are those of `struct settings`.
namespace atelier {

/// Where a setting's value is kept.
using setting_field = std::variant<bool*, std::uint16_t*, std::int32_t*, std::uint64_t*, milliseconds*,
                                   std::string*, std::filesystem::path*>;

/// What a setting may be.
struct boolean_rule {};
struct integer_rule {
    std::int64_t min = 0;
    std::int64_t max = 0;
};
struct size_rule {
    byte_count min;
    byte_count max;
};
struct duration_rule {
    milliseconds min{};
    milliseconds max{};
};
struct choice_rule {
    std::vector<std::string_view> choices;
};
struct text_rule {
    std::string_view expected;              ///< e.g. "an IP address"
    bool (*accepts)(std::string_view text); ///< besides being printable
};
using setting_rule =
    std::variant<boolean_rule, integer_rule, size_rule, duration_rule, choice_rule, text_rule>;

struct setting {
    std::string_view name; ///< dotted, e.g. "http.port"
    setting_field (*field)(settings& of);
    setting_rule rule;
    std::string_view doc; ///< one line
    bool secret = false;  ///< never printed, whatever happens
    std::string_view alias =
        {}; ///< another environment variable for it, used when its own is not set; "" = none
};

/// Every setting, in the order of the reference.
[[nodiscard]] const std::vector<setting>& setting_table();

/// The setting called `name`, or null.
[[nodiscard]] const setting* find_setting(std::string_view name);

/// The setting that somebody who wrote `name` probably meant, or null.
[[nodiscard]] const setting* nearest_setting(std::string_view name);

/// "ATELIER_HTTP_PORT".
[[nodiscard]] std::string environment_name(const setting& which);

/// Every environment variable that is read for a setting.
[[nodiscard]] std::vector<std::string> environment_names();

/// The byte of `line` from which it may hold the value of a secret setting; none if it names no secret.
[[nodiscard]] std::optional<std::size_t> secret_begin(std::string_view line);

} // namespace atelier
