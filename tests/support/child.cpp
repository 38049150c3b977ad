#include "tests/support/child.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atelier::test {
namespace {

std::string run(const std::function<std::string()>& work, bool kill) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        std::abort();
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        const auto result = work();
        if (::write(ends[1], result.data(), result.size()) < 0)
            std::abort();
        if (kill)
            ::raise(SIGKILL);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string result;
    std::array<char, 512> part{};
    for (ssize_t size = 0; (size = ::read(ends[0], part.data(), part.size())) > 0;)
        result.append(part.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return result;
}

} // namespace

std::string in_child(const std::function<std::string()>& work) {
    return run(work, false);
}

std::string in_killed_child(const std::function<std::string()>& work) {
    return run(work, true);
}

void become_ordinary_user() {
    const auto* nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 ||
        ::setuid(nobody->pw_uid) != 0)
        std::abort();
}

} // namespace atelier::test
