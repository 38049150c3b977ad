#include "http/commands/service_manager.hpp"

#include "persistence/files.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

std::optional<int> inherited_socket(std::string_view name) {
    constexpr int first_descriptor = 3;
    const auto read = [](const char* variable) {
        const char* set = std::getenv(variable);
        return std::string_view{set == nullptr ? "" : set};
    };
    if (read("LISTEN_PID") != std::to_string(::getpid()))
        return std::nullopt; // they were meant for somebody else
    int count = 0;
    const auto told = read("LISTEN_FDS");
    std::from_chars(told.data(), told.data() + told.size(), count);
    auto names = read("LISTEN_FDNAMES");
    for (int i = 0; i < count; ++i) {
        const auto end = names.find(':');
        if (names.substr(0, end) == name) {
            ::fcntl(first_descriptor + i, F_SETFD, FD_CLOEXEC); // not for the programs that we start
            return first_descriptor + i;
        }
        names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    }
    return std::nullopt;
}

} // namespace atelier::commands
