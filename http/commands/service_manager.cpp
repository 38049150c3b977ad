#include "http/commands/service_manager.hpp"

#include "persistence/files.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>

namespace atelier::commands {

void tell_service_manager(std::string_view state) {
    const char* set = std::getenv("NOTIFY_SOCKET");
    const std::string_view path{set == nullptr ? "" : set};
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    if (path.front() == '@')
        address.sun_path[0] = '\0'; // an abstract name
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const unique_fd line{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (line)
        ::sendto(line.get(), state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

} // namespace atelier::commands
