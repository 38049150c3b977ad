#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

/// Parts of a test in a process of their own: to be killed, or to run as another user.
namespace atelier::test {

/// Runs `work` in a forked child and returns what it returned. "" when the child died.
[[nodiscard]] std::string in_child(const std::function<std::string()>& work);

/// The same in a child that is killed by SIGKILL once `work` has returned, before anything is cleaned up.
[[nodiscard]] std::string in_killed_child(const std::function<std::string()>& work);

/// Makes this process an ordinary user for good. Only for children, only as root.
void become_ordinary_user();

} // namespace atelier::test
