#pragma once

#include <optional>
#include <string_view>

namespace atelier::commands {

/// Tells the service manager, if there is one that asked for it, e.g. "READY=1" or "STOPPING=1":
/// sd_notify(3). Whether it hears that makes no difference.
void tell_service_manager(std::string_view state);

/// A listening socket that the service manager has made and keeps while this program is replaced by its
/// successor, by its name: sd_listen_fds_with_names(3). Nothing when there is none.
[[nodiscard]] std::optional<int> inherited_socket(std::string_view name);

} // namespace atelier::commands
