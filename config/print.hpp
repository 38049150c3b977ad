#pragma once

#include "config/settings.hpp"

#include <iosfwd>

namespace atelier {

/// The reference of all settings, for a terminal.
void print_settings(std::ostream& out);

/// The reference of all settings as Markdown; `config/settings.md` holds it.
void print_settings_markdown(std::ostream& out);

/// The value that every setting has, as a configuration file that could be loaded, but for secrets, of which
/// it says whether they are set.
void print_effective(std::ostream& out, const settings& values);

} // namespace atelier
