#pragma once

#include <string_view>

namespace atelier::commands {

/// Tells the service manager, if there is one that asked for it, e.g. "READY=1" or "STOPPING=1":
/// sd_notify(3). Whether it hears that makes no difference.
void tell_service_manager(std::string_view state);

} // namespace atelier::commands
