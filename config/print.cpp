#include "config/print.hpp"

#include "config/assign.hpp"

#include <ostream>

namespace atelier {

namespace {

constexpr std::string_view markdown_introduction = R"(# Settings

This page is printed from the table of settings; `atelier doctor --settings` prints the same for a terminal.

A configuration file gives settings by their full names or in blocks:

```
http {
    port = 8080          # an integer
    idle_timeout = 60s   # a duration: ms, s, m, h, d
    body_limit = 256KiB  # a size: B, KiB, MiB, GiB
}
payments.test_mode = true
mail.from = "Atelier <no-reply@localhost>"  # a text; \" \\ \n \t stand for special characters
payments.api_secret = env("SHOP_SECRET")    # from the environment; env("NAME", "fallback") if it may be missing
```

Each setting can also be given by an environment variable, which then counts more than the file. Anything that is not
understood is an error: an unknown name, a name given twice, a value of another type or out of its range. Secrets are
never printed.
)";

std::string_view section_of(const setting& which) {
    const auto dot = which.name.find('.');
    return dot == std::string_view::npos ? std::string_view{} : which.name.substr(0, dot);
}

std::string environment_of(const setting& which, std::string_view separator) {
    auto names = environment_name(which);
    if (!which.alias.empty()) {
        names += std::string{separator} + std::string{which.alias};
    }
    return names;
}

} // namespace

void print_settings(std::ostream& out) {
    const settings defaults;
    for (const auto& each : setting_table()) {
        out << each.name << (each.secret ? "  (secret)" : "") << "\n    " << each.doc << "\n    "
            << expected(each.rule) << "; default " << shown_value(each, defaults) << "\n    "
            << environment_of(each, " or ") << "\n\n";
    }
}

void print_settings_markdown(std::ostream& out) {
    out << markdown_introduction;
    const settings defaults;
    std::string_view section = "none yet";
    for (const auto& each : setting_table()) {
        if (section_of(each) != section) {
            section = section_of(each);
            out << "\n## " << (section.empty() ? "general" : section)
                << "\n\n| Setting | Value | Default | Environment | Meaning |\n|---|---|---|---|---|\n";
        }
        out << "| `" << each.name << "` | " << expected(each.rule) << (each.secret ? ", secret" : "")
            << " | `" << shown_value(each, defaults) << "` | `" << environment_of(each, "` `") << "` | "
            << each.doc << " |\n";
    }
}

void print_effective(std::ostream& out, const settings& values) {
    for (const auto& each : setting_table()) {
        out << (each.secret ? "# " : "") << each.name << " = " << shown_value(each, values) << '\n';
    }
}

} // namespace atelier
